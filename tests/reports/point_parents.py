"""The facts of the Point parents sheet, in our own words: what a school types to tell that action."""

ACTION = "Point parents"
SUMMARY = (
    "Les parents, premiers éducateurs de leurs enfants, sont soutenus et associés à ce qui se décide "
    "pour eux. Ils se parlent entre pairs et sortent de l’isolement. Le regard sur l’école se travaille "
    "aussi, contre les difficultés scolaires et le décrochage."
)
AIMS = (
    "Changer de posture professionnelle pour que les familles puissent agir",
    "Ouvrir des lieux où parents et professionnels se rencontrent et coopèrent",
)
EFFECTS = {
    "school_results": ("les résultats scolaires", "not_known", ""),
    "health": ("la santé", "not_known", ""),
    "parents_involvement": ("l’implication des parents", "observed", "22 parents sur 31 sont revenus."),
    "absenteeism": ("l’absentéisme à l’école", "not_observed", "Autant de demi-journées qu’avant."),
    "schoolwork": (
        "l’investissement de l’enfant dans son travail",
        "partly",
        "3 classes sur 5 le disent.",
    ),
    "self_confidence": ("la confiance en soi", "observed", "Les enseignants le disent de 9 élèves sur 14."),
    "communication": ("la communication avec les autres", "partly", "Dit par les parents, pas par l’école."),
    "ill_being": ("le mal-être à l’école et à la maison", "not_known", ""),
}
"""The eight: the value of the API, the words of the page, then an invented conclusion."""
CONDITIONS = (
    "Tous les partenaires éducatifs du territoire sont là",
    "Le diagnostic est partagé",
    "Le projet et les actions se construisent ensemble",
)
ANIMATORS = "Coordonnatrice REP et coordonnatrice PRE"
AUDIENCE = "Parents et acteurs éducatifs"
STRENGTHS = (
    "Parents, enseignants et acteurs éducatifs fabriquent ensemble des outils pour la réussite scolaire",
    "Des savoirs qui ne sont pas ceux de l’école ont de la valeur, et ceux qui les portent aussi",
)
IMPROVEMENTS = (
    "Travailler avec l’enfant et non à sa place\u202f: il est acteur de sa réussite",
    "Faire vivre l’action dans d’autres quartiers, avec des jeunes en service civique",
    "Chercher la suite\u202f: quelle formation, commune aux parents et aux enseignants\u202f?",
)
NOTES = (
    ("parents", "les parents", "02/03/2026", "Le vendredi soir convient mieux."),
    ("teachers", "les enseignants", "11/05/2026", "Des parents entrent plus volontiers en classe."),
    ("partners", "les partenaires", "02/06/2026", "La salle est trop petite."),
)
EVENTS = (("2026-01-15", 18, 12, 4), ("2026-05-21", 13, 9, 3))
"""Day, parents, children, professionals: invented, inside the twelve months."""
STARTED, LAST_DAY = "20/11/2025", "2026-11-19"
