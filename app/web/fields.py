"""One question of a form: how a model's field is shown, and how what was typed becomes a JSON value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from app.domain.typed import read_day, read_number
from app.web import french
from app.web.posted import Posted

Choices = Sequence[tuple[str, str]]


def unwrap(annotation: Any) -> Any:
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
    recorded: str | None = None
    """What somebody else saved meanwhile, in words, where it is not what was typed."""
    choices: Choices = ()
    maxlength: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    rows: int = 4
    autocomplete: str | None = None
    suggestions: str = ""
    """The id of a `<datalist>` of the page: ready words for a box that also takes one’s own."""
    may_wait: bool = False
    """One of many that can all be answered later: neither asked for nor marked as optional."""
    row: str = ""
    """Which row of the page it stands in, where several have a box of the same label."""
    prefix: str = ""
    """Keeps the ids apart when two forms of one page have a field of the same name."""

    @property
    def id(self) -> str:
        return f"f-{self.prefix}{self.name}"

    @property
    def told(self) -> str:
        """The mistake beside the name of its box, for the summary."""
        name = f"{self.row}, {self.label[:1].lower()}{self.label[1:]}" if self.row else self.label
        return f"{name}\u202f: {self.error}" if name else self.error or ""

    @property
    def said(self) -> str:
        """What was answered, in words."""
        chosen = self.checked_values or {self.value}
        return ", ".join(label for value, label in self.choices if str(value) in chosen) or self.value


def is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def row_model(kind: Any) -> type[BaseModel] | None:
    """The model of one row, for a list of models."""
    inner = unwrap(get_args(kind)[0]) if get_origin(kind) is list else None
    return inner if is_model(inner) else None


def describe(
    name: str, info: FieldInfo, choices: Choices | None, widget: str | None, *, optional: bool = False
) -> FormField:
    """The widget of one field; `optional` when it belongs to a part that may be left out as a whole."""
    kind = unwrap(info.annotation)
    is_required = info.is_required() and not optional
    described = FormField(
        name=name,
        label=info.title or name,
        hint=info.description or "",
        required=is_required,
        widget=widget
        or _widget(kind, choices, may_be_blank=not is_required and not isinstance(info.default, str)),
    )
    if choices is not None:
        described.choices = choices
    elif isinstance(kind, type) and issubclass(kind, StrEnum):
        described.choices = [(member.value, getattr(member, "label", member.value)) for member in kind]
    elif get_origin(kind) in (list, tuple, set):
        inner = unwrap(get_args(kind)[0])
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


def _widget(kind: Any, choices: Choices | None, *, may_be_blank: bool) -> str:
    """Radios for a few answers; a list when none may be right, since radios cannot be taken back."""
    few = "select" if may_be_blank else "radios"
    if kind is bool:
        return "checkbox"
    if get_origin(kind) in (list, tuple, set):
        return "checkboxes"
    if choices is not None:
        return few if len(choices) <= 6 else "select"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return few if len(kind) <= 6 else "select"
    if get_origin(kind) is Literal:
        return "radios"
    return {int: "number", float: "number", date: "date"}.get(kind, "text")


def start_value(start: Any, name: str) -> Any:
    return start.get(name) if isinstance(start, Mapping) else getattr(start, name, None)


def fill(described: FormField, posted: Posted | None, start: Any) -> None:
    if posted is not None:
        described.checked_values = set(posted.getlist(described.name))
        described.value = posted.get(described.name)
        return
    values = start if isinstance(start, list | tuple | set | frozenset) else [start]
    described.checked_values = {_shown(value) for value in values if value is not None and value is not False}
    is_plain = (
        start is not None and start is not False and not isinstance(start, list | tuple | set | frozenset)
    )
    described.value = _shown(start) if is_plain else ""


def _shown(value: Any) -> str:
    if value is True:
        return "true"
    return french.write_day(value) if isinstance(value, date) else str(value)


def read_value(kind: Any, typed: list[str]) -> Any:
    """Typed text → JSON value by the field's type; None stands for « not answered »."""
    if kind is bool:
        return bool(typed) and typed[-1] not in {"", "false", "0"}
    if get_origin(kind) in (list, tuple, set):
        return [text for text in typed if text.strip()]
    text = typed[-1].strip() if typed else ""
    if not text:
        return None
    if kind in (int, float):
        number = read_number(text)
        return float(number) if kind is float and isinstance(number, int) else number
    return read_day(text) if kind is date else text
