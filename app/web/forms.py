"""One input model serves the JSON body and the HTML form: this module is the HTML half.

A form is the model's fields plus what the person typed. Nothing typed is ever lost: an answer the model refuses
is shown again as it was, with the sentence beside it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from sqlmodel import Session
from starlette.datastructures import FormData

from app.errors import Conflict, FieldError, Invalid, Stale
from app.web import french
from app.web.sentences import sentence_for

Model = TypeVar("Model", bound=BaseModel)
Choices = Sequence[tuple[str, str]]
MAX_FIELDS = 400


class Nothing(BaseModel):
    """The model of a form with a button only: what it carries is the CSRF token and the row's version."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of a submitted HTML form, several values a name; empty on a GET."""

    values: Mapping[str, list[str]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, [default])[-1]

    def getlist(self, name: str) -> list[str]:
        return self.values.get(name, [])


async def read_posted(request: Request) -> Posted:
    """Read the body before any lock or connection is taken."""
    if request.method != "POST":
        return Posted()
    content_type = request.headers.get("content-type", "")
    if not content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return Posted()
    data: FormData = await request.form(max_fields=MAX_FIELDS, max_files=0)
    values: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        values.setdefault(name, []).append(str(value))
    return Posted(values)


PostedForm = Annotated[Posted, Depends(read_posted)]


def _unwrap(annotation: Any) -> Any:
    """The type a person answers with: `Whole | None` → int, `Annotated[str, …]` → str."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, UnionType):
            annotation = next(part for part in get_args(annotation) if part is not type(None))
        else:
            return annotation


def _metadata(info: FieldInfo, kind: type) -> Any:
    """The first constraint of a kind on the field, wherever the annotation keeps it."""
    stack: list[Any] = [*info.metadata, info.annotation]
    while stack:
        item = stack.pop(0)
        if isinstance(item, kind):
            return item
        if isinstance(item, FieldInfo):
            stack.extend(item.metadata)
        elif get_origin(item) is not None:
            stack.extend(get_args(item))
    return None


@dataclass(slots=True)
class FormField:
    """What a widget needs; `value` is what was typed, never what it was taken for."""

    name: str
    label: str
    hint: str = ""
    widget: str = "text"
    required: bool = True
    value: str = ""
    checked_values: set[str] = field(default_factory=set)
    error: str | None = None
    choices: Choices = ()
    maxlength: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    rows: int = 4
    autocomplete: str | None = None

    @property
    def id(self) -> str:
        return f"f-{self.name}"


class Form(Generic[Model]):
    """A model's fields as a French form; nested models are flattened to `target-value`, `lists-0-votes`.

    `start` is the row or mapping a first display is filled with; `choices` fills selects and radios that the
    model cannot know (the school's own goals, partners…) and `widgets` overrides a widget, both by field name
    without indices (`lists-category`); `blank_rows` says how many empty rows follow a list of models.
    """

    def __init__(
        self,
        model: type[Model],
        posted: Posted | None = None,
        *,
        start: Any = None,
        choices: Mapping[str, Choices] | None = None,
        widgets: Mapping[str, str] | None = None,
        blank_rows: int = 2,
        version: int | None = None,
    ) -> None:
        self.model = model
        self.posted = posted
        self.csrf = ""
        self.version = posted.get("version") if posted else ("" if version is None else str(version))
        self.notice: str | None = None
        self.is_stale = False
        self.fields: dict[str, FormField] = {}
        self.rows: dict[str, list[int]] = {}
        """The row numbers shown of each list; `body` keeps only those that were filled."""
        self._kept: dict[str, list[int]] = {}
        self._choices = choices or {}
        self._widgets = widgets or {}
        self._blank_rows = blank_rows
        self._expand(model, "", start, optional=False)

    def _expand(self, model: type[BaseModel], prefix: str, start: Any, *, optional: bool) -> None:
        for name, info in model.model_fields.items():
            key = prefix + name
            kind, value = _unwrap(info.annotation), _start_value(start, name)
            if _is_model(kind):
                self._expand(kind, f"{key}-", value, optional=optional or not info.is_required())
            elif row := _row_model(kind):
                self.rows[key] = self._row_numbers(key, value)
                for index in self.rows[key]:
                    filled = value[index] if value and index < len(value) else None
                    self._expand(row, f"{key}-{index}-", filled, optional=True)
            else:
                plain = re.sub(r"-\d+-", "-", key)
                described = _describe(key, info, self._choices.get(plain), self._widgets.get(plain))
                described.required = described.required and not optional
                _fill(described, self.posted, value)
                self.fields[key] = described

    def _row_numbers(self, key: str, start: Sequence[Any] | None) -> list[int]:
        if self.posted is None:
            return list(range(len(start or ()) + self._blank_rows))
        pattern = re.compile(rf"{re.escape(key)}-(\d{{1,3}})-")
        return sorted({int(found[1]) for name in self.posted.values if (found := pattern.match(name))})

    @property
    def errors(self) -> list[tuple[str, str]]:
        found = [(item.id, item.error) for item in self.fields.values() if item.error]
        return found + [("", self.notice)] if self.notice else found

    @property
    def expected_version(self) -> int | None:
        """The row version the person was looking at; None when the form carried none."""
        return int(self.version) if self.version.isdigit() and len(self.version) < 10 else None

    def body(self) -> dict[str, Any]:
        """The JSON body these answers stand for; blanks are absent, unreadable text stays text."""
        return self._read(self.model, "")

    def _read(self, model: type[BaseModel], prefix: str) -> dict[str, Any]:
        assert self.posted is not None, "a form that was never posted has no body"
        body: dict[str, Any] = {}
        for name, info in model.model_fields.items():
            key, kind = prefix + name, _unwrap(info.annotation)
            value: Any
            if _is_model(kind):
                value = self._read(kind, f"{key}-") or None
            elif row := _row_model(kind):
                read = [(index, self._read(row, f"{key}-{index}-")) for index in self.rows[key]]
                self._kept[key] = [index for index, item in read if item]
                value = [item for _, item in read if item]
            else:
                value = _read(kind, self.posted.getlist(key))
            if value is not None and not (value is False and prefix):
                body[name] = value
        return body

    def validated(self) -> Model:
        """The model these answers make, or Invalid with one sentence a field."""
        try:
            return self.model.model_validate(self.body())
        except ValidationError as problem:
            raise Invalid(field_errors(problem)) from None

    def attempt(self, db: Session, verb: Callable[[Model], Any]) -> bool:
        """Run the verb on the answers; on refusal nothing it wrote stays and each field gets its sentence."""
        try:
            data = self.validated()
            with db.begin_nested():
                verb(data)
        except Invalid as refusal:
            self.show(refusal.errors)
        except (Stale, Conflict) as refusal:
            self.is_stale = isinstance(refusal, Stale)
            self.notice = refusal.detail
        else:
            return True
        db.expire_all()
        return False

    def show(self, errors: Iterable[FieldError]) -> None:
        """Put each sentence beside its field; what no field owns goes to the summary."""
        for error in errors:
            name = self._shown_name(error.field)
            if name is None:
                self.notice = self.notice or error.detail
            elif self.fields[name].error is None:
                self.fields[name].error = error.detail

    def _shown_name(self, field_name: str) -> str | None:
        for key, kept in self._kept.items():
            if found := re.match(rf"{re.escape(key)}-(\d+)", field_name):
                field_name = f"{key}-{kept[int(found[1])]}{field_name[found.end():]}"
        if field_name in self.fields:
            return field_name
        inside = (name for name in self.fields if field_name and name.startswith(f"{field_name}-"))
        return next(inside, field_name.rpartition("-")[0] if field_name.rpartition("-")[0] in self.fields else None)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _row_model(kind: Any) -> type[BaseModel] | None:
    """The model of one row, for a list of models."""
    inner = _unwrap(get_args(kind)[0]) if get_origin(kind) is list else None
    return inner if _is_model(inner) else None


def field_errors(problem: ValidationError) -> list[FieldError]:
    """pydantic's findings as French sentences; never echoes what was typed."""
    return [
        field_error(item["loc"], item["type"], item.get("ctx") or {}, item["msg"])
        for item in problem.errors(include_url=False, include_input=False)
    ]


def field_error(path: Iterable[int | str], kind: str, context: Mapping[str, Any], message: str) -> FieldError:
    return FieldError("/" + "/".join(str(part) for part in path), sentence_for(kind, context, message), kind)


def _describe(name: str, info: FieldInfo, choices: Choices | None, widget: str | None) -> FormField:
    kind = _unwrap(info.annotation)
    described = FormField(
        name=name,
        label=info.title or name,
        hint=info.description or "",
        required=info.is_required(),
        widget=widget or _widget(info.annotation, kind, choices),
    )
    if choices is not None:
        described.choices = choices
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        described.choices = [(member.value, getattr(member, "label", member.value)) for member in kind]
    elif get_origin(kind) in (list, tuple, set):
        inner = _unwrap(get_args(kind)[0])
        if isinstance(inner, type) and issubclass(inner, StrEnum):
            described.choices = [(member.value, getattr(member, "label", member.value)) for member in inner]
    longest, least, most = _metadata(info, MaxLen), _metadata(info, Ge), _metadata(info, Le)
    described.maxlength = longest.max_length if longest else None
    if kind is int:
        described.minimum = least.ge if least else None
        described.maximum = most.le if most else None
    if described.widget == "text" and (described.maxlength or 0) > 250:
        described.widget = "textarea"
    if described.widget == "select":
        described.choices = [("", "Choisissez"), *described.choices]
    return described


def _widget(annotation: Any, kind: Any, choices: Choices | None) -> str:
    if kind is bool:
        return "checkbox"
    if get_origin(kind) in (list, tuple, set):
        return "checkboxes"
    if choices is not None:
        return "radios" if len(choices) <= 6 else "select"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "radios" if len(kind) <= 6 else "select"
    if get_origin(kind) is Literal:
        return "radios"
    return {int: "number", float: "number", date: "date"}.get(kind, "text")


def _start_value(start: Any, name: str) -> Any:
    return start.get(name) if isinstance(start, Mapping) else getattr(start, name, None)


def _fill(described: FormField, posted: Posted | None, start: Any) -> None:
    if posted is not None:
        described.checked_values = set(posted.getlist(described.name))
        described.value = posted.get(described.name)
        return
    values = start if isinstance(start, list | tuple | set | frozenset) else [start]
    described.checked_values = {_shown(value) for value in values if value is not None and value is not False}
    described.value = "" if start is None or isinstance(start, list | tuple | set) else _shown(start)


def _shown(value: Any) -> str:
    if value is True:
        return "true"
    return french.write_day(value) if isinstance(value, date) else str(value)


def _read(kind: Any, typed: list[str]) -> Any:
    """Typed text → JSON value by the field's type; None stands for « not answered »."""
    if kind is bool:
        return bool(typed) and typed[-1] not in {"", "false", "0"}
    if get_origin(kind) in (list, tuple, set):
        return [text for text in typed if text.strip()]
    text = typed[-1].strip() if typed else ""
    if not text:
        return None
    if kind in (int, float):
        number = french.read_number(text)
        return float(number) if kind is float and isinstance(number, int) else number
    return french.read_day(text) if kind is date else text
