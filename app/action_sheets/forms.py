"""One page of the sheet as a form: made from the questions, and read back into answers."""

from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from app.db import Text, Whole
from app.domain.action_sheet import Answers
from app.domain.action_sheet_parts import (
    DETAIL_MOST,
    LINE_MOST,
    TEXT_MOST,
    Kind,
    Part,
    Question,
    Section,
)
from app.domain.action_sheet_words import read_when, write_when
from app.web.forms import Choices, Form, Posted

_WRITTEN = {Kind.LINE: LINE_MOST, Kind.TEXT: TEXT_MOST, Kind.LINKS: TEXT_MOST, Kind.KEYWORDS: LINE_MOST}
"""Parts that are typed in one box, and how much it takes."""
_LONG = {Kind.TEXT, Kind.LINKS}


def section_form(
    section: Section,
    posted: Posted | None = None,
    *,
    start: Answers | None = None,
    version: int | None = None,
) -> Form[BaseModel]:
    """The questions of one page; none of them has to be answered to save it."""
    form = Form(
        page_model(section),
        posted,
        start=_shown(section, start or {}),
        choices=_choices(section),
        widgets={part.slug: "textarea" for part in section.parts if part.kind in _LONG},
        version=version,
        beside=["then"],
    )
    for field in form.fields.values():
        field.may_wait = True
    for part in section.parts:
        if part.kind in _WRITTEN:
            form.fields[part.slug].maxlength = _WRITTEN[part.kind]
            form.fields[part.slug].rows = 3 if part.is_optional else 6
        for name in _detail_boxes(part):
            form.fields[name].maxlength = DETAIL_MOST
    return form


def boxes_of(part: Part) -> list[str]:
    """The boxes of a part, in the order of the page: its list and what has to be specified, or its lines."""
    if part.rows:
        return [f"{part.slug}-{row.code}" for row in part.rows]
    if part.kind is Kind.SEVERAL:
        return [f"{part.slug}-chosen", *_detail_boxes(part)]
    return [part.slug]


def _detail_boxes(part: Part) -> list[str]:
    return [f"{part.slug}-details-{choice.code}" for choice in part.choices if choice.detail]


# --- from the questions to a model ----------------------------------------------------------------------


@cache
def page_model(section: Section) -> type[BaseModel]:
    """What a page posts, in the shape of the answers; what they may say is checked by the verb."""
    fields = {part.slug: _field(part, question) for question in section.questions for part in question.parts}
    return _model(f"Page_{section.slug}", fields)


def _model(name: str, fields: Mapping[str, Any]) -> type[BaseModel]:
    return create_model(name, __config__=ConfigDict(extra="forbid"), **dict(fields))


def _field(part: Part, question: Question) -> Any:
    label = part.label or question.heading
    told = Field(default=None, title=label, description=part.hint or None)
    match part.kind:
        case Kind.SEVERAL:
            details = {choice.code: _box(choice.detail) for choice in part.choices if choice.detail}
            inside: dict[str, Any] = {"chosen": _list(label, part.hint)}
            if details:
                inside["details"] = (_model(f"Details_{part.slug}", details) | None, None)
            return _model(f"Several_{part.slug}", inside) | None, None
        case Kind.COUNTS:
            rows = {row.code: (Whole | None, Field(default=None, title=row.label)) for row in part.rows}
            return _model(f"Counts_{part.slug}", rows) | None, None
        case Kind.GRID_ONE:
            return _model(f"Grid_{part.slug}", {row.code: _box(row.label) for row in part.rows}) | None, None
        case Kind.GRID_SEVERAL:
            rows = {row.code: _list(row.label) for row in part.rows}
            return _model(f"Grid_{part.slug}", rows) | None, None
        case _:
            return Text | None, told


def _box(label: str) -> Any:
    return Text | None, Field(default=None, title=label)


def _list(label: str, hint: str = "") -> Any:
    return list[str], Field(default_factory=list, title=label, description=hint or None)


def _choices(section: Section) -> dict[str, Choices]:
    found: dict[str, Choices] = {}
    for part in section.parts:
        offered = [(choice.code, choice.label) for choice in part.choices]
        if part.kind is Kind.ONE:
            found[part.slug] = offered
        elif part.kind is Kind.SEVERAL:
            found[f"{part.slug}-chosen"] = offered
        elif part.choices:
            found |= dict.fromkeys(boxes_of(part), offered)
    return found


def compare(form: Form[BaseModel], section: Section, answers: Answers, version: int) -> None:
    """After a conflict, what is recorded beside what was typed."""
    form.compare(SimpleNamespace(**_shown(section, answers), version=version))


# --- between answers and boxes --------------------------------------------------------------------------


def _shown(section: Section, answers: Answers) -> dict[str, Any]:
    return {part.slug: _box_of(part, answers[part.slug]) for part in section.parts if part.slug in answers}


def _box_of(part: Part, value: Any) -> Any:
    match part.kind:
        case Kind.LINKS:
            return "\n".join(value)
        case Kind.KEYWORDS:
            return ", ".join(value)
        case Kind.SEVERAL:
            return value | {"details": _each_date(part, value.get("details", {}), write_when)}
        case _:
            return value


def answers_of(section: Section, page: BaseModel) -> dict[str, Any]:
    """The answers that a posted page stands for; what it leaves blank is absent or blank."""
    typed = page.model_dump(exclude_none=True)
    return {part.slug: _answer(part, typed[part.slug]) for part in section.parts if part.slug in typed}


def _answer(part: Part, value: Any) -> Any:
    match part.kind:
        case Kind.LINKS:
            return [line.strip() for line in value.splitlines() if line.strip()]
        case Kind.KEYWORDS:
            words = value.replace(";", ",").replace("\n", ",").split(",")
            return [word.strip() for word in words if word.strip()]
        case Kind.SEVERAL:
            return value | {"details": _each_date(part, value.get("details", {}), read_when)}
        case _:
            return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _each_date(part: Part, details: Mapping[str, str], write: Any) -> dict[str, str]:
    by_code = part.by_code
    return {code: write(text) if by_code[code].is_date else text for code, text in details.items()}
