"""Passing a sheet on: what would leave the school, publishing it, withdrawing it, taking one up."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.access import check_version, current_year, school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import plain, record, take_turn
from app.action_sheets.queries import sheet_of_action as sheet_written
from app.actions.condition_queries import write_conditions
from app.actions.models import Action, ConditionIn, SheetAdoption
from app.actions.queries import action_out
from app.actions.service import make_action
from app.domain.action_sheet import Refusal
from app.domain.action_sheet_words import searched
from app.domain.levers import LEVERS
from app.domain.passing_on import (
    Credit,
    Origin,
    Readers,
    answers_shared,
    conditions_shared,
    held_back,
    to_reword,
)
from app.domain.search import search_text, search_words
from app.domain.vocabulary import Role
from app.errors import Conflict, FieldError, Invalid, NotFound
from app.passing_on import queries
from app.passing_on.models import (
    PublishedSheet,
    PublishedSheetVersion,
    SharedContent,
    SharedListing,
    SharedSheetOut,
    SharingIn,
    SharingOut,
    TakeUpSheetIn,
    ToReword,
)
from app.passing_on.queries import Reach
from app.schools.models import School
from app.schools.queries import profile_at
from app.web.paging import page_of

NOT_NAMED = "une école qui n’a pas souhaité être nommée"


@dataclass(frozen=True, slots=True)
class Draft:
    """What publishing a sheet now would show, and what stands against it."""

    content: SharedContent
    origin: str
    held_back: list[str]
    to_reword: list[Refusal]

    @property
    def seal(self) -> str:
        """Stands for what is shown: who has read the preview sends it back."""
        return sha256(repr((self.origin, self.content.model_dump_json())).encode()).hexdigest()[:16]


def draft_of(db: Session, school: School, action_id: UUID, credit: Credit) -> Draft:
    """The sheet of an action as others would read it. NotFound without action, Conflict without sheet."""
    action = action_out(db, school.id, action_id)
    sheet = sheet_written(db, school.id, action_id)
    if sheet is None or not sheet.answers:
        raise Conflict("Cette action n’a pas encore de fiche\u202f: écrivez-la d’abord.", code="no_sheet")
    title = sheet.answers.get("title", action.title)
    conditions = conditions_shared([condition.text for condition in action.conditions], sheet.answers)
    answers = answers_shared(sheet.answers, credit)
    origin = Origin(school.name, school.commune, school.uai)
    named = ", ".join(part for part in (school.name, school.commune) if part)
    return Draft(
        SharedContent(
            title=title,
            axis=action.axis,
            lever=action.lever,
            audience=action.audience,
            step=action.step,
            conditions=conditions,
            answers=answers,
        ),
        named if credit is Credit.SCHOOL else NOT_NAMED,
        held_back(sheet.answers, credit),
        to_reword(title, conditions, answers, credit, origin),
    )


def publish_sheet(
    db: Session, actor: Actor, uai: str, action_id: UUID, data: SharingIn, version: int | None
) -> PublishedSheet:
    """Publish the sheet as it is now, as a version that never changes; `version` 0 the first time.

    Raises Conflict without a sheet or when it is not what was previewed; Invalid that names each answer to
    reword, and when a school without circonscription chooses its circonscription.
    """
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    draft = draft_of(db, school, action_id, data.credit)
    sheet = queries.sheet_of_action(db, school.id, action_id)
    if sheet is None:
        sheet = PublishedSheet(
            school_id=school.id, action_id=action_id, number=0, readers=data.readers, version=0
        )
    check_version(sheet, version)
    if data.seal is not None and data.seal != draft.seal:
        told = "La fiche a changé depuis l’aperçu\u202f: relisez-la, puis publiez."
        raise Conflict(told, code="changed_since_preview")
    if draft.to_reword:
        raise Invalid([_field_error(refusal) for refusal in draft.to_reword])
    sheet.readers, sheet.circonscription_id = data.readers, _circonscription(db, school)
    if data.readers is Readers.CIRCONSCRIPTION and sheet.circonscription_id is None:
        told = "L’école n’est dans aucune circonscription cette année\u202f: publiez à toutes les écoles."
        raise Invalid.one("readers", told, "no_circonscription")
    sheet.withdrawn_at = None
    sheet.number += 1
    sheet.version += 1
    db.add(sheet)
    db.flush()
    published = _version(sheet, draft, data.credit)
    db.add(published)
    db.flush()
    target = f"published_sheet:{sheet.id}"
    record(db, actor, turn, "sheet.published", target, after=plain(published) | {"readers": data.readers})
    return sheet


def _field_error(refusal: Refusal) -> FieldError:
    pointer = "/".join(str(part) for part in (refusal.part, *refusal.path))
    return FieldError(f"/{pointer}", refusal.detail, refusal.code)


def _circonscription(db: Session, school: School) -> UUID | None:
    """Where the school is this year."""
    profile = profile_at(db, school.id, current_year(school))
    return profile.circonscription_id if profile else None


def _version(sheet: PublishedSheet, draft: Draft, credit: Credit) -> PublishedSheetVersion:
    content = draft.content
    labels = [LEVERS[content.lever].label] if content.lever else []
    labels += [each.label for each in (content.axis, content.audience, content.step) if each]
    named = [draft.origin] if credit is Credit.SCHOOL else []
    return PublishedSheetVersion(
        school_id=sheet.school_id,
        sheet_id=sheet.id,
        number=sheet.number,
        credit=credit,
        origin=draft.origin,
        search_text=search_text(content.title, *labels, *content.conditions, *named)
        + searched(content.answers),
        published_at=clock.now(),
        **content.model_dump(),
    )


def withdraw_sheet(db: Session, actor: Actor, uai: str, action_id: UUID, version: int | None) -> None:
    """Nobody else reads it any more; the actions that were begun from it stay with their schools."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    sheet = queries.sheet_of_action(db, school.id, action_id)
    if sheet is None or sheet.withdrawn_at is not None:
        raise NotFound()
    check_version(sheet, version)
    sheet.withdrawn_at = clock.now()
    sheet.version += 1
    db.flush()
    record(db, actor, turn, "sheet.withdrawn", f"published_sheet:{sheet.id}", after=sheet)


# --- for the others ------------------------------------------------------------------------------------


def reach_of(db: Session, actor: Actor) -> Reach:
    """The schools one is in, and the circonscriptions of today: theirs, and one's own as their inspector."""
    own = actor.schools_for(Task.SEE_WORK)
    inspected = [place for place, role in actor.territories.items() if role is Role.INSPECTOR]
    schools = [school for key in own if (school := db.get(School, key)) is not None]
    around = [place for school in schools if (place := _circonscription(db, school)) is not None]
    return Reach(own, [*around, *inspected])


def sheets_found(db: Session, actor: Actor, asked: SharedListing) -> dict[str, Any]:
    """{items, next}: the published sheets that this person may read and that answer all that is asked."""
    rows = queries.shared_sheets(
        db,
        reach_of(db, actor),
        words=search_words(asked.q),
        equal=asked.equal,
        after=asked.after,
        limit=asked.limit + 1,
    )
    page = page_of(rows, asked.limit, lambda row: row[0].id)
    return page | {"items": [shared_out(*row) for row in page["items"]]}


def shared_or_404(db: Session, actor: Actor, sheet_id: UUID) -> SharedSheetOut:
    """A published sheet that this person may read; one that was withdrawn is not found."""
    found = queries.shared_sheet(db, reach_of(db, actor), sheet_id)
    if found is None:
        raise NotFound()
    return shared_out(*found)


def shared_out(sheet: PublishedSheet, version: PublishedSheetVersion) -> SharedSheetOut:
    """Neither the school nor its action: only what it chose to tell."""
    content = SharedContent.model_validate(version)
    return SharedSheetOut(
        id=sheet.id,
        number=version.number,
        origin=version.origin,
        readers=sheet.readers,
        published_at=version.published_at,
        **dict(content),
    )


def take_up_sheet(db: Session, actor: Actor, uai: str, data: TakeUpSheetIn) -> Action:
    """Begin an action from a published sheet: its text is the school's from now on, and where it came from
    is kept as it was told. NotFound for a sheet that the person may not read."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    shared = shared_or_404(db, actor, data.sheet_id)
    action = make_action(db, school, data)
    kept = shared.conditions if data.conditions is None else data.conditions
    write_conditions(db, action, [ConditionIn(text=text) for text in kept])
    adoption = SheetAdoption(
        school_id=school.id,
        action_id=action.id,
        sheet_id=shared.id,
        number=shared.number,
        title=shared.title,
        origin=shared.origin,
        taken_up_at=clock.now(),
    )
    db.add(adoption)
    db.flush()
    after: dict[str, Any] = plain(action_out(db, school.id, action.id)) | {"sheet": shared.id}
    record(db, actor, turn, "sheet.taken_up", f"action:{action.id}", after=after)
    return action


# --- as the school sees it -----------------------------------------------------------------------------


def sharing_out(db: Session, school: School, action_id: UUID, credit: Credit | None = None) -> SharingOut:
    """Where the sheet of an action stands; the preview is of `credit`, or of what was chosen last."""
    sheet = queries.sheet_of_action(db, school.id, action_id)
    version = queries.version_of(db, sheet) if sheet else None
    chosen = credit or (version.credit if version else Credit.SCHOOL)
    draft = draft_of(db, school, action_id, chosen)
    return SharingOut(
        sheet_id=sheet.id if sheet else None,
        is_published=sheet is not None and sheet.withdrawn_at is None,
        readers=sheet.readers if sheet else Readers.CIRCONSCRIPTION,
        credit=chosen,
        number=sheet.number if sheet else 0,
        published_at=version.published_at if version else None,
        withdrawn_at=sheet.withdrawn_at if sheet else None,
        was_named=sheet is not None and queries.was_named(db, sheet),
        taken_up=queries.times_taken_up(db, sheet.id) if sheet else 0,
        preview=draft.content,
        held_back=draft.held_back,
        to_reword=[ToReword.of(refusal) for refusal in draft.to_reword],
        seal=draft.seal,
        version=sheet.version if sheet else 0,
    )
