"""The form layer: what is typed becomes the JSON body, and every refusal comes back beside its field."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import pydantic
import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import SQLModel

from app.db import Day, Flag, Text, Whole
from app.domain.vocabulary import Grade, Labelled, Status
from app.elections.models import ElectionIn
from app.errors import FieldError, Invalid
from app.goals.models import GoalIn, GoalStateIn
from app.web.forms import Form, Posted, field_errors
from app.web.sentences import has_sentence
from app.web.templating import make_environment


class Kind(Labelled):
    ONE = "one", "la première"
    TWO = "two", "la deuxième"


class RowIn(BaseModel, extra="forbid"):
    name: Text = Field(min_length=2, max_length=80, title="Nom")
    votes: Whole = Field(ge=0, le=1000, title="Voix")
    marks: list[Kind] = Field(default=[], title="Marques")


class PairIn(BaseModel, extra="forbid"):
    counted: Whole = Field(ge=0, le=1000)
    out_of: Whole | None = Field(default=None, ge=0, le=1000)
    is_sure: Flag = False


class SheetIn(BaseModel, extra="forbid"):
    held_on: Day = Field(title="Date")
    voters: Whole = Field(ge=0, le=100_000, title="Votants", description="Exemple : 42")
    share: float | None = Field(default=None, title="Part")
    is_open: Flag = Field(default=False, title="Ouvert")
    kind: Kind = Field(title="Sorte")
    grade: Grade | None = Field(default=None, title="Niveau")
    kinds: list[Kind] = Field(default=[], title="Sortes")
    remarks: Text = Field(default="", max_length=4000, title="Remarques")
    target: PairIn | None = Field(default=None, title="Cible")
    lists: list[RowIn] = Field(default=[], max_length=5, title="Listes")


FULL = {
    "held_on": "9/10/2026", "voters": "1\u202f234", "share": "12,5", "is_open": "true", "kind": "two",
    "kinds": ["one", "two"], "remarks": "  Rien. ", "target-counted": "3", "target-out_of": "",
    "lists-0-name": "", "lists-0-votes": "", "lists-2-name": "Liste A", "lists-2-votes": "10",
    "csrf": "x", "version": "7",
}  # fmt: skip


def posted(fields: dict[str, Any]) -> Posted:
    return Posted({name: value if isinstance(value, list) else [value] for name, value in fields.items()})


def sheet(**changes: Any) -> Form[SheetIn]:
    return Form(
        SheetIn, posted({name: value for name, value in (FULL | changes).items() if value is not None})
    )


def refused(form: Form[SheetIn]) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        form.validated()
    form.show(refusal.value.errors)
    return {name: item.error for name, item in form.fields.items() if item.error}


# --- reading -------------------------------------------------------------------------------------------


def test_what_is_typed_becomes_the_json_body() -> None:
    assert sheet().body() == {
        "held_on": "2026-10-09",
        "voters": 1234,
        "share": 12.5,
        "is_open": True,
        "kind": "two",
        "kinds": ["one", "two"],
        "remarks": "Rien.",
        "target": {"counted": 3},
        "lists": [{"name": "Liste A", "votes": 10}],
    }
    data = sheet().validated()
    assert (data.held_on, data.kind, data.lists[0].votes) == (date(2026, 10, 9), Kind.TWO, 10)


def test_blank_answers_are_absent() -> None:
    form = Form(SheetIn, posted({"held_on": "  ", "voters": ""}))
    assert form.body() == {"is_open": False, "kinds": [], "lists": []}
    assert refused(form).keys() == {"held_on", "voters", "kind"}


@pytest.mark.parametrize("field", ["target-counted", "target-out_of"])
def test_a_nested_group_left_blank_is_no_group(field: str) -> None:
    assert "target" not in sheet(**{"target-counted": "", "target-out_of": ""}).body()
    assert "target" in sheet(**{"target-counted": "", "target-out_of": "", field: "0"}).body()


@pytest.mark.parametrize("typed", ["0", " 0 ", "00"])
def test_zero_is_an_answer(typed: str) -> None:
    assert sheet(voters=typed).validated().voters == 0


@pytest.mark.parametrize("typed", ["1 234", "1\u00a0234", "1\u202f234", "1\u2009234", "1234", "+1234"])
def test_thousands_may_be_spaced(typed: str) -> None:
    assert sheet(voters=typed).validated().voters == 1234


@pytest.mark.parametrize(
    "typed",
    [
        "-1",
        "12,5",
        "1_0",
        "18.500,00",
        "1,234.5",
        "12 34",
        "cent",
        "١٢",
        "²",
        "1e3",
        "0x10",
        "9" * 30,
        "∞",
        "nan",
        "\x00",
    ],
)
def test_an_unreadable_number_is_refused_and_kept(typed: str) -> None:
    form = sheet(voters=typed)
    assert refused(form).keys() == {"voters"}
    assert form.fields["voters"].value == typed


@pytest.mark.parametrize(
    "typed", ["31/02/2026", "2026-13-01", "9/10/26", "demain", "0", "1700000000", "00/00/0000"]
)
def test_an_impossible_day_is_refused_and_kept(typed: str) -> None:
    form = sheet(held_on=typed)
    assert refused(form) == {"held_on": "Écrivez une date qui existe, par exemple 09/10/2026."}
    assert form.fields["held_on"].value == typed


@pytest.mark.parametrize("typed", ["09/10/2026", "9.10.2026", "9-10-2026", "9 10 2026", "2026-10-09"])
def test_a_day_is_written_as_people_write_it(typed: str) -> None:
    assert sheet(held_on=typed).validated().held_on == date(2026, 10, 9)


@pytest.mark.parametrize(
    ("typed", "wanted"), [(None, False), ("", False), ("0", False), ("true", True), ("on", True)]
)
def test_an_unticked_box_is_false(typed: str | None, wanted: bool) -> None:
    assert sheet(is_open=typed).validated().is_open is wanted


def test_a_text_of_spaces_is_no_text() -> None:
    assert "lists-2-name" in refused(sheet(**{"lists-2-name": "   "}))
    with pytest.raises(pydantic.ValidationError):
        GoalIn.model_validate({"stake": "dialogue", "title": "     "})


@pytest.mark.parametrize(
    ("model", "body", "said"),
    [
        (GoalStateIn, {"state": "dropped", "reason": "x" * 1001}, "Écrivez au plus 1\u202f000 caractères."),
        (
            ElectionIn,
            {"held_on": "2026-10-09", "voting_modes": ["by_post"] * 4},
            "Donnez au plus 3 réponses.",
        ),
    ],
)
def test_a_text_too_long_is_told_in_letters_and_a_list_in_answers(
    model: type[BaseModel], body: dict[str, Any], said: str
) -> None:
    with pytest.raises(pydantic.ValidationError) as refusal:
        model.model_validate(body)
    assert field_errors(refusal.value)[0].detail == said


# --- errors at the right place -------------------------------------------------------------------------


def test_an_error_finds_its_row_past_the_blank_ones() -> None:
    form = sheet(**{"lists-3-name": "Liste B", "lists-3-votes": "beaucoup"})
    assert refused(form) == {"lists-3-votes": "Écrivez un nombre entier, par exemple 42."}


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("/voters", "voters"),
        ("/target", "target-counted"),
        ("/target/out_of", "target-out_of"),
        ("/lists", "lists-0-name"),
        ("/lists/0", "lists-2-name"),
        ("/lists/0/votes", "lists-2-votes"),
        ("/kinds/1", "kinds"),
    ],
)
def test_a_verb_s_error_finds_its_field(pointer: str, name: str) -> None:
    form = sheet()
    form.validated()
    form.show([FieldError(pointer, "Non.")])
    assert [item.name for item in form.fields.values() if item.error] == [name]
    assert form.errors == [(f"f-{name}", f"{form.fields[name].label}\u202f: Non.")]


@pytest.mark.parametrize("pointer", ["/", "/elsewhere", "/body"])
def test_an_error_of_no_field_goes_to_the_summary(pointer: str) -> None:
    form = sheet()
    form.validated()
    form.show([FieldError(pointer, "Non.")])
    assert form.errors == [("", "Non.")]


@pytest.mark.parametrize("name", ["school_id", "target-baseline", "lists-2-seats", "lists-x-name"])
def test_a_field_that_was_not_asked_for_is_refused(name: str) -> None:
    form = sheet(**{name: "1"})
    assert refused(form) == {}
    assert form.errors == [("", "Ce champ n’existe pas.")]


def test_a_page_may_read_a_button_s_name_beside_the_form() -> None:
    fields = {"stake": "dialogue", "title": "Rencontrer", "encore": "1"}
    assert Form(GoalIn, posted(fields), beside=["encore"]).validated().title == "Rencontrer"


@pytest.mark.parametrize(
    ("typed", "wanted"), [("7", 7), ("", None), ("²", None), ("x", None), ("9" * 40, None)]
)
def test_the_version_is_a_number_or_nothing(typed: str, wanted: int | None) -> None:
    assert sheet(version=typed).expected_version == wanted


# --- widgets -------------------------------------------------------------------------------------------


def test_a_form_shows_what_is_stored() -> None:
    start = {
        "held_on": date(2026, 10, 9),
        "voters": 0,
        "is_open": True,
        "kind": Kind.ONE,
        "kinds": [Kind.TWO],
    }
    form = Form(
        SheetIn,
        start=start | {"target": PairIn(counted=3), "lists": [RowIn(name="Liste", votes=1)]},
        version=4,
    )
    shown = {name: item.value for name, item in form.fields.items() if item.value}
    assert shown == {
        "held_on": "09/10/2026", "voters": "0", "is_open": "true", "kind": "one",
        "target-counted": "3", "lists-0-name": "Liste", "lists-0-votes": "1",
    }  # fmt: skip
    assert form.fields["kinds"].checked_values == {"two"}
    assert form.rows == {"lists": [0, 1, 2]}
    assert form.version == "4"


def test_each_kind_has_its_widget() -> None:
    form = Form(SheetIn)
    widgets = {name: item.widget for name, item in form.fields.items() if "-" not in name}
    assert widgets == {
        "held_on": "date", "voters": "number", "share": "number", "is_open": "checkbox", "kind": "radios",
        "grade": "select", "kinds": "checkboxes", "remarks": "textarea",
    }  # fmt: skip
    assert form.fields["grade"].choices[0] == ("", "Choisissez")
    assert form.fields["kind"].choices == [("one", "la première"), ("two", "la deuxième")]
    assert [name for name, item in form.fields.items() if item.required] == ["held_on", "voters", "kind"]
    assert (form.fields["voters"].minimum, form.fields["voters"].maximum) == (0, 100_000)


def test_two_forms_of_a_page_share_no_id() -> None:
    one, other = Form(PairIn), Form(PairIn, prefix="autre-")
    ids = [[item.id for item in form.fields.values()] for form in (one, other)]
    assert ids == [
        ["f-counted", "f-out_of", "f-is_sure"],
        ["f-autre-counted", "f-autre-out_of", "f-autre-is_sure"],
    ]
    assert other.fields["counted"].name == "counted"


def test_a_widget_tells_its_hint_and_its_error() -> None:
    form = sheet(voters="cent")
    refused(form)
    macros: Any = make_environment().get_template("macros.html").module
    html = macros.field(form, "voters")
    assert 'aria-describedby="f-voters-hint f-voters-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'value="cent"' in html


def test_a_page_with_two_forms_has_unique_ids(sign_in: Any) -> None:
    import re

    from tests.goals.test_goals import GOALS, MEET
    from tests.world import A

    claire: TestClient = sign_in("claire")
    goal = claire.post(GOALS, json=MEET).json()["id"]
    ids = re.findall(r'\bid="([^"]+)"', claire.get(f"/ecoles/{A}/objectifs/{goal}").text)
    assert len(ids) == len(set(ids)), sorted(name for name in ids if ids.count(name) > 1)


# --- sentences -----------------------------------------------------------------------------------------


class Probe(BaseModel):
    model_config = ConfigDict(extra="forbid")

    whole: Whole = pydantic.Field(default=0, ge=0, le=9)
    loose: int = 0
    decimal: Annotated[float, pydantic.Field(gt=0, lt=9, allow_inf_nan=False)] = 1.0
    flag: Flag = False
    query_flag: bool = False
    day: Day = date(2026, 1, 1)
    plain_day: date = date(2026, 1, 1)
    text: Text = pydantic.Field(default="ab", min_length=2, max_length=5)
    code: str = pydantic.Field(default="a", pattern="^[a-z]$")
    choice: Status = Status.VALUE
    literal: Literal["a", "b"] = "a"
    key: UUID | None = None
    some: list[Kind] = pydantic.Field(default=[Kind.ONE], min_length=1, max_length=2)
    pair: PairIn | None = None
    mapping: dict[str, int] = {}
    needed: None = None


WRONG: dict[str, list[Any]] = {
    "whole": ["1", 1.5, None, True, -1, 10, 10**30],
    "loose": ["x", 1.5, None, "9" * 5000, []],
    "decimal": ["x", None, float("nan"), float("inf"), 0, 9, []],
    "flag": [1, "true", None],
    "query_flag": ["x", None],
    "day": ["2026-02-31", "9/10/2026", 5, None, "2026-01-01T00:00:00"],
    "plain_day": ["x", [], 5.5, "2026-01-01T10:00:00"],
    "text": ["a", "abcdef", 5, None, "ab\x00", "ab\ud800"],
    "code": ["A", 5],
    "choice": ["x", 5],
    "literal": ["x", 5],
    "key": ["x", 5, "0" * 40],
    "some": [[], ["one"] * 3, "one", ["x"], {}],
    "pair": ["x", 5, {}, {"counted": 1, "z": 1}],
    "mapping": ["x", {"a": "b"}],
    "needed": [1],
    "unknown": [1],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_every_finding_has_a_sentence(name: str, value: Any) -> None:
    with pytest.raises(pydantic.ValidationError) as refusal:
        Probe.model_validate({name: value})
    assert [item["type"] for item in refusal.value.errors() if not has_sentence(item["type"])] == []
    assert all(error.detail.endswith(".") for error in field_errors(refusal.value))
    assert "abc" not in str([error.detail for error in field_errors(refusal.value)])


RAISED = {
    "int": {"int_type", "int_parsing", "int_from_float", "int_parsing_size"},
    "float": {"float_type", "float_parsing", "finite_number"},
    "bool": {"bool_type", "bool_parsing"},
    "str": {
        "string_type",
        "string_unicode",
        "string_too_short",
        "string_too_long",
        "string_pattern_mismatch",
    },
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"},
    "uuid": {"uuid_type", "uuid_parsing"},
    "enum": {"enum"},
    "literal": {"literal_error"},
    "list": {"list_type", "too_short", "too_long"},
    "dict": {"dict_type"},
    "model": {"model_type", "model_attributes_type"},
    "model-fields": {"missing", "extra_forbidden", "model_type", "model_attributes_type"},
    "function-after": {"value_error"},
    "function-before": {"value_error", "day"},
}
"""What each kind of schema may say no with. A kind that is not here yet needs its sentences first."""
SILENT = {"nullable", "default", "model-field", "definitions", "definition-ref", "any", "no-info", "chain"}


def kinds_of(schema: Any) -> Iterable[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str) and "serialization" not in schema.get("type", ""):
            yield schema["type"]
        for key, part in schema.items():
            if key not in {
                "serialization",
                "metadata",
                "default",
                "members",
                "expected",
                "function",
                "config",
            }:
                yield from kinds_of(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from kinds_of(part)


def bodies() -> list[type[BaseModel]]:
    """Every model that a door takes as a body or a form."""
    import app.routers  # noqa: F401  (loads them all)

    found: list[type[BaseModel]] = []
    stack: list[type[BaseModel]] = [SQLModel]
    while stack:
        model = stack.pop()
        stack += model.__subclasses__()
        is_ours = model.__module__.startswith("app.") and model.model_config.get("extra") == "forbid"
        if is_ours and not model.__name__.endswith("Out"):
            found.append(model)
    return sorted(set(found), key=lambda model: model.__qualname__)


@pytest.mark.parametrize("model", bodies(), ids=lambda model: model.__name__)
def test_every_body_only_raises_findings_with_sentences(model: type[BaseModel]) -> None:
    kinds = set(kinds_of(model.__pydantic_core_schema__)) - SILENT
    assert kinds <= RAISED.keys(), kinds - RAISED.keys()
    assert all(has_sentence(finding) for kind in kinds for finding in RAISED[kind])
