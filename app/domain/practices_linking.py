"""Practices that show the five levers at work, in and around the school."""

from app.domain.engagement import Step
from app.domain.levers import Setting
from app.domain.practice import Age, Effort, Practice
from app.domain.vocabulary import Audience, Axis, PartnerKind

_AGES_OF_SCHOOL = (Age.FROM_3_TO_5, Age.FROM_6_TO_11)

LINKING_PRACTICES = (
    Practice(
        slug="festive_start",
        title="Fête de rentrée avec de petits ateliers",
        summary=(
            "Une fin d’après-midi pour se dire bonjour, jouer et essayer ensemble des activités de classe."
        ),
        axis=Axis.FAMILIARITY,
        lever="conviviality",
        step=Step.COME,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.ALL_PARENTS, Audience.NEWCOMERS, Audience.FIRST_YEAR),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.MODERATE,
        context=(
            "La première réunion de l’année est souvent un exposé. Une fête, avec deux ou trois "
            "ateliers sur les émotions ou l’entraide et des jeux pour tous, permet de se connaître "
            "avant d’avoir quelque chose à se dire."
        ),
        stakeholders=("toute l’équipe", "les parents élus", "le périscolaire"),
        partner_kinds=(PartnerKind.SOCIAL_CENTRE, PartnerKind.ASSOCIATION),
        means=(
            "la cour et le préau",
            "trois ateliers courts",
            "un buffet où chacun peut poser quelque chose",
        ),
        conditions=(
            "Aucun discours ne dure plus de cinq minutes.",
            "Chaque famille est saluée par quelqu’un de l’équipe.",
            "L’invitation est comprise sans savoir lire.",
            "La suite est annoncée sur place\u202f: une date, un lieu.",
        ),
        indicators=("visits", "back_to_school_meeting", "families_met_once"),
    ),
    Practice(
        slug="stay_at_pickup",
        title="Rester un moment au moment de venir chercher son enfant",
        summary="Un quart d’heure de jeu avec les enfants avant de repartir.",
        axis=Axis.FAMILIARITY,
        lever="welcome",
        step=Step.COME,
        settings=(Setting.AFTER_SCHOOL, Setting.EARLY_CHILDHOOD),
        audiences=(Audience.PARENTS_AND_CHILDREN, Audience.ALL_PARENTS),
        ages=(Age.UNDER_3, *_AGES_OF_SCHOOL),
        effort=Effort.LIGHT,
        context=(
            "Les parents sont là de toute façon. Ouvrir la porte une fois par semaine, garder les jeux "
            "sortis, se rendre disponible\u202f: c’est le rendez-vous qui demande le moins à une "
            "famille."
        ),
        stakeholders=("l’équipe du périscolaire", "les enseignants disponibles", "les Atsem"),
        partner_kinds=(PartnerKind.OTHER, PartnerKind.SOCIAL_CENTRE),
        means=("des jeux courts", "un adulte libre pour parler", "une affiche à la porte, avec un dessin"),
        conditions=(
            "Le jour est toujours le même.",
            "Un adulte accueille et ne surveille pas.",
            "On ne parle pas des difficultés d’un enfant devant les autres.",
            "Un parent pressé repart sans gêne.",
        ),
        indicators=("visits", "families_met_once"),
    ),
    Practice(
        slug="small_tasks",
        title="Une petite tâche entre deux séances",
        summary="Une vidéo à regarder, une question à poser, un jeu à refaire à la maison.",
        axis=Axis.PARTICIPATION,
        lever="collaboration",
        step=Step.TAKE_PART,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.ONE_CLASS, Audience.ONE_GRADE),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.LIGHT,
        context=(
            "Un travail de classe sur les émotions ou le vivre ensemble (CPS) s’arrête souvent à la "
            "porte. Une tâche de cinq minutes, liée à la séance, le fait entrer à la maison sans "
            "réunion."
        ),
        stakeholders=("l’enseignant de la classe",),
        means=(
            "un message court, lisible à voix haute",
            "une vidéo ou un jeu de cinq minutes",
            "un retour en classe le lendemain",
        ),
        conditions=(
            "La tâche tient en cinq minutes et sans matériel.",
            "Elle se fait aussi sans écran ni lecture.",
            "La classe reparle de ce que les familles ont fait.",
            "Personne n’est repris s’il ne l’a pas faite.",
        ),
        indicators=("appointments_answered", "digital_access"),
    ),
    Practice(
        slug="health_message",
        title="Fabriquer ensemble un message de santé",
        summary=(
            "Parents et professionnels partent de ce que chacun pense, apprennent, puis écrivent un "
            "message commun."
        ),
        axis=Axis.PARTICIPATION,
        lever="collaboration",
        step=Step.CONTRIBUTE,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.ALL_PARENTS, Audience.PARENT_REPRESENTATIVES),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.LARGE,
        context=(
            "Sommeil, écrans, petit déjeuner\u202f: sur ces sujets on parle souvent aux parents, "
            "rarement avec eux. Un atelier en quatre temps (dire ce que l’on pense, apprendre, "
            "partager un moment, écrire et mettre en forme) donne une affiche ou une vidéo qui est la "
            "leur."
        ),
        stakeholders=(
            "l’équipe de l’école",
            "l’infirmière scolaire",
            "un intervenant en promotion de la santé",
        ),
        partner_kinds=(
            PartnerKind.ASSOCIATION,
            PartnerKind.LOCAL_PUBLIC_HEALTH,
            PartnerKind.HEALTH_INSURANCE,
            PartnerKind.MUTUAL,
        ),
        means=(
            "deux ou trois séances",
            "une tablette ou un ordinateur pour la mise en forme",
            "une place visible pour le message",
        ),
        conditions=(
            "Chaque point de vue est entendu avant tout apport.",
            "Le sujet est choisi avec les parents.",
            "Le message est montré dans l’école, signé par le groupe.",
            "Un moment convivial fait partie de la séance.",
        ),
        indicators=("joint_actions", "visits"),
    ),
    Practice(
        slug="mixed_activities",
        title="Mêler parents et professionnels dans l’activité",
        summary=(
            "Des équipes mélangées pour jouer, jardiner ou cuisiner\u202f: plus de rangée de chaises "
            "face à l’école."
        ),
        axis=Axis.PARTICIPATION,
        lever="collaboration",
        step=Step.TAKE_PART,
        settings=(Setting.SCHOOL, Setting.AFTER_SCHOOL),
        audiences=(Audience.PARENTS_AND_CHILDREN, Audience.ALL_PARENTS),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.LIGHT,
        context=(
            "Faire la même chose côte à côte efface pour un moment les rôles. Une équipe mélangée par "
            "tirage au sort suffit pour que des adultes qui se croisaient se parlent."
        ),
        stakeholders=("l’équipe de l’école", "le périscolaire", "les partenaires présents ce jour-là"),
        partner_kinds=(PartnerKind.SOCIAL_CENTRE, PartnerKind.ASSOCIATION),
        means=(
            "une activité sans expert",
            "des équipes tirées au sort",
            "un moment pour souffler ensemble à la fin",
        ),
        conditions=(
            "Les professionnels participent, ils ne dirigent pas.",
            "Les équipes changent d’une fois à l’autre.",
            "L’activité ne met personne en échec devant les autres.",
        ),
        indicators=("visits", "joint_actions"),
    ),
    Practice(
        slug="shared_stand",
        title="Un stand tenu avec des parents",
        summary=(
            "Pour la semaine de la parentalité ou l’exposition de l’école, des parents présentent avec "
            "l’équipe."
        ),
        axis=Axis.PARTICIPATION,
        lever="collaboration",
        step=Step.CO_LEAD,
        settings=(Setting.SCHOOL, Setting.AFTER_SCHOOL),
        audiences=(Audience.PARENT_REPRESENTATIVES, Audience.ALL_PARENTS),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.MODERATE,
        context=(
            "Présenter un temps fort, tenir un stand, guider la visite\u202f: coanimer met en avant ce "
            "que les parents savent, et les enfants voient les adultes faire équipe."
        ),
        stakeholders=("toute l’équipe", "les parents volontaires", "la commune"),
        partner_kinds=(
            PartnerKind.SOCIAL_CENTRE,
            PartnerKind.PARENT_SUPPORT_NETWORK,
            PartnerKind.ASSOCIATION,
        ),
        means=("une réunion pour préparer", "un binôme par stand", "de quoi exposer"),
        conditions=(
            "Chaque parent choisit ce qu’il présente.",
            "Le binôme s’est vu une fois avant.",
            "On vient aux parents déjà croisés ailleurs, pas à un appel général.",
            "Le merci est public.",
        ),
        indicators=("joint_actions", "visits"),
    ),
    Practice(
        slug="show_of_work",
        title="Exposition ou spectacle des élèves",
        summary="Les enfants montrent leurs progrès, l’équipe explique comment on y arrive.",
        axis=Axis.FAMILIARITY,
        lever="skills",
        step=Step.COME,
        settings=(Setting.SCHOOL, Setting.EARLY_CHILDHOOD),
        audiences=(Audience.ALL_PARENTS, Audience.ONE_CLASS),
        ages=(Age.UNDER_3, *_AGES_OF_SCHOOL),
        effort=Effort.MODERATE,
        context=(
            "Célébrer ce que les enfants savent faire est une bonne nouvelle à partager. Quelques mots "
            "sur le chemin, à côté des œuvres, rendent visible le travail de l’équipe."
        ),
        stakeholders=("l’équipe de l’école", "les élèves comme guides"),
        partner_kinds=(PartnerKind.ASSOCIATION,),
        means=(
            "un lieu de passage ou une salle",
            "deux horaires, dont un après le travail",
            "une phrase d’élève par œuvre",
        ),
        conditions=(
            "Chaque enfant a quelque chose à montrer.",
            "Deux horaires permettent à chacun de venir.",
            "Un temps est prévu pour parler, pas seulement pour applaudir.",
        ),
        indicators=("visits", "families_met_once"),
    ),
    Practice(
        slug="profession_day",
        title="Fêter un métier de l’enfance",
        summary=(
            "Atsem, assistantes maternelles, AESH\u202f: une journée pour découvrir un métier, autour "
            "d’un goûter."
        ),
        axis=Axis.FAMILIARITY,
        lever="skills",
        step=Step.COME,
        settings=(Setting.EARLY_CHILDHOOD, Setting.SCHOOL),
        audiences=(Audience.ALL_PARENTS, Audience.PARENTS_AND_CHILDREN),
        ages=(Age.UNDER_3, Age.FROM_3_TO_5),
        effort=Effort.LIGHT,
        context=(
            "Les journées nationales d’un métier, comme celle des assistantes maternelles, sont un "
            "prétexte pour le raconter. On confie plus sereinement son enfant à quelqu’un dont on a vu "
            "le travail."
        ),
        stakeholders=("les professionnels concernés", "la commune", "le relais petite enfance"),
        partner_kinds=(PartnerKind.CHILDMINDER_CENTRE, PartnerKind.NURSERY),
        means=("un panneau de photos du travail", "un atelier montré par les professionnels", "un goûter"),
        conditions=(
            "Les professionnels choisissent ce qu’ils montrent.",
            "Les parents peuvent essayer.",
            "On y vient avec les enfants.",
        ),
        indicators=("visits",),
    ),
    Practice(
        slug="invited_partner",
        title="Un acteur du soutien aux familles dans la séance",
        summary=(
            "La personne du service que l’on conseillerait vient se présenter là où les parents sont déjà."
        ),
        axis=Axis.PARTICIPATION,
        lever="partners",
        step=Step.TAKE_PART,
        settings=(Setting.SCHOOL, Setting.EARLY_CHILDHOOD),
        audiences=(Audience.ALL_PARENTS, Audience.FURTHEST),
        ages=(Age.UNDER_3, *_AGES_OF_SCHOOL),
        effort=Effort.LIGHT,
        context=(
            "Une adresse sur un papier reste souvent dans le sac. Un visage connu change les "
            "choses\u202f: inviter la personne à une séance destinée aux parents, un quart d’heure, "
            "suffit."
        ),
        stakeholders=("l’équipe qui tient la séance", "le service invité"),
        partner_kinds=(
            PartnerKind.PARENT_SUPPORT_NETWORK,
            PartnerKind.FAMILY_ALLOWANCES,
            PartnerKind.CHILD_PROTECTION,
            PartnerKind.SOCIAL_CENTRE,
        ),
        means=("un quart d’heure au début de la séance", "de quoi prendre rendez-vous sur place"),
        conditions=(
            "L’invité reste jusqu’au bout, pour les questions en tête à tête.",
            "Personne n’est désigné comme en ayant besoin.",
            "Il revient au moins une fois.",
        ),
        indicators=("joint_actions", "visits"),
    ),
    Practice(
        slug="local_resources",
        title="Faire connaître les ressources du quartier",
        summary="Qui aide à quoi, où et quand\u202f: une carte simple, racontée au portail.",
        axis=Axis.RIGHTS,
        lever="partners",
        step=Step.COME,
        settings=(Setting.SCHOOL, Setting.EARLY_CHILDHOOD),
        audiences=(Audience.ALL_PARENTS, Audience.NEWCOMERS, Audience.OTHER_LANGUAGE),
        ages=(Age.UNDER_3, *_AGES_OF_SCHOOL),
        effort=Effort.LIGHT,
        context=(
            "Aide aux devoirs, vacances, santé, droits\u202f: les services existent, et peu de "
            "familles les connaissent tous. L’école est le lieu où elles passent."
        ),
        stakeholders=("la direction", "la commune", "les services du quartier"),
        partner_kinds=(
            PartnerKind.MUNICIPAL_WELFARE,
            PartnerKind.FAMILY_ALLOWANCES,
            PartnerKind.SOCIAL_CENTRE,
        ),
        means=("une page à jour, avec des dessins", "un panneau à l’entrée", "quelques minutes au portail"),
        conditions=(
            "La liste est relue avec les services à chaque rentrée.",
            "Elle se comprend sans lire le français.",
            "Quelqu’un de l’école sait accompagner jusqu’à la bonne porte.",
        ),
        indicators=("joint_actions", "furthest_families"),
    ),
    Practice(
        slug="partner_talk",
        title="Soirée-débat avec des professionnels du quartier",
        summary=(
            "Un sujet que les parents ont choisi, plusieurs métiers autour de la table, et du temps "
            "pour les questions."
        ),
        axis=Axis.FAMILIARITY,
        lever="partners",
        step=Step.TAKE_PART,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.ALL_PARENTS, Audience.LEAVERS),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.MODERATE,
        context=(
            "Une conférence rassemble au même endroit des parents, des proches et des professionnels "
            "qui ne se connaissent pas entre eux. Le débat compte plus que l’exposé, et chacun repart "
            "avec des noms de services."
        ),
        stakeholders=("l’équipe de l’école", "deux ou trois partenaires", "les parents élus"),
        partner_kinds=(
            PartnerKind.ASSOCIATION,
            PartnerKind.HEALTH_CENTRE,
            PartnerKind.CHILD_PROTECTION,
            PartnerKind.SOCIAL_CENTRE,
        ),
        means=(
            "une salle et une garde d’enfants",
            "un animateur qui donne la parole",
            "une boîte à questions la semaine d’avant",
        ),
        conditions=(
            "Le sujet vient d’un sondage des parents.",
            "L’exposé prend moins de la moitié du temps.",
            "Les enfants sont gardés sur place.",
            "L’horaire convient aux parents qui travaillent.",
        ),
        indicators=("visits", "joint_actions"),
    ),
)
