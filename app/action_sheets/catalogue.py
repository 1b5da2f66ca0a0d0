"""The questions of the action sheet over JSON, for who draws a form of their own."""

from typing import Any, Self

from pydantic import BaseModel

from app.domain.action_sheet import SECTIONS
from app.domain.action_sheet_parts import Choice, Kind, Part, Question


class ChoiceOut(BaseModel):
    """`detail` is what has to be specified, `is_date` that it is a year, a month or a day: 2005-12."""

    code: str
    label: str
    detail: str | None
    is_date: bool
    is_alone: bool
    against: list[str]
    examples: list[str]

    @classmethod
    def of(cls, choice: Choice) -> Self:
        return cls(
            code=choice.code,
            label=choice.label,
            detail=choice.detail or None,
            is_date=choice.is_date,
            is_alone=choice.is_alone,
            against=list(choice.against),
            examples=list(choice.examples),
        )


class PartOut(BaseModel):
    """What is answered under `slug`; `under` names the part and the choice without which it is not asked."""

    slug: str
    kind: Kind
    label: str
    hint: str
    is_optional: bool
    under: list[str] | None
    choices: list[ChoiceOut]
    rows: list[ChoiceOut]

    @classmethod
    def of(cls, part: Part, question: Question) -> Self:
        return cls(
            slug=part.slug,
            kind=part.kind,
            label=part.label or question.title,
            hint=part.hint,
            is_optional=part.is_optional,
            under=list(part.under) if part.under else None,
            choices=[ChoiceOut.of(choice) for choice in part.choices],
            rows=[ChoiceOut.of(row) for row in part.rows],
        )


class QuestionOut(BaseModel):
    number: int | None
    title: str
    parts: list[PartOut]


class SectionOut(BaseModel):
    slug: str
    title: str
    told: str
    questions: list[QuestionOut]


class ActionSheetSchema(BaseModel):
    """Every question with its closed lists, and what an answer of each kind looks like."""

    sections: list[SectionOut]
    kinds: dict[str, Any]


SHAPES: dict[str, Any] = {
    Kind.LINE: "texte, 200 caractères au plus",
    Kind.TEXT: "texte, 4 000 caractères au plus",
    Kind.ONE: "planned",
    Kind.SEVERAL: {"chosen": ["children"], "details": {"children": "3 à 6 ans"}},
    Kind.COUNTS: {"parents": 117, "children": 272, "professionals": 176},
    Kind.GRID_ONE: {"geographic": "yes", "cultural": "partly"},
    Kind.GRID_SEVERAL: {"design": ["families", "professionals"]},
    Kind.LINKS: ["https://www.exemple.fr/bilan"],
    Kind.KEYWORDS: ["langage", "entrée au CP"],
}


def sheet_schema() -> ActionSheetSchema:
    return ActionSheetSchema(
        kinds=SHAPES,
        sections=[
            SectionOut(
                slug=section.slug,
                title=section.title,
                told=section.told,
                questions=[
                    QuestionOut(
                        number=question.number,
                        title=question.title,
                        parts=[PartOut.of(part, question) for part in question.parts],
                    )
                    for question in section.questions
                ],
            )
            for section in SECTIONS
        ],
    )
