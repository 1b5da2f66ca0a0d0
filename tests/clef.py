"""The facts of a real action sheet, number 81: a network of parenting support around Lunéville, in our words.

Numbers, organisations and ticked boxes are those of the sheet. What we have of it does not show the boxes of
questions 9, 10, 12, 13, 14, 23, 27 and 29: there the answer is what its text says.
"""

from typing import Any

CLEF: dict[str, Any] = {
    "title": "Le travail partenarial dans le champ éducatif, pour le mieux-être des enfants et des parents",
    "sectors": {
        "chosen": ["early_childhood", "education", "other"],
        "details": {"other": "Soutien à la parentalité"},
    },
    "carriers": {
        "chosen": ["other"],
        "details": {"other": "Collectif d’associations et d’institutions"},
    },
    "carrier_names": "Direction départementale de la cohésion sociale\nConseil général\n"
    "Caisse d’allocations familiales\nVille de Lunéville\nÉducation nationale\nPolitique de la ville\nCCAS\n"
    "Fédération Familles rurales\nCentre social\nAction sociale et ludique",
    "schemes": {
        "chosen": ["reaap", "other"],
        "details": {"other": "Comité de soutien à la parentalité ; politique de la ville"},
    },
    "initiative": {"chosen": ["public", "field", "managers", "state", "local_authority"]},
    "aims": "Former ensemble les professionnels et les bénévoles de l’enfance, qui forment à leur tour.\n"
    "Sensibiliser les parents en amont des difficultés.",
    "publics": {
        "chosen": ["all_parents", "children", "professionals"],
        "details": {
            "children": "3 à 6 ans, et 6 à 10 ans",
            "professionals": "Tous ceux de l’enfance et de la petite enfance",
        },
    },
    "vulnerability": "Ouverte à tous, avec une attention aux publics les plus fragiles.",
    "topics": "Le sommeil, l’alimentation, l’autorité, le langage, la non-violence, le lien école-familles.",
    "activities": {
        "chosen": ["reception", "bonding", "social_ties", "prevention", "coordination", "training"]
    },
    "activities_more": "Soirées, cafés poussettes, ateliers de langage entre parents et enfants, "
    "jeu des trois figures, formations chaque année.",
    "activity_reports": [
        "http://www.sfsp.fr/activites/parentalite/doc/Rapportactivite-PolitiquedelaVillepourenquete30mars2015.pdf"
    ],
    "approaches": {"chosen": ["collective"]},
    "period": {"chosen": ["design_date", "no_end"], "details": {"design_date": "1999"}},
    "frequency": "Toute l’année",
    "territories": {"chosen": ["local", "rural", "urban_priority"]},
    "surroundings": {"chosen": ["early_childhood", "school"]},
    "places": {"chosen": ["others_premises"]},
    "people": {"parents": 117, "children": 272, "professionals": 176},
    "unexpected_effects": "Le public touché dépasse celui qui est compté ; les adultes tissent des liens.",
    "accessibility": {"geographic": "yes", "cultural": "partly", "physical": "yes", "economic": "yes"},
    "accessibility_more": "Se déplacer est difficile à la campagne ; à l’école, tous se croisent.",
    "participation": {
        "initiative": ["professionals"],
        "priorities": ["professionals"],
        "design": ["families", "professionals"],
        "running": ["families", "professionals"],
        "evaluation": ["families", "professionals"],
    },
    "participation_more": "Depuis 2013 des parents se forment et co-animent deux ateliers de langage.",
    "training": "Savoir écouter, pour tous ; des intervenants extérieurs pour les thèmes.",
    "partner_sectors": {
        "chosen": ["early_childhood", "education", "other"],
        "details": {
            "other": "Parentalité, réussite éducative, langage, alternatives à la violence, prévention "
            "de la maltraitance"
        },
    },
    "partner_structures": "ATD Quart Monde\nIfman\nAsforel\nDialogoris\nAkilisso\n"
    "Association Pikler Lóczy\nCasnav",
    "funding": {
        "chosen": ["ministry", "departement", "commune", "caf", "other"],
        "details": {"ministry": "Ville", "other": "Direction départementale de la cohésion sociale"},
    },
    "evaluation": "finished",
    "evaluators": {"chosen": ["self"]},
    "evaluators_more": "Comités et groupes de recherche-action s’évaluent les uns les autres.",
    "results": "Voir le rapport d’activité.",
    "helped": "Un collectif depuis 1999, un poste de coordination à temps plein depuis décembre 2005, "
    "un partenariat avec l’Éducation nationale, un territoire élargi en 2014.",
    "hindered": "Quand chacun est responsable, personne ne l’est ; peu de points de comparaison.",
    "strategies": {"chosen": ["parent_skills", "community", "services"]},
    "health_effects": "Confiance en soi, moins d’isolement, entraide, empathie, langage.",
    "inequalities": "favourable",
    "inequalities_more": "Des outils et des idées pour le quotidien des familles.",
    "transfer": "Oui, si le travail part des réalités et des personnes du lieu.",
    "comments": "Le site du collectif présente la démarche et les partenaires.",
    "links": [
        "http://clef.viabloga.com/",
        "http://clef.viabloga.com/files/BILAN_2014_22_01_2015.pdf",
    ],
    "keywords": [
        *("formation", "professionnels", "équipe pluridisciplinaire", "politique publique"),
        *("liens enfants-parents", "approche collective", "familles", "fragilité sociale"),
        *("soutien à la parentalité", "travail en réseau"),
    ],
}
