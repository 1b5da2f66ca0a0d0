"""The follow-up indicators of the ANALYSER column, as data: forms, checks, charts and files read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.domain.school_year import SchoolYear
from app.domain.vocabulary import Source

Counts = Literal["persons", "events", "public"]
Better = Literal["higher", "lower", "neither"]
Rhythm = Literal["term", "year"]

SHEET = "Fiche repère AMBITIONNER / AGIR / ANALYSER, indicateurs de suivi"
BALLOT = "Procès-verbal de l’élection des représentants des parents d’élèves"
SCHOOL = "Suivi de l’école"
OWN_PACK = "own"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One follow-up indicator: what is counted, out of what, how often, and which way is better."""

    slug: str
    title: str
    pack: str
    unit: tuple[str, str]
    counts: Counts
    counted: str
    out_of: str | None
    better: Better = "higher"
    every: Rhythm = "term"
    source: str = SCHOOL
    fed_by: Source | None = None
    per_pupils: bool = False
    max_counted: int = 100_000
    retired_in: SchoolYear | None = None
    repeats: bool = False
    """One child or family counts many times: the numbers alone do not say what chance can do."""
    is_running_total: bool = False
    """Counted since the rentrée: a term holds the terms before it."""

    @property
    def is_official(self) -> bool:
        return self.pack == "official"

    @property
    def is_yearly(self) -> bool:
        return self.every == "year"

    @property
    def is_rate(self) -> bool:
        return self.out_of is not None

    @property
    def counts_attendances(self) -> bool:
        """People who came to the school's events: they come in groups."""
        return self.fed_by is Source.EVENT and self.counts == "persons"

    @property
    def is_own(self) -> bool:
        return self.pack == OWN_PACK


@dataclass(frozen=True, slots=True)
class Pack:
    """A group of indicators a school switches on together."""

    label: str
    slugs: tuple[str, ...]


PUPILS, FAMILIES, PARENTS = ("élève", "élèves"), ("famille", "familles"), ("parent", "parents")

_CATALOGUE = (
    Indicator(
        "individual_meetings",
        "Participation aux rencontres individuelles",
        "official",
        PUPILS,
        "persons",
        counted="Élèves pour qui un responsable, ou une personne de son choix, est venu",
        out_of="Élèves dont les responsables ont été invités",
        source=SHEET,
    ),
    Indicator(
        "visits",
        "Venues des parents à l’école",
        "official",
        ("venue", "venues"),
        "persons",
        counted="Venues de parents hors rencontres individuelles (un parent venu trois fois compte trois)",
        out_of=None,
        source=SHEET,
        fed_by=Source.EVENT,
        per_pupils=True,
    ),
    Indicator(
        "election_turnout",
        "Participation aux élections",
        "official",
        PARENTS,
        "public",
        counted="Parents votants (émargements)",
        out_of="Parents inscrits sur la liste électorale",
        every="year",
        source=BALLOT,
        fed_by=Source.ELECTION,
    ),
    Indicator(
        "joint_actions",
        "Actions conjointes avec des partenaires",
        "official",
        ("action", "actions"),
        "events",
        counted="Actions différentes ayant eu au moins un rendez-vous tenu avec un partenaire",
        out_of=None,
        source=SHEET,
        fed_by=Source.EVENT,
        max_counted=1_000,
    ),
    Indicator(
        "shared_analysis",
        "Analyse partagée avec les représentants des parents",
        "official",
        ("séance", "séances"),
        "events",
        counted="Séances d’analyse tenues avec les représentants élus",
        out_of=None,
        source=SHEET,
        fed_by=Source.SESSION,
        max_counted=1_000,
    ),
    Indicator(
        "seats_filled",
        "Sièges de parents pourvus",
        "election",
        ("siège", "sièges"),
        "public",
        counted="Sièges de titulaires pourvus",
        out_of="Sièges à pourvoir",
        every="year",
        source=BALLOT,
        fed_by=Source.ELECTION,
        max_counted=1_000,
    ),
    Indicator(
        "blank_null_votes",
        "Bulletins blancs et nuls",
        "election",
        ("bulletin", "bulletins"),
        "public",
        counted="Bulletins blancs ou nuls",
        out_of="Votants",
        better="lower",
        every="year",
        source=BALLOT,
        fed_by=Source.ELECTION,
    ),
    Indicator(
        "meetings_without_difficulty",
        "Rencontres hors difficulté",
        "meetings",
        ("rencontre", "rencontres"),
        "persons",
        counted="Rencontres individuelles sans difficulté à l’origine",
        out_of="Rencontres individuelles tenues",
    ),
    Indicator(
        "report_handover",
        "Livrets remis de la main à la main",
        "meetings",
        PUPILS,
        "persons",
        counted="Élèves dont le livret a été remis et expliqué à un responsable",
        out_of="Élèves ayant un livret ce trimestre",
    ),
    Indicator(
        "class_meetings",
        "Réunions de classe",
        "meetings",
        FAMILIES,
        "persons",
        counted="Familles présentes aux réunions de classe",
        out_of="Familles invitées aux réunions de classe",
    ),
    Indicator(
        "back_to_school_meeting",
        "Réunion de rentrée",
        "meetings",
        FAMILIES,
        "persons",
        counted="Familles présentes à la réunion de rentrée",
        out_of="Familles de l’école",
        every="year",
    ),
    Indicator(
        "appointments_answered",
        "Rendez-vous honorés",
        "meetings",
        ("rendez-vous", "rendez-vous"),
        "persons",
        counted="Rendez-vous proposés par l’école auxquels la famille est venue",
        out_of="Rendez-vous proposés par l’école",
        repeats=True,
    ),
    Indicator(
        "council_attendance",
        "Présence des élus au conseil d’école",
        "life",
        PARENTS,
        "public",
        counted="Représentants des parents présents au conseil d’école",
        out_of="Représentants des parents convoqués",
        max_counted=1_000,
    ),
    Indicator(
        "actions_done",
        "Actions du plan menées",
        "life",
        ("action", "actions"),
        "events",
        counted="Actions prévues ce trimestre qui ont eu lieu",
        out_of="Actions prévues ce trimestre",
        max_counted=1_000,
    ),
    Indicator(
        "digital_access",
        "Accès aux services numériques",
        "reach",
        FAMILIES,
        "persons",
        counted="Familles connectées au moins une fois ce trimestre",
        out_of="Familles de l’école",
    ),
    Indicator(
        "furthest_families",
        "Familles les plus éloignées rencontrées",
        "reach",
        FAMILIES,
        "persons",
        counted="Familles rencontrées parmi elles (un nombre, jamais une liste)",
        out_of="Familles que l’équipe juge les plus éloignées de l’école",
    ),
    Indicator(
        "families_met_once",
        "Familles rencontrées au moins une fois",
        "reach",
        FAMILIES,
        "persons",
        counted="Familles rencontrées au moins une fois depuis la rentrée",
        out_of="Familles de l’école",
        is_running_total=True,
    ),
    Indicator(
        "absenteeism",
        "Demi-journées d’absence",
        "climate",
        ("demi-journée", "demi-journées"),
        "persons",
        counted="Demi-journées d’absence d’élèves",
        out_of="Demi-journées possibles (élèves × demi-journées d’école)",
        better="lower",
        max_counted=1_000_000,
        repeats=True,
    ),
    Indicator(
        "climate_survey",
        "Confiance déclarée par les parents",
        "climate",
        ("réponse", "réponses"),
        "persons",
        counted="Réponses 3 ou 4 à la question de confiance (échelle de 1 à 4)",
        out_of="Réponses reçues",
    ),
    Indicator(
        "climate_survey_answers",
        "Réponses au questionnaire de climat",
        "climate",
        FAMILIES,
        "persons",
        counted="Familles ayant répondu au questionnaire",
        out_of="Familles ayant reçu le questionnaire",
        better="neither",
    ),
    Indicator(
        "school_family_conflicts",
        "Conflits entre école et familles",
        "climate",
        ("conflit", "conflits"),
        "persons",
        counted="Conflits ayant demandé l’intervention de la direction",
        out_of=None,
        better="lower",
        max_counted=10_000,
    ),
)

INDICATORS: Mapping[str, Indicator] = {indicator.slug: indicator for indicator in _CATALOGUE}
OFFICIAL: tuple[str, ...] = tuple(i.slug for i in _CATALOGUE if i.is_official)

_PACK_LABELS = {
    "election": "L’élection en détail",
    "meetings": "Rencontres et réunions",
    "life": "Vie de l’école",
    "reach": "Toucher toutes les familles",
    "climate": "Climat scolaire",
}
PACKS: Mapping[str, Pack] = {
    slug: Pack(label, tuple(i.slug for i in _CATALOGUE if i.pack == slug))
    for slug, label in _PACK_LABELS.items()
}


def own_indicator(
    slug: str,
    label: str,
    counted: str,
    out_of: str | None = None,
    unit: tuple[str, str] = ("élément", "éléments"),
    *,
    better: Better = "neither",
) -> Indicator:
    """A school's own indicator, in the shape of the catalogue. ValueError when the slug is taken."""
    if slug in INDICATORS:
        raise ValueError(f"Le catalogue a déjà cet indicateur\u202f: {INDICATORS[slug].title}.")
    return Indicator(slug, label, OWN_PACK, unit, "persons", counted, out_of, better)
