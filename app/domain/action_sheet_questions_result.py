"""Questions 15 to 30 of the action sheet: who came, with which means, what was evaluated, what it changes.

The strategies are those of the Ottawa Charter (app.domain.levers); their examples are ours. Several bodies of
the list of funders were renamed since the sheet was drawn up: their heirs are named beside them.
"""

from app.domain.action_sheet_parts import Choice, Kind, Part, Question, Section
from app.domain.action_sheet_questions_plan import sectors, upper
from app.domain.levers import Strategy

_MORE = "Précisions"
_PEOPLE = (
    Choice("parents", "Parents par an"),
    Choice("children", "Enfants par an"),
    Choice("professionals", "Professionnels par an"),
)
_ACCESS = (
    Choice("geographic", "Pour le lieu (distance, transports)"),
    Choice("cultural", "Pour la culture (langue, habitudes, rapport à l’écrit)"),
    Choice("physical", "Pour l’accès (handicap, horaires)"),
    Choice("economic", "Pour le coût"),
)
_EASY = (Choice("yes", "Oui"), Choice("no", "Non"), Choice("partly", "En partie"))
_STAGES = (
    Choice("initiative", "À l’initiative"),
    Choice("priorities", "Au choix des priorités"),
    Choice("design", "À la conception"),
    Choice("running", "À l’animation"),
    Choice("evaluation", "À l’évaluation"),
    Choice("none", "À rien de cela", is_alone=True),
)
_TAKING_PART = (
    Choice("families", "Familles, parents, enfants"),
    Choice("professionals", "Professionnels bénéficiaires"),
)

PEOPLE = Section(
    "people",
    "Avec qui",
    "Les personnes venues, ce qui leur facilite la venue, ce à quoi elles prennent part.",
    (
        Question(
            15,
            "Combien de personnes en une année\u202f?",
            (Part("people", Kind.COUNTS, hint="Écrivez 0 quand il n’y en a pas eu.", rows=_PEOPLE),),
        ),
        Question(
            16,
            "A-t-elle eu des effets que vous n’attendiez pas\u202f?",
            (
                Part(
                    "unexpected_effects", Kind.TEXT, hint="Favorables ou non, sur ce public ou sur d’autres."
                ),
            ),
        ),
        Question(
            17,
            "Le public y accède-t-il facilement\u202f?",
            (
                Part("accessibility", Kind.GRID_ONE, rows=_ACCESS, choices=_EASY),
                Part("accessibility_more", Kind.TEXT, _MORE, is_optional=True),
            ),
        ),
        Question(
            18,
            "À quoi le public a-t-il pris part\u202f?",
            (
                Part("participation", Kind.GRID_SEVERAL, rows=_STAGES, choices=_TAKING_PART),
                Part("participation_more", Kind.TEXT, _MORE, is_optional=True),
            ),
        ),
    ),
)

_FUNDERS = (
    Choice("own_funds", "Fonds propres"),
    Choice("ministry", "Ministère", detail="Quelle direction"),
    Choice("ars", "Agence régionale de santé (ARS)"),
    Choice("drjscs", "Direction régionale de la jeunesse et de la cohésion sociale (Drajes et Dreets)"),
    Choice("dsden", "Services départementaux de l’éducation nationale (DSDEN)"),
    Choice("region", "Conseil régional"),
    Choice("departement", "Conseil départemental (ancien conseil général)"),
    Choice("intercommunal", "Communauté urbaine, de communes, d’agglomération"),
    Choice("commune", "Commune"),
    Choice("ccas", "Centre communal ou intercommunal d’action sociale"),
    Choice("inpes", "Inpes (Santé publique France)"),
    Choice("acse", "Acsé (Agence nationale de la cohésion des territoires)"),
    Choice("cnaf", "Caisse nationale des allocations familiales"),
    Choice("caf", "Caisse départementale des allocations familiales"),
    Choice("health_insurance", "Assurance maladie"),
    Choice("mutual", "Organismes complémentaires"),
    Choice("foundations", "Fondations, associations"),
    Choice("companies", "Entreprises"),
    Choice("volunteers", "Bénévolat"),
    Choice("unknown", "Ne sait pas", is_alone=True),
    Choice("other", "Autre", detail="Qui d’autre"),
)

MEANS = Section(
    "means",
    "Avec quels moyens",
    "La formation, les partenaires, le financement.",
    (
        Question(19, "Faut-il se former pour la mener, et à quoi\u202f?", (Part("training", Kind.TEXT),)),
        Question(
            20,
            "Dans quels domaines travaillent les partenaires\u202f?",
            (
                Part("partner_sectors", Kind.SEVERAL, choices=sectors("Quel autre domaine")),
                Part(
                    "partner_structures",
                    Kind.TEXT,
                    "Les organismes partenaires",
                    "Des organismes et des fonctions, jamais le nom d’une personne.",
                ),
            ),
        ),
        Question(21, "Qui la finance\u202f?", (Part("funding", Kind.SEVERAL, choices=_FUNDERS),)),
    ),
)

_STATES = (
    Choice("planned", "Prévue"),
    Choice("under_way", "En cours"),
    Choice("finished", "Terminée"),
    Choice("none", "Pas prévue"),
)
_EVALUATORS = (
    Choice("none", "Sans objet", is_alone=True),
    Choice("unknown", "Ne sait pas", is_alone=True),
    Choice("self", "Une auto-évaluation"),
    Choice("external", "Une évaluation externe", detail="Par qui"),
)

EVALUATION = Section(
    "evaluation",
    "Ce qu’on en sait",
    "L’évaluation, ce qui a aidé, ce qui a freiné.",
    (
        Question(22, "Où en est l’évaluation\u202f?", (Part("evaluation", Kind.ONE, choices=_STATES),)),
        Question(
            23,
            "Qui évalue\u202f?",
            (
                Part("evaluators", Kind.SEVERAL, choices=_EVALUATORS),
                Part("evaluators_more", Kind.TEXT, "Comment", is_optional=True),
            ),
        ),
        Question(
            24,
            "Qu’a montré l’évaluation\u202f?",
            (
                Part(
                    "results",
                    Kind.TEXT,
                    hint="Avec les indicateurs suivis, les nombres et ce sur quoi ils portent.",
                ),
                Part(
                    "evaluation_reports",
                    Kind.LINKS,
                    "Rapport d’évaluation",
                    "Une adresse par ligne, avec https://",
                    is_optional=True,
                ),
            ),
            unless=("evaluation", frozenset({"planned", "none"})),
        ),
        Question(
            25,
            "Qu’est-ce qui a aidé\u202f?",
            (
                Part(
                    "helped",
                    Kind.TEXT,
                    hint="À concevoir l’action, à la mener, à l’évaluer, à la faire durer.",
                ),
            ),
        ),
        Question(
            26,
            "Qu’est-ce qui a freiné\u202f?",
            (Part("hindered", Kind.TEXT, hint="Ce qui a manqué, ce qui a coûté, ce qui reste difficile."),),
        ),
    ),
)

_EXAMPLES = {
    Strategy.LIVING_PLACES: (
        "accueillir toutes les familles, avec leurs différences",
        "ouvrir à des horaires possibles pour ceux qui travaillent tôt ou tard",
        "donner une place régulière aux parents et noter ce qu’on se dit",
        "traiter de la même façon filles et garçons, mères et pères",
    ),
    Strategy.PARENT_SKILLS: (
        "recevoir un parent seul, chez lui ou sur place",
        "réunir des parents autour d’une question qu’ils se posent",
        "proposer un atelier où l’on apprend en faisant",
        "écrire et dire les informations dans une langue simple",
    ),
    Strategy.COMMUNITY: (
        "ouvrir un café des parents ou un lieu d’accueil enfants-parents",
        "faire connaître ce qui existe pour les familles du quartier",
        "organiser une conférence, une fête, une université des parents",
        "prêter du matériel adapté aux parents en situation de handicap",
    ),
    Strategy.SERVICES: (
        "s’appuyer sur la protection maternelle et infantile",
        "former salariés et bénévoles à l’accueil des parents",
        "apprendre à travailler avec les parents plutôt que pour eux",
    ),
    Strategy.POLICIES: (
        "inscrire les besoins des familles au projet de la commune ou au contrat local de santé",
        "soutenir l’accueil de la petite enfance",
        "faire vivre les réseaux de soutien aux parents",
        "appuyer la recherche et la formation sur la santé des jeunes enfants",
    ),
}
_STRATEGIES = tuple(
    Choice(strategy.value, upper(strategy.label), examples=_EXAMPLES[strategy]) for strategy in Strategy
)
_EFFECTS = (
    Choice("favourable", "Favorable"),
    Choice("mixed", "Mitigé"),
    Choice("negative", "Défavorable"),
    Choice("none", "Pas d’effet"),
    Choice("unknown", "Ne sait pas"),
)

EFFECTS = Section(
    "effects",
    "Ce qu’elle change",
    "Ce que l’équipe en perçoit\u202f: un avis, pas une preuve.",
    (
        Question(
            27,
            "De quelles stratégies relève-t-elle\u202f?",
            (
                Part("strategies", Kind.SEVERAL, hint="Les exemples ne limitent rien.", choices=_STRATEGIES),
                Part("strategies_comment", Kind.TEXT, "Commentaire", is_optional=True),
            ),
        ),
        Question(
            28,
            "Quels effets sur la santé des enfants ou des parents\u202f?",
            (
                Part(
                    "health_effects",
                    Kind.TEXT,
                    hint="La santé au sens large\u202f: confiance, sommeil, lien, parole.",
                ),
            ),
        ),
        Question(
            29,
            "Contribue-t-elle à réduire les inégalités sociales de santé\u202f?",
            (
                Part("inequalities", Kind.ONE, choices=_EFFECTS),
                Part("inequalities_more", Kind.TEXT, _MORE, is_optional=True),
            ),
        ),
        Question(
            30,
            "Pourrait-on la mener ailleurs, et à quelles conditions\u202f?",
            (Part("transfer", Kind.TEXT),),
        ),
    ),
)

CLOSING = Section(
    "closing",
    "Pour finir",
    "Ce qui aidera une autre école à la retrouver et à la reprendre.",
    (
        Question(None, "Ce que vous voulez ajouter", (Part("comments", Kind.TEXT, is_optional=True),)),
        Question(
            None,
            "Liens utiles",
            (Part("links", Kind.LINKS, hint="Une adresse par ligne, avec https://", is_optional=True),),
        ),
        Question(
            None,
            "Mots clés",
            (
                Part(
                    "keywords",
                    Kind.KEYWORDS,
                    hint="Séparés par des virgules. Exemple\u202f: langage, entrée au CP, médiathèque",
                    is_optional=True,
                ),
            ),
        ),
    ),
)
