"""The indicators that a school added to the five of the sheet, as lines of a file."""

from app.accounts.actor import Task
from app.domain.indicators import INDICATORS
from app.domain.school_year import Term
from app.domain.typed import bare
from app.errors import Invalid
from app.exchange.columns import TERM, TEXT, FileColumn
from app.exchange.kinds import FileKind, Flat, Work, body_of
from app.exchange.models import Outcome
from app.schools.models import TrackedIn, TrackedIndicator
from app.schools.queries import tracked_rows
from app.schools.service import add_own_indicator, follow_indicator, indicator_of, stop_indicator

COLUMNS = (
    FileColumn(
        "label",
        "Indicateur",
        TEXT,
        "Le titre d’un indicateur proposé, ou celui de l’école.",
        ("Titre",),
        is_key=True,
        is_required=True,
    ),
    FileColumn("counted_label", "Ce que l’on compte", TEXT, "Pour un indicateur de l’école."),
    FileColumn("out_of_label", "Sur combien", TEXT, "Pour une part, de quel total."),
    FileColumn("unit_one", "Unité au singulier", TEXT, "famille"),
    FileColumn("unit_many", "Unité au pluriel", TEXT, "familles"),
    FileColumn("since_term", "Suivi depuis", TERM, "Vide\u202f: le début de l’année scolaire.", ("Depuis",)),
    FileColumn("until_term", "Suivi jusqu’à", TERM, "Vide tant que l’école le suit.", ("Jusqu’à",)),
)
_OWN = ("counted_label", "out_of_label", "unit_one", "unit_many")


def _flat(row: TrackedIndicator) -> Flat:
    names = (*_OWN, "since_term", "until_term", "slug", "version")
    return {"label": indicator_of(row).title} | {name: getattr(row, name) for name in names}


def rows(work: Work) -> list[Flat]:
    return [
        _flat(row) for row in tracked_rows(work.db, work.school.id) if row.is_own or row.slug in INDICATORS
    ]


def put(work: Work, current: Flat | None, given: Flat) -> Outcome:
    """Follow an indicator of a pack, or add one's own; what is followed is stopped or taken up again."""
    since, until = given.get("since_term"), given.get("until_term")
    if current is None:
        slug = _begun(work, given, since)
        if until is not None:
            stop_indicator(work.db, work.actor, work.uai, slug, 1, until=until)
        return Outcome.CREATED
    for name in (*_OWN, "since_term"):
        if given.get(name) not in (None, current[name]):
            told = "Un indicateur que l’école suit déjà ne se réécrit pas par un fichier."
            raise Invalid.one(name, told, "already_followed")
    if "until_term" not in given or until == current["until_term"]:
        return Outcome.SAME
    row = follow_indicator(work.db, work.actor, work.uai, current["slug"])
    if until is not None:
        stop_indicator(work.db, work.actor, work.uai, current["slug"], row.version, until=until)
    return Outcome.CHANGED


def _begun(work: Work, given: Flat, since: Term | None) -> str:
    """The slug under which the indicator is followed from now on."""
    wanted = bare(given["label"])
    slug = next((slug for slug, one in INDICATORS.items() if wanted in {bare(one.title), bare(slug)}), None)
    if slug is not None:
        return follow_indicator(work.db, work.actor, work.uai, slug, since=since).slug
    data = TrackedIn.model_validate(body_of(TrackedIn, given))
    return add_own_indicator(work.db, work.actor, work.uai, data, since=since).slug


FOLLOWED = FileKind(
    slug="indicators",
    label="Indicateurs",
    thing=("indicateur suivi", "indicateurs suivis"),
    description="Ce que l’école suit en plus des cinq indicateurs de la fiche.",
    task=Task.STEER,
    columns=COLUMNS,
    key=lambda flat: bare(flat["label"]),
    rows=rows,
    put=put,
)
