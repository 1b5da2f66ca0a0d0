"""The words of the sheet: closed lists with French labels, and the catalogues pages are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Labelled(StrEnum):
    """A stable English value that is stored, and the French label that is shown."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


class Axis(Labelled):
    """The three axes of the AGIR column."""

    RIGHTS = "rights", "Rendre effectifs les droits d’information et d’expression des parents"
    FAMILIARITY = "familiarity", "Aider les parents à se familiariser avec le monde de l’École"
    PARTICIPATION = "participation", "Encourager la participation des parents à la vie de l’école"


class GoalState(Labelled):
    ACTIVE = "active", "en cours"
    REACHED = "reached", "atteint"
    DROPPED = "dropped", "abandonné"


class ActionState(Labelled):
    PLANNED = "planned", "prévue"
    RUNNING = "running", "en cours"
    DONE = "done", "terminée"
    DROPPED = "dropped", "abandonnée"


class EventState(Labelled):
    PLANNED = "planned", "prévu"
    HELD = "held", "tenu"
    CANCELLED = "cancelled", "annulé"


class Status(Labelled):
    """What a measurement says. Zero is a value; the others are three different kinds of nothing."""

    VALUE = "value", "mesuré"
    NOT_MEASURED = "not_measured", "non mesuré"
    NOT_APPLICABLE = "not_applicable", "sans objet"
    WITHDRAWN = "withdrawn", "retiré"


class Source(Labelled):
    """Where a figure comes from."""

    TYPED = "typed", "saisi"
    EVENT = "event", "rendez-vous"
    ELECTION = "election", "élection"
    SESSION = "session", "analyse partagée"


class Door(Labelled):
    """Which way a figure came in."""

    API = "api", "interface de programmation"
    PAGE = "page", "page"
    COMMAND = "command", "commande"
    IMPORT = "import", "fichier importé"


class Grade(Labelled):
    """Niveau de classe. `all` is the whole school."""

    PS = "PS", "petite section"
    MS = "MS", "moyenne section"
    GS = "GS", "grande section"
    CP = "CP", "CP"
    CE1 = "CE1", "CE1"
    CE2 = "CE2", "CE2"
    CM1 = "CM1", "CM1"
    CM2 = "CM2", "CM2"
    ULIS = "ulis", "dispositif Ulis"
    ALL = "all", "toute l’école"

    @classmethod
    def _missing_(cls, value: object) -> "Grade | None":
        """Files and callers write cp, Ulis or ALL: the same grade."""
        return next((g for g in cls if g.value.lower() == str(value).lower()), None)


class Role(Labelled):
    HEAD_TEACHER = "head_teacher", "directrice ou directeur"
    DEPUTY = "deputy", "adjoint à la direction"
    TEACHER = "teacher", "enseignante ou enseignant"
    INSPECTOR = "inspector", "IEN"
    AUTHORITY = "authority", "DSDEN ou rectorat"
    ADMINISTRATOR = "administrator", "administration du service"


class TerritoryLevel(Labelled):
    NATIONAL = "national", "France"
    ACADEMIE = "academie", "académie"
    DEPARTEMENT = "departement", "département"
    CIRCONSCRIPTION = "circonscription", "circonscription"


class SchoolType(Labelled):
    NURSERY = "nursery", "école maternelle"
    ELEMENTARY = "elementary", "école élémentaire"
    PRIMARY = "primary", "école primaire"

    @property
    def grades(self) -> tuple[Grade, ...]:
        """The classes such a school can have, youngest first."""
        nursery, elementary = tuple(Grade)[:3], tuple(Grade)[3:9]
        return {"nursery": nursery, "elementary": elementary}.get(self.value, nursery + elementary)


class Sector(Labelled):
    PUBLIC = "public", "public"
    PRIVATE = "private", "privé"


class PriorityEducation(Labelled):
    NONE = "none", "hors éducation prioritaire"
    REP = "rep", "REP"
    REP_PLUS = "rep_plus", "REP+"


class VotingMode(Labelled):
    """How parents may vote (arrêté du 13 mai 1985 on the conseil d’école, as amended)."""

    IN_PERSON = "in_person", "à l’urne"
    BY_POST = "by_post", "par correspondance"
    ELECTRONIC = "electronic", "par voie électronique"


class ListCategory(Labelled):
    """The families of lists the ministry's own results distinguish."""

    FCPE = "fcpe", "FCPE"
    PEEP = "peep", "PEEP"
    UNAAPE = "unaape", "UNAAPE"
    OTHER_FEDERATION = "other_federation", "autre fédération"
    LOCAL_ASSOCIATION = "local_association", "association locale"
    JOINT = "joint", "liste d’union"
    NO_ASSOCIATION = "no_association", "parents sans association"


class PartnerSector(Labelled):
    """Field of work of a partner: the twelve of question 1 of the national action sheet."""

    EARLY_CHILDHOOD = "early_childhood", "petite enfance"
    PERINATAL = "perinatal", "périnatalité"
    HEALTH_PROMOTION = "health_promotion", "promotion de la santé"
    HEALTH_CARE = "health_care", "prévention et soins"
    SOCIAL_SUPPORT = "social_support", "accompagnement social et accès aux droits"
    MEDICO_SOCIAL = "medico_social", "médico-social"
    EDUCATION = "education", "éducation"
    HOUSING = "housing", "habitat"
    CULTURE_LEISURE = "culture_leisure", "culture et loisirs"
    EMPLOYMENT = "employment", "emploi"
    JUSTICE = "justice", "justice"
    OTHER = "other", "autre"


class PartnerKind(Labelled):
    """What a partner is: the twenty carriers of question 2 of the national action sheet."""

    PARENT_SUPPORT_NETWORK = "parent_support", "réseau d’appui aux parents (REAAP)"
    HEALTH_NETWORK = "health_network", "réseau de santé"
    CHILDMINDER_CENTRE = "childminder_centre", "relais petite enfance"
    HEALTH_CENTRE = "health_centre", "centre de santé"
    HOSPITAL = "hospital", "établissement de santé"
    MEDICO_SOCIAL = "medico_social", "établissement médico-social"
    SOCIAL_CENTRE = "social_centre", "centre social ou socio-culturel"
    NURSERY = "nursery", "accueil de jeunes enfants"
    SCHOOL = "school", "établissement scolaire"
    SHELTER = "shelter", "structure d’hébergement"
    INTEGRATION = "integration", "structure d’insertion"
    FAMILY_ALLOWANCES = "caf", "caisse d’allocations familiales (CAF)"
    HEALTH_INSURANCE = "health_insurance", "assurance maladie"
    MUTUAL = "mutual", "organisme complémentaire"
    CHILD_PROTECTION = "pmi", "protection maternelle et infantile (PMI)"
    MUNICIPAL_WELFARE = "ccas", "action sociale communale (CCAS, CIAS)"
    LOCAL_PUBLIC_HEALTH = "local_health", "santé publique d’une collectivité"
    STATE_SERVICE = "state_service", "service ou agence de l’État"
    ASSOCIATION = "association", "association ou organisation"
    OTHER = "other", "autre"


class PartnerSpecialty(Labelled):
    """What an association is about: the five lines under the nineteenth carrier of question 2."""

    PARENTING = "parenting", "soutien à la parentalité"
    FAMILIES = "families", "familles"
    PUBLIC_HEALTH = "public_health", "santé publique"
    SOCIAL_SUPPORT = "social_support", "accompagnement social"
    USERS = "users", "habitants ou usagers"


class LeadRole(Labelled):
    """Who carries an action: a role, never a name."""

    HEAD_TEACHER = "head_teacher", "la direction de l’école"
    CLASS_TEACHER = "class_teacher", "l’enseignant de la classe"
    CYCLE_TEAM = "cycle_team", "l’équipe de cycle"
    WHOLE_TEAM = "whole_team", "toute l’équipe"
    RASED = "rased", "le Rased"
    ATSEM = "atsem", "les Atsem"
    AESH = "aesh", "les AESH"
    HEALTH_STAFF = "health_staff", "la santé scolaire"
    PARENT_REPRESENTATIVES = "parents", "les représentants des parents"
    MUNICIPALITY = "municipality", "la mairie"
    AFTER_SCHOOL = "after_school", "le périscolaire"
    PARTNER = "partner", "un partenaire"


class Audience(Labelled):
    """Whom an action is for."""

    ALL_PARENTS = "all_parents", "tous les parents"
    ONE_CLASS = "one_class", "les parents d’une classe"
    ONE_GRADE = "one_grade", "les parents d’un niveau"
    NEWCOMERS = "newcomers", "les familles qui arrivent"
    FIRST_YEAR = "first_year", "les parents des élèves qui entrent à l’école ou au CP"
    LEAVERS = "leavers", "les parents des élèves qui partent au collège"
    FURTHEST = "furthest", "les parents les plus éloignés de l’école"
    OTHER_LANGUAGE = "other_language", "les parents qui parlent une autre langue"
    PARENT_REPRESENTATIVES = "representatives", "les représentants des parents"
    PARENTS_AND_CHILDREN = "parents_children", "les parents avec leurs enfants"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a catalogue: the slug that is stored, the label that is shown."""

    slug: str
    label: str


@dataclass(frozen=True, slots=True)
class SuggestedAction:
    """A starting point for an action; the school rewrites it as it likes."""

    slug: str
    axis: Axis
    title: str
    hint: str


STAKES: Mapping[str, Entry] = {
    slug: Entry(slug, label)
    for slug, label in {
        "success": "La réussite des élèves, d’abord des plus fragiles",
        "climate": "Un climat scolaire apaisé par le dialogue",
        "expectations": "Des parents écoutés dans leurs attentes et leurs difficultés",
        "shared_project": "Un projet partagé avec toute la communauté éducative",
    }.items()
}
"""The four stakes of the AMBITIONNER column, in our own words."""


def stake_label(stake: str) -> str:
    """What is read of a stake: the words of the sheet, or the school's own."""
    return STAKES[stake].label if stake in STAKES else stake


def stake_named(said: str) -> str:
    """What is kept of a stake: the slug of one of the sheet's, whose words are chosen in the form."""
    return next((slug for slug, entry in STAKES.items() if entry.label == said), said)


_RIGHTS = {
    "individual_meeting": (
        "Inviter chaque famille à un entretien individuel",
        "À date régulière, aussi quand tout va bien.",
    ),
    "plain_language": (
        "Écrire aux familles dans une langue simple",
        "Une idée par message, sans sigle, relue par un parent.",
    ),
    "chosen_companion": (
        "Proposer de venir accompagné",
        "Un proche, un interprète, un autre parent\u202f: au choix de la famille.",
    ),
    "spoken_first": (
        "Dire de vive voix ce qui est écrit",
        "Au portail ou par téléphone, quand l’écrit fait obstacle.",
    ),
    "digital_services": (
        "Suivre la scolarité avec les services numériques",
        "Montrer l’outil, aider à la première connexion.",
    ),
    "furthest_parents": (
        "Aller vers les parents les plus éloignés de l’école",
        "Un contact personnel avant l’invitation collective.",
    ),
}
_FAMILIARITY = {
    "theme_meeting": (
        "Réunir les parents sur un sujet qui les préoccupe",
        "Café des parents, mallette des parents, rencontre avec la direction.",
    ),
    "parents_room": (
        "Aménager un espace pour les parents",
        "Un lieu repéré, ouvert à des heures connues.",
    ),
    "open_classroom": (
        "Ouvrir les classes aux parents",
        "Matinée ouverte, atelier, lecture, participation à une séance.",
    ),
    "homework_support": (
        "Aider les parents à suivre les devoirs",
        "Montrer ce qui est attendu et comment encourager.",
    ),
}
_PARTICIPATION = {
    "joint_projects": (
        "Bâtir les projets et chercher les solutions avec les parents",
        "Dès le début, avec leurs représentants.",
    ),
    "parenting_support": (
        "S’appuyer sur les partenaires du soutien à la parentalité",
        "Ateliers en famille, ouverture de l’école aux parents, réseaux d’écoute, réussite éducative.",
    ),
    "elections": (
        "Donner envie de voter aux élections de parents",
        "Expliquer à quoi sert le vote, présenter les candidats, faciliter le vote par correspondance.",
    ),
    "suitable_times": (
        "Choisir des horaires possibles pour les parents",
        "Sonder les familles, alterner les créneaux, prévoir la garde des enfants.",
    ),
}

SUGGESTED_ACTIONS: Mapping[str, SuggestedAction] = {
    slug: SuggestedAction(slug, axis, title, hint)
    for axis, actions in (
        (Axis.RIGHTS, _RIGHTS),
        (Axis.FAMILIARITY, _FAMILIARITY),
        (Axis.PARTICIPATION, _PARTICIPATION),
    )
    for slug, (title, hint) in actions.items()
}
"""Every action the AGIR column proposes, in our own words; the list stays open to a school's own."""
