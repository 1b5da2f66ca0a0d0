"""Practices of support to parents: the parenting space-time, then what networks and priority education do."""

from app.domain.engagement import Step
from app.domain.levers import Setting
from app.domain.practice import Age, Effort, Example, Practice
from app.domain.vocabulary import Audience, Axis, PartnerKind

_AGES_OF_SCHOOL = (Age.FROM_3_TO_5, Age.FROM_6_TO_11)

PARENTING = (
    Practice(
        slug="themed_tea",
        title="Goûter à thème entre parents",
        summary="Un goûter par mois, une question de parents, et quelqu’un du métier pour en parler.",
        axis=Axis.FAMILIARITY,
        lever="conviviality",
        step=Step.COME,
        settings=(Setting.SCHOOL, Setting.EARLY_CHILDHOOD),
        audiences=(Audience.ALL_PARENTS, Audience.FURTHEST, Audience.PARENTS_AND_CHILDREN),
        ages=(Age.UNDER_3, *_AGES_OF_SCHOOL),
        effort=Effort.MODERATE,
        context=(
            "Élever seul un enfant, manquer de temps ou d’argent, connaître peu de monde dans le "
            "quartier\u202f: des parents aimeraient en parler sans pousser la porte d’un bureau. Un "
            "espace-temps parentalité leur offre un rendez-vous régulier où l’on vient d’abord pour le "
            "goûter, avec les enfants, et où l’on échange entre parents."
        ),
        stakeholders=(
            "l’équipe de l’école ou de la structure",
            "la commune et son centre d’action sociale",
            "un professionnel invité selon le sujet",
        ),
        partner_kinds=(
            PartnerKind.MUNICIPAL_WELFARE,
            PartnerKind.SOCIAL_CENTRE,
            PartnerKind.PARENT_SUPPORT_NETWORK,
            PartnerKind.CHILD_PROTECTION,
        ),
        means=(
            "une salle accueillante, un goûter",
            "un coin de jeu et quelqu’un pour les enfants",
            "une annonce orale, reprise par les parents déjà venus",
        ),
        conditions=(
            "Le lieu est à quelques minutes à pied des familles.",
            "Le sujet vient des parents, pas de l’institution.",
            "Le professionnel invité écoute d’abord, il ne fait pas un cours.",
            "La date revient à rythme fixe, et quelqu’un la rappelle de vive voix.",
            "Une demande qui dépasse le groupe est passée au bon service.",
        ),
        examples=(
            Example(
                "Bassenge (Belgique)",
                "La maison de la cohésion sociale tient un goûter mensuel pour des foyers monoparentaux "
                "et des familles en situation précaire\u202f; chaque sujet a son invité.",
            ),
        ),
        indicators=("visits", "joint_actions"),
    ),
    Practice(
        slug="parent_child_workshop",
        title="Atelier parents-enfants",
        summary="Bouger, jouer ou fabriquer ensemble\u202f: le lien se travaille en faisant.",
        axis=Axis.FAMILIARITY,
        lever="welcome",
        step=Step.TAKE_PART,
        settings=(Setting.SCHOOL, Setting.AFTER_SCHOOL, Setting.EARLY_CHILDHOOD),
        audiences=(Audience.PARENTS_AND_CHILDREN, Audience.ONE_CLASS, Audience.FURTHEST),
        ages=(Age.UNDER_3, *_AGES_OF_SCHOOL),
        effort=Effort.MODERATE,
        context=(
            "Certains parents ne savent pas par où prendre leur place auprès de l’enfant, ni auprès de "
            "l’école. Une activité commune, le mouvement par exemple, donne un prétexte simple\u202f: "
            "on regarde son enfant faire, on fait avec lui, et les questions viennent ensuite. C’est "
            "une des formes d’un espace-temps parentalité."
        ),
        stakeholders=(
            "l’équipe éducative",
            "une animatrice ou un psychomotricien",
            "un lieu de permanence pour les parents",
        ),
        partner_kinds=(PartnerKind.SOCIAL_CENTRE, PartnerKind.ASSOCIATION, PartnerKind.MUNICIPAL_WELFARE),
        means=(
            "une salle de motricité ou le préau",
            "un encadrement formé à l’activité",
            "un temps à part pour les parents qui veulent parler",
        ),
        conditions=(
            "L’activité plaît aux enfants et ne demande aucun savoir aux parents.",
            "Les groupes restent petits.",
            "Les mêmes adultes accueillent d’une fois sur l’autre.",
            "Chaque parent peut repartir avec une idée à refaire à la maison.",
        ),
        examples=(
            Example(
                "Charleroi (Belgique)",
                (
                    "Un espace citoyen propose du mouvement en famille, une permanence d’écoute tous les "
                    "quinze jours et des sorties en petit groupe, qui demandent de relancer sans se lasser."
                ),
            ),
        ),
        indicators=("visits", "families_met_once"),
    ),
    Practice(
        slug="meeting_place",
        title="Lieu de rencontre pour les tout-petits et leurs parents",
        summary=(
            "Une matinée par semaine, les enfants jouent, les adultes se parlent, l’école n’est plus "
            "inconnue."
        ),
        axis=Axis.FAMILIARITY,
        lever="partners",
        step=Step.COME,
        settings=(Setting.EARLY_CHILDHOOD, Setting.SCHOOL),
        audiences=(Audience.FIRST_YEAR, Audience.PARENTS_AND_CHILDREN, Audience.NEWCOMERS),
        ages=(Age.UNDER_3, Age.FROM_3_TO_5),
        effort=Effort.LARGE,
        context=(
            "Pour un enfant gardé à la maison, l’entrée en maternelle est la première séparation, et "
            "pour ses parents la première rencontre avec l’école. Un lieu ouvert avant trois ans, où "
            "l’adulte reste, prépare les deux en douceur. C’est la troisième forme de l’espace-temps "
            "parentalité."
        ),
        stakeholders=("la commune", "la protection maternelle et infantile", "l’école maternelle du secteur"),
        partner_kinds=(
            PartnerKind.CHILD_PROTECTION,
            PartnerKind.NURSERY,
            PartnerKind.CHILDMINDER_CENTRE,
            PartnerKind.MUNICIPAL_WELFARE,
        ),
        means=(
            "une salle équipée pour les tout-petits",
            "deux accueillants formés",
            "un horaire fixe, sans inscription",
        ),
        conditions=(
            "L’adulte qui accompagne reste et garde la responsabilité de l’enfant.",
            "On vient quand on veut, sans dire pourquoi.",
            "L’école y passe avant les inscriptions.",
            "Les enfants d’un même quartier s’y retrouvent.",
        ),
        examples=(
            Example(
                "Andenne (Belgique)",
                (
                    "Un lieu pour les moins de trois ans, chacun avec un adulte\u202f; on y découvre les "
                    "autres avant la maternelle."
                ),
            ),
        ),
        indicators=("visits", "families_met_once"),
    ),
    Practice(
        slug="language_play",
        title="Atelier de langage en jouant, à la maternelle",
        summary="Des jeux de langage que les parents font en classe avec leur enfant, puis à la maison.",
        axis=Axis.FAMILIARITY,
        lever="collaboration",
        step=Step.TAKE_PART,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.PARENTS_AND_CHILDREN, Audience.OTHER_LANGUAGE, Audience.FIRST_YEAR),
        ages=(Age.FROM_3_TO_5,),
        effort=Effort.LARGE,
        context=(
            "Parler avec un petit s’apprend en jouant. Quand l’atelier se tient dans la classe, des "
            "parents que l’école intimide y entrent pour leur enfant et découvrent ce que l’on y fait."
        ),
        stakeholders=(
            "l’enseignante de la classe",
            "une orthophoniste ou une association de langage",
            "la commune",
        ),
        partner_kinds=(
            PartnerKind.ASSOCIATION,
            PartnerKind.FAMILY_ALLOWANCES,
            PartnerKind.PARENT_SUPPORT_NETWORK,
        ),
        means=(
            "des jeux à emprunter",
            "une formation commune des adultes qui animent",
            "un créneau à l’heure où les parents sont là",
        ),
        conditions=(
            "L’enseignante en parle à chaque famille avant l’invitation écrite.",
            "Le jeu passe avant l’explication.",
            "La langue de la maison est bienvenue.",
            "Les jeux peuvent être empruntés.",
        ),
        examples=(
            Example(
                "Lunéville (Meurthe-et-Moselle)",
                (
                    "Le réseau La CLEF forme ensemble des professionnels de l’école, de la petite enfance et "
                    "des associations, qui tiennent ensuite ces ateliers dans les écoles maternelles."
                ),
            ),
        ),
        indicators=("visits", "joint_actions", "families_met_once"),
    ),
    Practice(
        slug="trained_parents",
        title="Des parents formés animent avec les professionnels",
        summary="Des parents suivent la même formation que l’équipe, puis tiennent l’atelier avec elle.",
        axis=Axis.PARTICIPATION,
        lever="collaboration",
        step=Step.CO_LEAD,
        settings=(Setting.SCHOOL, Setting.EARLY_CHILDHOOD),
        audiences=(Audience.PARENT_REPRESENTATIVES, Audience.ALL_PARENTS),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.LARGE,
        context=(
            "Après quelques ateliers, des parents ont envie d’aller plus loin. Leur proposer la "
            "formation de l’équipe, et non une formation à part, dit clairement qu’ils ont un savoir à "
            "apporter."
        ),
        stakeholders=(
            "l’équipe de l’école",
            "un réseau de soutien à la parentalité",
            "les parents volontaires",
        ),
        partner_kinds=(
            PartnerKind.PARENT_SUPPORT_NETWORK,
            PartnerKind.ASSOCIATION,
            PartnerKind.FAMILY_ALLOWANCES,
        ),
        means=(
            "des places de formation",
            "un binôme parent et professionnel pour chaque atelier",
            "une garde d’enfants",
        ),
        conditions=(
            "Les parents sont d’abord venus comme participants.",
            "Chacun peut arrêter sans se justifier.",
            "Le binôme prépare et fait le point ensemble.",
            "Ce qui se dit dans l’atelier y reste.",
        ),
        examples=(
            Example(
                "Lunéville (Meurthe-et-Moselle)",
                (
                    "Depuis 2013, des parents formés par La CLEF participent à l’animation d’ateliers de "
                    "langage."
                ),
            ),
        ),
        indicators=("joint_actions", "visits"),
    ),
    Practice(
        slug="parents_point",
        title="Point parents du quartier",
        summary=(
            "Parents, enseignants et partenaires fabriquent ensemble des outils pour accompagner les enfants."
        ),
        axis=Axis.PARTICIPATION,
        lever="collaboration",
        step=Step.CONTRIBUTE,
        settings=(Setting.SCHOOL, Setting.AFTER_SCHOOL),
        audiences=(Audience.ALL_PARENTS, Audience.FURTHEST),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.LARGE,
        context=(
            "Dans un quartier d’éducation prioritaire, un groupe régulier réunit des parents et celles "
            "et ceux qui travaillent avec leurs enfants. On y part de ce que les parents savent faire, "
            "on regarde ensemble ce qui coince avec l’école, on en tire un outil qui sert."
        ),
        stakeholders=(
            "la coordination du réseau d’éducation prioritaire",
            "la réussite éducative",
            "les associations du quartier",
        ),
        partner_kinds=(
            PartnerKind.MUNICIPAL_WELFARE,
            PartnerKind.SOCIAL_CENTRE,
            PartnerKind.ASSOCIATION,
            PartnerKind.STATE_SERVICE,
        ),
        means=(
            "deux personnes pour animer",
            "un lieu neutre du quartier",
            "un point d’étape tous les trois mois",
        ),
        conditions=(
            "Tous les acteurs éducatifs du quartier sont autour de la table.",
            "Le diagnostic est fait ensemble.",
            "Le projet et les actions sont décidés à plusieurs.",
            "Les enfants ont aussi leur mot à dire.",
        ),
        indicators=("joint_actions", "visits", "absenteeism"),
    ),
)
