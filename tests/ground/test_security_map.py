"""docs/securite.md against ASVS 5.0.0 and the tests it names; the rules beside it against the code."""

import ast
import re
from functools import cache

import pytest

from app.accounts import access, factors, guessing, hashing, models, secrets, service, signing_in, tokens
from app.accounts.provider import KEPT_FOR, TIMEOUT
from app.aggregates.asking import MOST_TERMS
from app.aggregates.releasing import MOST_ON_A_PAGE
from app.counting.models import MOST_TAPS
from app.db import ROOT
from app.domain import one_time
from app.exchange import bounds, sheets, waiting
from app.home.service import LASTS
from app.parents.models import ParentLinkIn
from app.parents.service import MOST_OPEN, MOST_WAITING
from app.settings import Settings
from app.web.answers import IN_MEMORY
from app.web.http import MAX_BODY
from app.web.posted import MAX_FIELDS
from app.web.uploads import MAX_FILE

LEVELS = """
1.1 22  1.2 1111122223  1.3 112222222223  1.4 222  1.5 123
2.1 122  2.2 112  2.3 12223  2.4 23
3.1 3  3.2 113  3.3 12223  3.4 11222233  3.5 11122333  3.6 3  3.7 22333
4.1 12233  4.2 23333  4.3 22  4.4 1222
5.1 2  5.2 112333  5.3 113  5.4 222
6.1 122  6.2 111111112222  6.3 11223333  6.4 112233  6.5 22222333  6.6 2223  6.7 33  6.8 2222
7.1 222  7.2 1111  7.3 22  7.4 11222  7.5 223  7.6 22
8.1 1233  8.2 1123  8.3 133  8.4 23
9.1 111  9.2 1222
10.1 22  10.2 223  10.3 22223  10.4 1111122222233333  10.5 22222  10.6 22  10.7 222
11.1 2233  11.2 22233  11.3 11233  11.4 1222  11.5 23  11.6 23  11.7 33
12.1 12233  12.2 11  12.3 22223
13.1 2333  13.2 222223  13.3 2233  13.4 1222233
14.1 22  14.2 12223333  14.3 122
15.1 12233  15.2 12233  15.3 1222222  15.4 3333
16.1 2  16.2 22222  16.3 2222  16.4 222  16.5 2223
17.1 23  17.2 22223333  17.3 22
"""
"""Section, then the level of each of its requirements, in order (github.com/OWASP/ASVS, tag v5.0.0)."""

MAP = (ROOT / "docs" / "securite.md").read_text(encoding="utf-8")
RULES = (ROOT / "docs" / "regles-de-securite.md").read_text(encoding="utf-8")
OPERATION = (ROOT / "docs" / "exploitation.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (\d) \| ([^|]+) \| \*\*([^*]+)\*\* : (.+) \|$", MAP, re.MULTILINE)
GAPS = re.findall(
    r"^- \*\*(\d+\.\d+\.\d+)\*\* · [^:]+ : .{20,} \*Le fermerait\* : .{15,}\.$", MAP, re.MULTILINE
)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def wanted() -> list[tuple[str, str]]:
    words = LEVELS.split()
    return [
        (f"{section}.{place}", level)
        for section, levels in zip(words[::2], words[1::2], strict=True)
        for place, level in enumerate(levels, 1)
    ]


def test_the_standard_has_as_many_requirements_as_it_says() -> None:
    levels = [level for _, level in wanted()]
    assert [levels.count(level) for level in "123"] == [70, 183, 92]


def test_every_requirement_of_the_two_levels_has_its_line() -> None:
    """Each once, in the order of the standard, and no other."""
    assert [(number, level) for number, level, *_ in ROWS] == [one for one in wanted() if one[1] != "3"]
    assert len(re.findall(r"^\| \d", MAP, re.MULTILINE)) == len(ROWS), "a line that is not read"


@cache
def names_in(path: str) -> frozenset[str]:
    file = ROOT / path
    tree = (
        ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module(body=[], type_ignores=[])
    )
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_every_test_that_is_named_exists() -> None:
    named = TEST.findall(MAP)
    assert len(named) > 250
    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []
    assert MAP.count("::test_") == len(named), "a test that is named in another way"


def sections(page: str) -> set[str]:
    return set(re.findall(r"^## (.+)$", page, re.MULTILINE))


@pytest.mark.parametrize(("number", "kind", "told"), [(row[0], row[3], row[4]) for row in ROWS])
def test_every_answer_can_be_followed(number: str, kind: str, told: str) -> None:
    match kind:
        case "Essai":
            assert TEST.search(told)
        case "Règle" | "Hôte":
            part = re.match(r"« (.+?) »", told)
            assert part
            assert part[1] in sections(RULES if kind == "Règle" else OPERATION)
        case "Sans objet":
            assert len(told.split()) >= 3
        case "Écart":
            assert number in GAPS
        case _:
            pytest.fail(f"{kind} is no answer")


def test_the_gaps_at_the_end_are_those_of_the_tables() -> None:
    assert [row[0] for row in ROWS if row[3] == "Écart"] == GAPS
    assert len(re.findall(r"^- \*\*\d", MAP, re.MULTILINE)) == len(GAPS), (
        "a gap that does not say what closes it"
    )


def test_a_chapter_without_object_says_why() -> None:
    chapters = re.findall(r"^## V(\d+) · .+\n\n(.*)$", MAP, re.MULTILINE)
    assert [number for number, _ in chapters] == [str(number) for number in range(1, 18)]
    for number, first_line in chapters:
        kinds = {row[3] for row in ROWS if row[0].startswith(f"{number}.")}
        if kinds == {"Sans objet"}:
            assert first_line.startswith("Sans objet en entier : ")
            assert len(first_line.split()) > 8


def test_the_counts_at_the_top_are_right() -> None:
    kinds = [row[3] for row in ROWS]
    essais, rules, host, without, gaps = (
        kinds.count(kind) for kind in ("Essai", "Règle", "Hôte", "Sans objet", "Écart")
    )
    assert f"demande {len(ROWS)} choses" in MAP
    said = f"{essais} essais, {rules} règles, {host} à l’hôte, {without} sans objet, {gaps} écarts."
    assert said in MAP


def test_the_operator_and_whoever_finds_a_flaw_are_led_to_it() -> None:
    assert "](securite.md)" in OPERATION
    assert "](docs/securite.md)" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def minutes(duration: object) -> int:
    return int(duration.total_seconds() // 60)  # type: ignore[attr-defined]  # a timedelta


LONGEST_LINK = next(item.le for item in ParentLinkIn.model_fields["days"].metadata if hasattr(item, "le"))
SAID = [
    f"| corps d’une demande | {MAX_BODY >> 20} Mo ; {MAX_FILE >> 20} Mo là où un fichier s’importe |",
    f"| champs d’un formulaire | {MAX_FIELDS} |",
    f"{spaced(sheets.MAX_LINES)} lignes, {sheets.MAX_COLUMNS} colonnes, {sheets.MAX_SHEETS} feuilles,",
    f"{spaced(sheets.MAX_CELL)} caractères par case ; ouvert : {bounds.MAX_INFLATED >> 20} Mo,",
    f"{bounds.MAX_RATIO} fois sa taille, {bounds.MAX_ENTRIES} entrées |",
    f"| fichiers en attente, par personne et par école | {waiting.MOST_WAITING}, un jour |",
    f"| {signing_in.MOST_FAILURES} en {minutes(signing_in.WINDOW)} minutes, par compte et par adresse |",
    f"| codes de téléphone faux de suite | {factors.MOST_IN_A_ROW} |",
    f"| jetons d’API par personne | {tokens.MOST_TOKENS}, un an au plus |",
    f"| liens ouverts aux parents, par école | {MOST_OPEN} |",
    f"| remarques de parents en attente, par lien | {MOST_WAITING} |",
    f"| appuis envoyés d’un coup par un compteur | {MOST_TAPS} |",
    f"| trimestres demandés d’un coup | {MOST_TERMS} |",
    f"| un par processeur ; les autres attendent {hashing.PATIENCE:.0f} secondes au plus,",
    f"`CONFIANCE_THREADS` ({Settings.model_fields['threads'].default})",
    f"au-delà\nde {IN_MEMORY >> 20} Mo",
    f"(au-delà de {spaced(MOST_ON_A_PAGE)} cases",
    f"essais faux de {minutes(signing_in.WINDOW)} minutes",
    f"- **{minutes(access.IDLE)} minutes** sans rien faire,",
    f"**{minutes(access.ABSOLUTE) // 60} heures** en tout",
    f"moins de {minutes(access.RECENT)} minutes",
    f"à usage unique, de {service.VALID_FOR.days} jours",
    f"un an, {service.VALID_FOR.days} jours, {LONGEST_LINK} jours, {LASTS.days} jours ; révocables",
    f"| clé TOTP | {factors.SECRET_BYTES * 8} bits ; HMAC-SHA-1, six chiffres, {one_time.STEP} secondes,",
    f"argon2id ({secrets._hasher.memory_cost // 1024} Mio, {secrets._hasher.time_cost} passes,"
    f" {secrets._hasher.parallelism} fil)",
    f"sel de {secrets._hasher.salt_len * 8} bits",
]  # fmt: skip


@pytest.mark.parametrize("sentence", SAID)
def test_the_rules_say_what_the_code_does(sentence: str) -> None:
    assert sentence in RULES


def test_the_rules_say_the_rest_in_words() -> None:
    password = models.RenewalIn.model_json_schema()["properties"]["password"]
    assert f"de {password['minLength']} à {password['maxLength']} caractères" in RULES
    assert (guessing.LEAST_GUESSES, "dix milliards d’essais" in RULES) == (10**10, True)
    assert (one_time.DIGITS, one_time.DRIFT, TIMEOUT, minutes(KEPT_FOR)) == (6, 1, 5.0, 60)
    assert "cinq secondes au plus" in RULES
    recovery = factors._new_recovery_code().replace("-", "")
    assert f"| codes de secours | {len(recovery) * 5} bits ; SHA-256 |" in RULES


def test_the_rules_list_the_words_that_are_refused() -> None:
    listed = re.search(r"\*\*Mots du lieu\*\* : ([^.]+)\.", RULES)
    assert listed
    assert re.split(r",\s+", listed[1]) == list(guessing.OWN_WORDS)
