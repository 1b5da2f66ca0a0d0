"""Questions 1 to 14 of the action sheet: who carries the action, what it wants, what is done, where.

The numbers, the closed lists and the short names of bodies are those of the sheet that a French health
promotion society collects parenting actions with (its sheet 81 is the one we read); the questions are in our
words. Codes are ours and stay for ever.
"""

from app.domain.action_sheet_parts import Choice, Kind, Part, Question, Section
from app.domain.vocabulary import PartnerKind, PartnerSector


def sectors(told: str) -> tuple[Choice, ...]:
    """The twelve fields of work of questions 1 and 20."""
    return tuple(
        Choice(sector.value, sector.label.capitalize(), detail=told if sector is PartnerSector.OTHER else "")
        for sector in PartnerSector
    )


def upper(text: str) -> str:
    return text[:1].upper() + text[1:]


_CARRIERS = tuple(
    Choice(kind.value, upper(kind.label), detail="Quel autre porteur" if kind is PartnerKind.OTHER else "")
    for kind in PartnerKind
)
_ORGANISATIONS = (
    Choice("parenting", "spécialisée dans l’accompagnement des parents"),
    Choice("families", "de familles"),
    Choice("public_health", "spécialisée en santé publique"),
    Choice("social_support", "spécialisée dans l’accompagnement social"),
    Choice("users", "d’usagers, d’habitants ou de patients"),
)
_SCHEMES = (
    Choice("reaap", "Réseau d’écoute, d’appui et d’accompagnement des parents (REAAP)"),
    Choice("laep", "Lieu d’accueil enfants-parents (LAEP)"),
    Choice("pif", "Point info famille (PIF)"),
    Choice("clas", "Contrat local d’accompagnement à la scolarité (CLAS)"),
    Choice("pre", "Programme de réussite éducative (PRE)"),
    Choice("open_school", "École ouverte"),
    Choice("prs", "Programme régional de santé (PRS)"),
    Choice("asv", "Atelier santé ville (ASV)"),
    Choice("cls", "Contrat local de santé (CLS)"),
    Choice("none", "Aucun dispositif", is_alone=True),
    Choice("unknown", "Ne sait pas", is_alone=True),
    Choice("other", "Un autre dispositif", detail="Quel autre dispositif"),
)
_STARTERS = (
    Choice("public", "Le public\u202f: parents, familles"),
    Choice("field", "Des professionnels au contact du public"),
    Choice("managers", "Une structure ou une institution gestionnaire"),
    Choice("state", "L’État"),
    Choice("local_authority", "Une collectivité territoriale"),
    Choice("unknown", "Ne sait pas", is_alone=True),
    Choice("other", "Autre", detail="Qui d’autre"),
)

WHO = Section(
    "who",
    "Qui la porte",
    "Le nom de l’action, et les organismes qui la font vivre.",
    (
        Question(None, "Intitulé de l’action", (Part("title", Kind.LINE),)),
        Question(
            1,
            "Dans quels domaines travaillez-vous\u202f?",
            (Part("sectors", Kind.SEVERAL, choices=sectors("Quel autre domaine")),),
        ),
        Question(
            2,
            "Qui porte l’action\u202f?",
            (
                Part("carriers", Kind.SEVERAL, choices=_CARRIERS),
                Part(
                    "carrier_organisations",
                    Kind.SEVERAL,
                    "Cette association ou organisation est",
                    choices=_ORGANISATIONS,
                    under=("carriers", PartnerKind.ASSOCIATION.value),
                ),
                Part(
                    "carrier_names",
                    Kind.TEXT,
                    "Les organismes porteurs",
                    "Des organismes et des fonctions, jamais le nom d’une personne.",
                ),
            ),
        ),
        Question(
            3,
            "Fait-elle partie d’un dispositif\u202f?",
            (Part("schemes", Kind.SEVERAL, choices=_SCHEMES),),
        ),
        Question(
            4,
            "Qui en a eu l’idée\u202f?",
            (
                Part("initiative", Kind.SEVERAL, choices=_STARTERS),
                Part(
                    "diagnosis",
                    Kind.TEXT,
                    "Ce qui a été observé au départ",
                    "Un constat, un diagnostic partagé, ou l’adresse d’un document.",
                    is_optional=True,
                ),
            ),
        ),
    ),
)

_PUBLICS = (
    Choice("future_parents", "Futurs parents"),
    Choice("all_parents", "Tous les parents, quelle que soit leur situation"),
    Choice("young_parents", "Très jeunes parents"),
    Choice("fathers", "Pères exclusivement"),
    Choice("mothers", "Mères exclusivement"),
    Choice("children", "Enfants", detail="De quel âge"),
    Choice("professionals", "Professionnels", detail="Lesquels"),
    Choice("other", "Autre", detail="Quel autre public"),
)

WHY = Section(
    "why",
    "Pour quoi, pour qui",
    "Ce que l’action cherche, à qui elle s’adresse, de quoi on y parle.",
    (
        Question(
            5, "Que cherche-t-elle, et quels effets en attendez-vous\u202f?", (Part("aims", Kind.TEXT),)
        ),
        Question(
            6,
            "Pour qui est-elle faite\u202f?",
            (
                Part("publics", Kind.SEVERAL, choices=_PUBLICS),
                Part(
                    "vulnerability",
                    Kind.TEXT,
                    "Des situations de vulnérabilité auxquelles elle répond",
                    "Des situations, jamais des familles reconnaissables.",
                    is_optional=True,
                ),
            ),
        ),
        Question(7, "De quoi y parle-t-on\u202f?", (Part("topics", Kind.TEXT),)),
    ),
)

_ACTIVITIES = (
    Choice("reception", "Accueil, écoute, information"),
    Choice("bonding", "Activités qui favorisent le lien entre enfant et parent"),
    Choice("social_ties", "Activités qui favorisent le lien social et la citoyenneté"),
    Choice("social_rights", "Accès aux droits sociaux, insertion"),
    Choice("cultural", "Activités socio-culturelles pour parents et enfants"),
    Choice("daily_life", "Aide au quotidien\u202f: organisation, budget"),
    Choice("childcare", "Aide ponctuelle à la garde"),
    Choice("schoolwork", "Accompagnement à la scolarité"),
    Choice("counselling", "Accompagnement psychologique"),
    Choice("mediation", "Médiation"),
    Choice("legal_aid", "Aide juridique"),
    Choice("prevention", "Prévention, soins"),
    Choice("coordination", "Coordination, mise en réseau de professionnels"),
    Choice("training", "Formation de professionnels"),
    Choice("advocacy", "Plaidoyer"),
    Choice("other", "Autre", detail="Quelle autre activité"),
)
_APPROACHES = (
    Choice("individual", "Une par une\u202f: écoute, orientation"),
    Choice("collective", "En groupe\u202f: débats, ateliers, conférences"),
)
_PERIOD = (
    Choice("design_date", "Conception commencée", "Date du début de la conception", is_date=True),
    Choice("start_date", "Mise en œuvre commencée", "Date du début de la mise en œuvre", is_date=True),
    Choice("end_date", "Fin prévue ou passée", "Date de fin", is_date=True),
    Choice("design_unknown", "Date de conception inconnue", against=("design_date",)),
    Choice("end_unknown", "Date de fin inconnue", against=("end_date", "no_end")),
    Choice("no_end", "Pas de fin prévue", against=("end_date",)),
)

WHAT = Section(
    "what",
    "Ce qui se fait, et quand",
    "Les activités, la durée, le rythme.",
    (
        Question(
            8,
            "Qu’y fait-on\u202f?",
            (
                Part("activities", Kind.SEVERAL, choices=_ACTIVITIES),
                Part("activities_more", Kind.TEXT, "Précisions sur les activités", is_optional=True),
                Part(
                    "activity_reports",
                    Kind.LINKS,
                    "Rapport d’activité",
                    "Une adresse par ligne, avec https://",
                    is_optional=True,
                ),
            ),
        ),
        Question(
            9,
            "Rencontrez-vous les personnes une par une ou en groupe\u202f?",
            (Part("approaches", Kind.SEVERAL, choices=_APPROACHES),),
        ),
        Question(
            10,
            "De quand à quand\u202f?",
            (
                Part(
                    "period",
                    Kind.SEVERAL,
                    choices=_PERIOD,
                    in_order=("design_date", "start_date", "end_date"),
                ),
            ),
        ),
        Question(11, "À quel rythme a-t-elle lieu\u202f?", (Part("frequency", Kind.LINE),)),
    ),
)

_TERRITORIES = (
    Choice("national", "National"),
    Choice("regional", "Régional"),
    Choice("departmental", "Départemental"),
    Choice("local", "Local"),
    Choice("rural", "En milieu rural"),
    Choice("urban_priority", "En ville ou autour, dans un territoire prioritaire"),
    Choice("urban_other", "En ville ou autour, hors territoire prioritaire"),
)
_SURROUNDINGS = (
    Choice("early_childhood", "Petite enfance"),
    Choice("after_school", "Périscolaire"),
    Choice("school", "Scolaire"),
    Choice("family", "Familial"),
    Choice("integration", "Insertion"),
    Choice("work", "Travail"),
    Choice("prison", "Carcéral"),
    Choice("care", "Soins"),
    Choice("social_cultural", "Socio-culturel"),
    Choice("other", "Autre", detail="Quel autre milieu"),
)
_PLACES = (
    Choice("mobile", "Structure mobile ou itinérante"),
    Choice("others_premises", "Lieu fixe, dans les locaux d’un autre organisme"),
    Choice("own_premises", "Lieu fixe, dans vos propres locaux"),
    Choice("at_home", "Au domicile des personnes"),
    Choice("workplace", "Sur le lieu de travail des professionnels"),
    Choice("other", "Autre", detail="Quel autre lieu"),
)

WHERE = Section(
    "where",
    "Où elle se passe",
    "Le territoire, le milieu, les lieux.",
    (
        Question(
            12,
            "À quelle échelle, et sur quel territoire\u202f?",
            (Part("territories", Kind.SEVERAL, choices=_TERRITORIES),),
        ),
        Question(
            13,
            "Dans quels milieux se passe-t-elle\u202f?",
            (Part("surroundings", Kind.SEVERAL, choices=_SURROUNDINGS),),
        ),
        Question(14, "Dans quels lieux\u202f?", (Part("places", Kind.SEVERAL, choices=_PLACES),)),
    ),
)
