"""The action sheet: thirty questions as data, what answers are refused, and how complete a sheet is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.action_sheet_checks import Path, plain_name, problems_of
from app.domain.action_sheet_parts import Kind, Part, Question, Section
from app.domain.action_sheet_questions_plan import WHAT, WHERE, WHO, WHY
from app.domain.action_sheet_questions_result import CLOSING, EFFECTS, EVALUATION, MEANS, PEOPLE

SECTIONS: tuple[Section, ...] = (WHO, WHY, WHAT, WHERE, PEOPLE, MEANS, EVALUATION, EFFECTS, CLOSING)
QUESTIONS: tuple[Question, ...] = tuple(question for section in SECTIONS for question in section.questions)
NUMBERED: Mapping[int, Question] = {question.number: question for question in QUESTIONS if question.number}
PARTS: Mapping[str, Part] = {part.slug: part for section in SECTIONS for part in section.parts}
QUESTION_OF: Mapping[str, Question] = {
    part.slug: question for question in QUESTIONS for part in question.parts
}

Answers = Mapping[str, Any]
"""Part → what was answered, in the shape that its kind says (app.domain.action_sheet_parts)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that cannot be taken: where, of which question, and what to do about it."""

    part: str
    path: Path
    question: str
    told: str
    code: str

    @property
    def detail(self) -> str:
        """The sentence for who does not see the question beside it."""
        return f"{self.question}\u202f: {self.told[:1].lower()}{self.told[1:]}"


def check(answers: Answers) -> list[Refusal]:
    """What is wrong with these answers, question by question; a sheet may have any of its answers.

    Takes any JSON: nothing that was sent comes back in a sentence, and nothing raises.
    """
    found: list[Refusal] = []
    for slug, value in answers.items():
        if slug not in PARTS:
            told = "Cette question n’existe pas."
            found.append(Refusal(plain_name(slug), (), "La fiche", told, "unknown_question"))
            continue
        name = QUESTION_OF[slug].name
        for problem in problems_of(PARTS[slug], value):
            found.append(Refusal(slug, problem.path, name, problem.told, problem.code))
    return found or _out_of_place(answers)


def _out_of_place(answers: Answers) -> list[Refusal]:
    """Answers to what only those are asked who chose something that was not chosen."""
    found: list[Refusal] = []
    for slug in tidy(answers):
        under = PARTS[slug].under
        if under and under[1] not in chosen(answers, under[0]):
            label = PARTS[under[0]].by_code[under[1]].label
            told = f"Cochez aussi «\u202f{label}\u202f», ou videz cette réponse."
            found.append(Refusal(slug, (), QUESTION_OF[slug].name, told, "unasked"))
    return found


def chosen(answers: Answers, slug: str) -> Sequence[str]:
    """The codes chosen in a closed list, one or several."""
    value = answers.get(slug)
    if PARTS[slug].kind is Kind.ONE:
        return [value] if value else []
    codes: Sequence[str] = (value or {}).get("chosen") or []
    return codes


# --- as it is kept -------------------------------------------------------------------------------------


def tidy(answers: Answers) -> dict[str, Any]:
    """Checked answers in the order of the sheet, without blanks; texts without spaces around them."""
    found = {slug: _tidied(answers[slug]) for slug in PARTS if slug in answers}
    return {slug: value for slug, value in found.items() if not _is_blank(value)}


def _tidied(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, Mapping):
        inside = {key: _tidied(item) for key, item in value.items()}
        return {key: item for key, item in inside.items() if not _is_blank(item)}
    if isinstance(value, list):
        return [item for item in map(_tidied, value) if not _is_blank(item)]
    return value


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [], {})


# --- how complete --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How many numbered questions are settled, out of how many, and what is left to say."""

    answered: int
    asked: int
    missing: tuple[Question, ...]
    to_specify: tuple[Question, ...]
    """Answered with a choice that has to be specified, and was not."""

    @property
    def is_complete(self) -> bool:
        return not (self.missing or self.to_specify)


def completeness(answers: Answers, questions: Sequence[Question] = QUESTIONS) -> Progress:
    """How far a sheet, or one page of it, is. The title may be missing; the closing words never are."""
    expected = [question for question in questions if question.is_expected]
    missing = tuple(question for question in expected if not _is_settled(question, answers))
    to_specify = tuple(
        question for question in questions if question not in missing and _is_vague(question, answers)
    )
    asked = [question for question in expected if question.number]
    answered = [question for question in asked if question not in missing]
    return Progress(len(answered), len(asked), missing, to_specify)


def is_asked(question: Question, answers: Answers) -> bool:
    """Whether the other answers leave something to ask here: no results without an evaluation."""
    unless = question.unless
    return unless is None or not unless[1].intersection(chosen(answers, unless[0]))


def _is_settled(question: Question, answers: Answers) -> bool:
    return not is_asked(question, answers) or all(
        _is_answered(part, answers) for part in question.parts if not part.is_optional
    )


def _is_answered(part: Part, answers: Answers) -> bool:
    if part.under and part.under[1] not in chosen(answers, part.under[0]):
        return True
    value = answers.get(part.slug)
    if part.kind in (Kind.COUNTS, Kind.GRID_ONE):  # each line is a question of its own
        return set(value or ()) == set(part.row_by_code)
    if part.kind is Kind.SEVERAL:
        return bool(chosen(answers, part.slug))
    return not _is_blank(value)


def _is_vague(question: Question, answers: Answers) -> bool:
    several = (part for part in question.parts if part.kind is Kind.SEVERAL)
    return any(
        part.by_code[code].detail and code not in (answers[part.slug].get("details") or {})
        for part in several
        for code in chosen(answers, part.slug)
    )
