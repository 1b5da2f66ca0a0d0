"""Practices behind the AGIR column of the sheet: meeting, informing, opening the school."""

from app.domain.engagement import Step
from app.domain.levers import Setting
from app.domain.practice import Age, Effort, Practice
from app.domain.vocabulary import Audience, Axis, PartnerKind

_AGES_OF_SCHOOL = (Age.FROM_3_TO_5, Age.FROM_6_TO_11)

SHEET_PRACTICES = (
    Practice(
        slug="parents_cafe",
        title="Café des parents",
        summary="Un café après avoir déposé les enfants, une fois par mois, sans ordre du jour imposé.",
        axis=Axis.FAMILIARITY,
        lever="conviviality",
        step=Step.COME,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.ALL_PARENTS, Audience.NEWCOMERS, Audience.FURTHEST),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.LIGHT,
        context=(
            "Beaucoup de parents ne viennent à l’école que lorsqu’on les appelle. Un café régulier "
            "donne une autre raison d’y entrer, et la parole y circule entre parents autant qu’avec "
            "l’équipe."
        ),
        stakeholders=("la direction", "un enseignant à tour de rôle", "les parents élus"),
        partner_kinds=(
            PartnerKind.SOCIAL_CENTRE,
            PartnerKind.PARENT_SUPPORT_NETWORK,
            PartnerKind.ASSOCIATION,
        ),
        means=(
            "une salle où l’on peut s’asseoir",
            "du café, du thé",
            "un créneau juste après l’entrée en classe",
        ),
        conditions=(
            "Le jour et l’heure ne changent pas.",
            "Les petits frères et sœurs sont les bienvenus.",
            "Les parents proposent les sujets.",
            "Un parent déjà venu en invite un autre.",
        ),
        indicators=("visits", "families_met_once", "joint_actions"),
    ),
    Practice(
        slug="good_news_meeting",
        title="Un entretien qui commence par ce qui va bien",
        summary="Chaque famille est invitée une fois dans l’année, même quand il n’y a pas de difficulté.",
        axis=Axis.RIGHTS,
        lever="welcome",
        step=Step.COME,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.ALL_PARENTS, Audience.ONE_CLASS, Audience.FURTHEST),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.MODERATE,
        context=(
            "Pour certains parents, être convoqué annonce un problème. Inviter tout le monde, et "
            "ouvrir sur une réussite de l’élève, donne à l’entretien un autre sens."
        ),
        stakeholders=("les enseignants", "la personne choisie par la famille pour l’accompagner"),
        means=(
            "vingt minutes par famille",
            "des créneaux tôt, tard et par téléphone",
            "deux ou trois travaux de l’élève",
        ),
        conditions=(
            "L’invitation dit que tout le monde est invité.",
            "La famille choisit l’horaire et peut venir accompagnée.",
            "L’entretien s’ouvre sur une réussite.",
            "Un interprète est prévu quand la famille le souhaite.",
        ),
        indicators=("individual_meetings", "meetings_without_difficulty", "appointments_answered"),
    ),
    Practice(
        slug="reread_messages",
        title="Faire relire les messages par des parents",
        summary="Avant l’envoi, deux parents disent ce qu’ils ont compris.",
        axis=Axis.RIGHTS,
        lever="collaboration",
        step=Step.CONTRIBUTE,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.PARENT_REPRESENTATIVES, Audience.OTHER_LANGUAGE),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.LIGHT,
        context=(
            "Sigles, phrases longues, dates au milieu du texte\u202f: l’équipe ne les voit plus. Deux "
            "lecteurs les voient tout de suite, et leur savoir devient utile à tous."
        ),
        stakeholders=("la direction", "deux parents volontaires"),
        means=("le message la veille", "cinq minutes de relecture", "une banque de messages qui ont marché"),
        conditions=(
            "On demande ce qui a été compris, pas un avis.",
            "Les relecteurs changent dans l’année.",
            "Le message modifié leur est montré.",
        ),
        indicators=("appointments_answered", "digital_access"),
    ),
    Practice(
        slug="open_classroom",
        title="Matinée à classe ouverte",
        summary="Les parents s’assoient à côté de leur enfant et suivent une vraie séance.",
        axis=Axis.FAMILIARITY,
        lever="welcome",
        step=Step.TAKE_PART,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.ONE_CLASS, Audience.FIRST_YEAR, Audience.PARENTS_AND_CHILDREN),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.MODERATE,
        context=(
            "On apprend à lire ou à compter autrement qu’il y a vingt ans. Voir une séance, et y "
            "participer, éclaire mieux les devoirs qu’une explication."
        ),
        stakeholders=("l’enseignant de la classe", "les Atsem et les AESH"),
        means=(
            "une séance que les élèves connaissent",
            "un petit groupe de parents à la fois",
            "dix minutes pour en parler ensuite",
        ),
        conditions=(
            "Les parents savent avant ce qu’ils feront.",
            "Deux dates au moins sont proposées.",
            "L’équipe est d’accord sur ce que l’on montre.",
            "Un échange suit la séance.",
        ),
        indicators=("visits", "families_met_once"),
    ),
    Practice(
        slug="shared_solutions",
        title="Chercher une solution avec les parents élus",
        summary="Une question précise de la vie de l’école, des nombres, et une décision prise à plusieurs.",
        axis=Axis.PARTICIPATION,
        lever="collaboration",
        step=Step.CONTRIBUTE,
        settings=(Setting.SCHOOL,),
        audiences=(Audience.PARENT_REPRESENTATIVES,),
        ages=_AGES_OF_SCHOOL,
        effort=Effort.MODERATE,
        context=(
            "Entrée du matin, cantine, réunions vides\u202f: regarder ensemble ce que disent les "
            "nombres évite de chercher un fautif, et la solution trouvée est défendue par tous."
        ),
        stakeholders=("la direction", "les parents élus", "la commune si le sujet la concerne"),
        partner_kinds=(PartnerKind.OTHER,),
        means=(
            "une heure",
            "les chiffres du trimestre sur une page",
            "une trace écrite de ce qui est décidé",
        ),
        conditions=(
            "La question est choisie avec les parents.",
            "Les nombres sont envoyés avant.",
            "Ce qui est décidé est dit à toutes les familles.",
            "On y revient le trimestre suivant.",
        ),
        indicators=("shared_analysis", "council_attendance"),
    ),
)
