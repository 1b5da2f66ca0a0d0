"""The record of acts in words: each verb has its sentence, and only what a school understands is told."""

import ast
import re

import pytest

from app.db import ROOT
from app.domain.acts import ACTS, FIELDS, LONGEST, FieldChange, changes, subject, what_was_done

ELSEWHERE = {"account", "calendar_link", "directory", "factor", "figures", "service", "session", "suggestion"}
ELSEWHERE |= {"duty.administration_ended", "duty.ended_above", "term.released", "token"}
"""What is recorded in the chain of acts without a school, or of no school in particular."""
RECORDING = {"record", "_record", "_saved", "_write", "rewrite_event"}


def recorded() -> set[str]:
    """Every verb that the code hands to the record, read from the code."""
    found = set()
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") in RECORDING
            is_name = isinstance(node, ast.Assign) and any(
                "verb" in ast.dump(target) for target in node.targets
            )
            if is_call or is_name:
                words = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
                found |= {word for word in words if isinstance(word, str) and VERB.fullmatch(word)}
    return found


VERB = re.compile(r"[a-z_]+\.[a-z_]+")


def test_every_verb_of_a_school_has_its_sentence() -> None:
    verbs = {verb for verb in recorded() if not {verb, verb.partition(".")[0]} & ELSEWHERE}
    assert {"goal.added", "election.corrected", "count.closed", "invitation.accepted"} <= verbs
    assert verbs - set(ACTS) == set()


def test_a_verb_of_later_is_still_an_act() -> None:
    assert what_was_done("goal.added") == "Objectif ajouté"
    assert what_was_done("goal.painted") == "Autre acte"


@pytest.mark.parametrize(
    ("target", "row", "said"),
    [
        ("goal:1", {"title": "Rencontrer chaque famille"}, "Rencontrer chaque famille"),
        ("partner:1", {"name": "Médiathèque"}, "Médiathèque"),
        ("indicator:x", {"label": "Café"}, "Café"),
        (
            "measurement:1",
            {"indicator": "visits", "grade": "all", "term": "2026-2027-T1"},
            "Venues à l’école, 1er trimestre 2026-2027",
        ),
        ("measurement:1", {"indicator": "own-1", "grade": "CP", "term": "x"}, "own-1, CP, x"),
        ("measurement:1", {"indicator": "own-1"}, "own-1"),
        ("review:2026-2027-T2", {}, "2e trimestre 2026-2027"),
        ("election:2026-2027", {}, "2026-2027"),
        ("grades:2026-2027-T1:visits", {}, "1er trimestre 2026-2027, Venues à l’école"),
        ("event:01930000-0000-7000-8000-000000000001", {"title": ""}, ""),
    ],
)
def test_what_an_act_is_about(target: str, row: dict[str, object], said: str) -> None:
    from app.domain.indicators import INDICATORS

    said = said.replace("Venues à l’école", INDICATORS["visits"].title)
    assert subject(target, None, row) == said
    assert subject(target, row, None) == said


def test_only_what_changed_is_told() -> None:
    before = {"title": "Café", "state": "planned", "reason": None, "version": 1, "planned_to": "2027-06-25"}
    after = {"title": "Café", "state": "dropped", "reason": "Trop tard", "version": 2, "planned_to": "x"}
    assert changes("action.state_set", before, after) == [
        FieldChange("état", "prévue", "abandonnée"),
        FieldChange("au", "25/06/2027", "x"),
        FieldChange("raison", None, "Trop tard"),
    ]


def test_the_state_is_that_of_its_own_kind() -> None:
    told = {kind: changes(f"{kind}.revised", None, {"state": "planned"}) for kind in ("action", "event")}
    assert [one.after for said in told.values() for one in said] == ["prévue", "prévu"]
    assert changes("review.met", None, {"state": "open"}) == []


def test_what_is_new_does_not_repeat_its_name() -> None:
    assert changes("goal.added", None, {"title": "Café"}) == []
    assert changes("goal.deleted", {"title": "Café"}, None) == []
    assert changes("goal.revised", {"title": "Café"}, {"title": "Thé"}) == [
        FieldChange("titre", "Café", "Thé")
    ]


def test_the_same_word_means_what_its_kind_of_row_says() -> None:
    assert changes("audit.sealed", None, {"events": 28}) == [FieldChange("actes mis à part", None, "28")]
    assert changes("evaluation.closed", None, {"events": 6}) == []


def test_what_began_and_what_ended() -> None:
    row = {"counted": 0, "out_of": 1234, "notes": "", "status": "value"}
    assert changes("measurement.recorded", None, row) == [
        FieldChange("réponse", None, "mesuré"),
        FieldChange("compté", None, "0"),
        FieldChange("sur", None, "1\u202f234"),
    ]
    assert [(one.before, one.after) for one in changes("measurement.deleted", row, None)] == [
        ("mesuré", None),
        ("0", None),
        ("1\u202f234", None),
    ]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("stake", "success", "La réussite des élèves, d’abord des plus fragiles"),
        ("stake", "La cantine", "La cantine"),
        ("target_indicator", "own-1", "own-1"),
        ("target_term", "2026-2027-T3", "3e trimestre 2026-2027"),
        ("target_term", "un jour", "un jour"),
        ("counted", "douze", "douze"),
        ("axis", "rights", "Rendre effectifs les droits d’information et d’expression des parents"),
        ("axis", "zzz", "zzz"),
        ("notes", "x" * LONGEST, "x" * LONGEST),
        ("notes", "x" * (LONGEST + 1), "x" * (LONGEST - 1) + "…"),
    ],
)
def test_a_value_in_words(name: str, value: object, said: str) -> None:
    assert changes("x.y", None, {name: value}) == [FieldChange(FIELDS[name][0], None, said)]


def test_an_act_without_rows_changes_nothing() -> None:
    assert changes("parent_link.revoked", None, None) == []
    assert subject("parent_link:1", None, None) == ""
