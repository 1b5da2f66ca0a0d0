"""Writing an action sheet: whole, or one page at a time. One audit event an act."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.access import check_version, school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import Turn, record, take_turn
from app.action_sheets.models import ActionSheet, ActionSheetIn, ActionSheetOut, LeftOut, ProposedOut
from app.action_sheets.proposals import proposals_for
from app.action_sheets.queries import sheet_of_action
from app.actions.queries import action_or_404, action_out
from app.domain.action_sheet import PARTS, SECTIONS, Answers, Refusal, check, completeness, tidy
from app.domain.action_sheet_checks import Path
from app.domain.action_sheet_parts import Section
from app.domain.action_sheet_words import searched
from app.errors import FieldError, Invalid, NotFound
from app.schools.models import School
from app.web.sentences import sentence_for


def write_sheet(
    db: Session, actor: Actor, uai: str, action_id: UUID, data: ActionSheetIn, version: int
) -> ActionSheet:
    """Replace the whole sheet; `version` 0 begins it. Raises Invalid that names each refused question."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    sheet = _sheet_to_write(db, school, action_id, version)
    refusals = check(data.answers)
    if refusals:
        raise Invalid([_field_error(("answers",), refusal, refusal.detail) for refusal in refusals])
    return _keep(db, actor, turn, sheet, data.answers, SECTIONS)


def save_section(
    db: Session,
    actor: Actor,
    uai: str,
    action_id: UUID,
    section: Section,
    answers: Answers,
    version: int | None,
) -> ActionSheet:
    """Replace the answers of one page and leave the others; pointers start at the part.

    `version` 0 begins the sheet.
    """
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    sheet = _sheet_to_write(db, school, action_id, version)
    refusals = check(answers)
    if refusals:
        raise Invalid([_field_error((), refusal, _told_on_a_page(refusal)) for refusal in refusals])
    own = {part.slug for part in section.parts}
    others = {slug: value for slug, value in sheet.answers.items() if slug not in own}
    been = [each for each in SECTIONS if each.slug in sheet.sections or each is section]
    return _keep(db, actor, turn, sheet, others | dict(answers), been)


def _sheet_to_write(db: Session, school: School, action_id: UUID, version: int | None) -> ActionSheet:
    """The sheet of an action, or a new one of version 0. Raises Stale when another version counts."""
    action = action_or_404(db, school.id, action_id)
    sheet = sheet_of_action(db, school.id, action.id)
    if sheet is None:
        sheet = ActionSheet(school_id=school.id, action_id=action.id, updated_at=clock.now(), version=0)
    check_version(sheet, version)
    return sheet


def _field_error(path: Path, refusal: Refusal, told: str) -> FieldError:
    pointer = "/".join(str(part) for part in (*path, refusal.part, *refusal.path))
    return FieldError(f"/{pointer}", told, refusal.code)


def _told_on_a_page(refusal: Refusal) -> str:
    """Whoever sees the answers in words is told no codes."""
    return sentence_for("enum", {}, "") if refusal.code == "unknown_choice" else refusal.told


def _keep(
    db: Session, actor: Actor, turn: Turn, sheet: ActionSheet, answers: Answers, been: Iterable[Section]
) -> ActionSheet:
    before, after = sheet.answers, tidy(answers)
    sheet.answers, sheet.search_text = after, searched(after)
    sheet.sections = [section.slug for section in been]
    sheet.updated_at = clock.now()
    sheet.version += 1
    db.add(sheet)
    db.flush()
    changed = [slug for slug in PARTS if before.get(slug) != after.get(slug)]
    record(
        db,
        actor,
        turn,
        "action_sheet.written",
        f"action:{sheet.action_id}",
        before={slug: before[slug] for slug in changed if slug in before},
        after={slug: after[slug] for slug in changed if slug in after},
    )
    return sheet


# --- as it goes out -------------------------------------------------------------------------------------


def sheet_out(db: Session, school: School, action_id: UUID) -> ActionSheetOut:
    """The sheet of an action, begun or not, with what the action itself proposes."""
    action = action_out(db, school.id, action_id)
    sheet = sheet_of_action(db, school.id, action.id)
    answers: dict[str, Any] = sheet.answers if sheet else {}
    found = completeness(answers)
    proposed = proposals_for(db, school, action)
    return ActionSheetOut(
        action_id=action.id,
        answers=answers,
        answered=found.answered,
        asked=found.asked,
        missing=[LeftOut.of(question) for question in found.missing],
        to_specify=[LeftOut.of(question) for question in found.to_specify],
        proposed={
            slug: ProposedOut(value=proposal.value, told=proposal.told) for slug, proposal in proposed.items()
        },
        updated_at=sheet.updated_at if sheet else None,
        version=sheet.version if sheet else 0,
    )


def section_or_404(number: int) -> Section:
    """A page of the sheet, counted from 1."""
    if not 1 <= number <= len(SECTIONS):
        raise NotFound()
    return SECTIONS[number - 1]
