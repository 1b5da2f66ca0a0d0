"""One input model serves the JSON body and the HTML form: this module is the HTML half.

A form is the model's fields plus what the person typed. Nothing typed is ever lost: an answer the model
refuses is shown again as it was, with the sentence beside it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from app.errors import Conflict, FieldError, Invalid, Stale
from app.web.fields import (
    Choices,
    FormField,
    describe,
    fill,
    is_model,
    read_value,
    row_model,
    start_value,
    unwrap,
)
from app.web.posted import CARRIED, Posted, PostedForm, read_posted
from app.web.sentences import sentence_for

__all__ = [
    "Choices",
    "Form",
    "FormField",
    "Nothing",
    "Posted",
    "PostedForm",
    "field_error",
    "field_errors",
    "read_posted",
]

Model = TypeVar("Model", bound=BaseModel)
_WORD = re.compile(r"[A-Za-z0-9_]{1,60}")


class Nothing(BaseModel):
    """The model of a form with a button only: what it carries is the CSRF token and the row's version."""


class Form(Generic[Model]):
    """A model's fields as a French form; nested models are flattened to `target-value`, `lists-0-votes`.

    `start` is the row or mapping a first display is filled with; `choices` fills selects and radios that the
    model cannot know (the school's own goals, partners…) and `widgets` overrides a widget, both by field name
    without indices (`lists-category`). `blank_rows` says how many empty rows follow a list of models. Two
    forms of a page need a `prefix` each: it only enters the ids, never the names that are posted. `beside` is
    what the page itself reads of the post (the name of a button); any other unknown name is refused.
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
        prefix: str = "",
        beside: Iterable[str] = (),
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
        self._id_prefix = prefix
        self._beside = {*CARRIED, *beside}
        self._expand(model, "", start, optional=False)

    def _expand(self, model: type[BaseModel], prefix: str, start: Any, *, optional: bool) -> None:
        for name, info in model.model_fields.items():
            key = prefix + name
            kind, value = unwrap(info.annotation), start_value(start, name)
            if is_model(kind):
                self._expand(kind, f"{key}-", value, optional=optional or not info.is_required())
            elif row := row_model(kind):
                self.rows[key] = self._row_numbers(key, value)
                for index in self.rows[key]:
                    filled = value[index] if value and index < len(value) else None
                    self._expand(row, f"{key}-{index}-", filled, optional=True)
            else:
                plain = re.sub(r"-\d+-", "-", key)
                described = describe(
                    key, info, self._choices.get(plain), self._widgets.get(plain), optional=optional
                )
                described.prefix = self._id_prefix
                fill(described, self.posted, value)
                self.fields[key] = described

    def _row_numbers(self, key: str, start: Sequence[Any] | None) -> list[int]:
        if self.posted is None:
            return list(range(len(start or ()) + self._blank_rows))
        pattern = re.compile(rf"{re.escape(key)}-([0-9]{{1,3}})-")
        return sorted({int(found[1]) for name in self.posted.values if (found := pattern.match(name))})

    @property
    def errors(self) -> list[tuple[str, str]]:
        """(id of the box, its name and what to do) in the order of the page; no id for the whole form."""
        found = [(item.id, item.told) for item in self.fields.values() if item.error]
        return [*found, ("", self.notice)] if self.notice else found

    @property
    def expected_version(self) -> int | None:
        """The row version the person was looking at; None when the form carried none."""
        return int(self.version) if re.fullmatch(r"[0-9]{1,9}", self.version) else None

    def body(self) -> dict[str, Any]:
        """The JSON body these answers stand for; blanks are absent, unreadable text stays text."""
        return self._read(self.model, "")

    def _read(self, model: type[BaseModel], prefix: str) -> dict[str, Any]:
        assert self.posted is not None, "a form that was never posted has no body"
        body: dict[str, Any] = {}
        for name, info in model.model_fields.items():
            key, kind = prefix + name, unwrap(info.annotation)
            value: Any
            if is_model(kind):
                value = self._read(kind, f"{key}-") or None
            elif row := row_model(kind):
                read = [(index, self._read(row, f"{key}-{index}-")) for index in self.rows[key]]
                self._kept[key] = [index for index, item in read if item]
                value = [item for _, item in read if item]
            elif self.fields[key].widget == "password":
                value = self.posted.get(key) or None  # as typed: its spaces count
            else:
                value = read_value(kind, self.posted.getlist(key))
            if value is not None and not (prefix and (value is False or value == [])):
                body[name] = value
        return body

    def validated(self) -> Model:
        """The model these answers make, or Invalid with one sentence a field."""
        assert self.posted is not None, "a form that was never posted has no answers"
        if self.posted.values.keys() - self.fields.keys() - self._beside:
            raise Invalid([field_error((), "extra_forbidden", {}, "")])
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

    def compare(self, row: Any, *, but: Iterable[str] = ()) -> None:
        """After a conflict, put what is recorded beside what was typed; sending again is then a choice.

        `row` is what a first display starts from; `but` names the answers that are about the change itself.
        """
        if not self.is_stale:
            return
        recorded = Form(self.model, start=row, choices=self._choices, widgets=self._widgets)
        for name, described in self.fields.items():
            theirs = recorded.fields.get(name)
            if theirs is None or name in but:
                continue
            if (theirs.value, theirs.checked_values - {""}) != (
                described.value,
                described.checked_values - {""},
            ):
                described.recorded = theirs.said or "rien"
        self.version = str(row.version)

    def show(self, errors: Iterable[FieldError]) -> None:
        """Put each sentence beside its field; what no field owns goes to the summary."""
        for error in errors:
            name = self._shown_name(error.field)
            if name is None:
                self.notice = self.notice or error.detail
            elif self.fields[name].error is None:
                is_no_file = self.fields[name].widget == "file" and error.code == "missing"
                self.fields[name].error = "Choisissez un fichier." if is_no_file else error.detail

    def _shown_name(self, field_name: str) -> str | None:
        for key, kept in self._kept.items():
            if found := re.match(rf"{re.escape(key)}-(\d+)", field_name):
                field_name = f"{key}-{kept[int(found[1])]}{field_name[found.end() :]}"
        if field_name in self.fields:
            return field_name
        owner = field_name.rpartition("-")[0]  # the list of which one answer is refused
        inside = (name for name in self.fields if field_name and name.startswith(f"{field_name}-"))
        return next(inside, owner if owner in self.fields else None)


def field_errors(problem: ValidationError) -> list[FieldError]:
    """pydantic's findings as French sentences; never echoes what was typed."""
    return [
        field_error(item["loc"], item["type"], item.get("ctx") or {}, item["msg"])
        for item in problem.errors(include_url=False, include_input=False)
    ]


def field_error(
    path: Iterable[int | str], kind: str, context: Mapping[str, Any], message: str, *, is_json: bool = False
) -> FieldError:
    """One finding. A name that the caller made up is not repeated unless it is a plain word."""
    parts = [str(part) if _WORD.fullmatch(str(part)) else "_" for part in path]
    return FieldError("/" + "/".join(parts), sentence_for(kind, context, message, is_json=is_json), kind)
