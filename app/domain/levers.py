"""The levers that bring parents and professionals together: what each is, and why it works.

The general lever and its five parts follow a national repertory of levers; the words are ours. The repertory
leaves their themes and strategies blank: those given here are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.vocabulary import Entry, Labelled


class Setting(Labelled):
    """Where it is done."""

    SCHOOL = "school", "à l’école"
    AFTER_SCHOOL = "after_school", "au périscolaire"
    EARLY_CHILDHOOD = "early_childhood", "dans la petite enfance"


class Theme(Labelled):
    """What it is about."""

    SCHOOL_LIFE = "school_life", "vie de l’école"
    LEARNING = "learning", "apprentissages et réussite"
    PARENTING = "parenting", "soutien à la parentalité"
    SOCIAL_SKILLS = "social_skills", "compétences psychosociales (CPS)"
    HEALTH = "health", "santé et bien-être"


class Strategy(Labelled):
    """The five strategies of health promotion (Ottawa Charter, 1986), said for parents of young children."""

    LIVING_PLACES = "living_places", "rendre les lieux de vie favorables aux parents et aux enfants"
    PARENT_SKILLS = "parent_skills", "développer les compétences des parents"
    COMMUNITY = "community", "renforcer l’action collective en faveur des parents"
    SERVICES = "services", "réorienter les services vers l’accompagnement des parents"
    POLICIES = "policies", "bâtir des politiques favorables aux familles"


@dataclass(frozen=True, slots=True)
class Lever(Entry):
    """A way of working with parents: `why` it works, where and about what it is used."""

    why: str
    settings: tuple[Setting, ...]
    themes: tuple[Theme, ...]
    strategies: tuple[Strategy, ...]


LINKING = Lever(
    "linking",
    "Relier parents et professionnels",
    (
        "Les parents s’associent plus volontiers à des adultes qu’ils connaissent. Cette confiance "
        "se gagne dans de petits moments répétés, bien avant qu’une difficulté se présente, et "
        "chacun des cinq leviers en est une entrée."
    ),
    tuple(Setting),
    tuple(Theme),
    tuple(Strategy),
)
"""The lever that the five others are parts of."""

_PARTS = (
    Lever(
        "conviviality",
        "Se rencontrer dans un moment convivial",
        (
            "Venir à une fête engage peu. La psychologie de l’engagement nomme cela le pied dans la "
            "porte\u202f: qui a fait un premier pas facile accepte plus volontiers le suivant. On "
            "commence donc par se rencontrer, on propose ensuite."
        ),
        (Setting.SCHOOL, Setting.AFTER_SCHOOL, Setting.EARLY_CHILDHOOD),
        (Theme.SCHOOL_LIFE, Theme.PARENTING, Theme.SOCIAL_SKILLS),
        (Strategy.LIVING_PLACES, Strategy.COMMUNITY),
    ),
    Lever(
        "welcome",
        "Faire entrer les parents et leur faire place",
        (
            "Un parent qui attend dehors reste un visiteur. Invité à entrer, à s’asseoir, à jouer avec "
            "son enfant, il voit ce qui se vit là et trouve à qui parler. Il faut pour cela du temps, "
            "et lui dire que sa place est prévue."
        ),
        (Setting.AFTER_SCHOOL, Setting.EARLY_CHILDHOOD, Setting.SCHOOL),
        (Theme.SCHOOL_LIFE, Theme.PARENTING),
        (Strategy.LIVING_PLACES, Strategy.SERVICES),
    ),
    Lever(
        "collaboration",
        "Construire avec les parents",
        (
            "On tient à ce que l’on a aidé à construire. Quand ce que disent les parents change "
            "vraiment quelque chose, ils deviennent des alliés, et voir les adultes travailler "
            "ensemble rassure les enfants."
        ),
        (Setting.SCHOOL, Setting.AFTER_SCHOOL),
        (Theme.LEARNING, Theme.SOCIAL_SKILLS, Theme.HEALTH),
        (Strategy.PARENT_SKILLS, Strategy.COMMUNITY),
    ),
    Lever(
        "skills",
        "Faire connaître et valoir le métier des professionnels",
        (
            "On confie plus volontiers son enfant à quelqu’un dont on connaît le travail. Montrer les "
            "progrès des enfants, c’est aussi donner à voir le métier de celles et ceux qui les "
            "accompagnent."
        ),
        (Setting.SCHOOL, Setting.EARLY_CHILDHOOD),
        (Theme.LEARNING, Theme.SCHOOL_LIFE),
        (Strategy.SERVICES, Strategy.COMMUNITY),
    ),
    Lever(
        "partners",
        "Mettre en relation avec d’autres partenaires",
        (
            "L’école ne répond pas à tout. Une famille va plus facilement vers un service dont elle a "
            "déjà rencontré quelqu’un, et des adultes qui se connaissent donnent aux enfants des "
            "repères qui se tiennent."
        ),
        (Setting.SCHOOL, Setting.EARLY_CHILDHOOD),
        (Theme.PARENTING, Theme.HEALTH),
        (Strategy.COMMUNITY, Strategy.SERVICES, Strategy.POLICIES),
    ),
)

LEVERS: Mapping[str, Lever] = {lever.slug: lever for lever in _PARTS}
"""The five levers an action or a practice can use."""
