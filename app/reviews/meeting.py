"""The meeting itself, before anything is closed: who is there, and a line to remember here and there."""

from sqlmodel import Session

from app import clock
from app.accounts.access import check_version, school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import plain, record, take_turn
from app.domain.school_year import Term
from app.errors import Invalid
from app.reviews.models import NOTES_LENGTH, AttendanceIn, NoteIn, Review
from app.reviews.service import open_review_of
from app.schools.models import School
from app.schools.service import indicators_of


def start_meeting(
    db: Session, actor: Actor, uai: str, term: Term, data: AttendanceIn, version: int | None = None
) -> Review:
    """Say who is there. The first time the clock of the meeting starts. Raises Conflict once it is closed."""
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    review = open_review_of(db, school, term)
    if version is not None:
        check_version(review, version)
    before = plain(review)
    for name, value in data.model_dump().items():
        setattr(review, name, value)
    review.started_at = review.started_at or clock.now()
    review.version += 1
    db.flush()
    record(db, actor, turn, "review.met", f"review:{term}", before=before, after=review)
    return review


def add_note(db: Session, actor: Actor, uai: str, term: Term, data: NoteIn) -> Review:
    """Add one line to the notes of the meeting; a line that is already there is not written twice.

    Raises Conflict once the review is closed, Invalid for an unknown indicator or when the notes are full.
    """
    school = school_for(db, actor, uai, Task.STEER)
    turn = take_turn(db, school.id)
    review = open_review_of(db, school, term)
    line = _note_line(db, school, term, data)
    lines = review.notes.splitlines()
    if line in lines:
        return review
    notes = "\n".join([*lines, line])
    if len(notes) > NOTES_LENGTH:
        raise Invalid.one(
            "text", "Les notes de ce conseil sont pleines\u202f: résumez-les à la fin.", "notes_full"
        )
    before = plain(review)
    review.notes = notes
    review.version += 1
    db.flush()
    record(db, actor, turn, "review.noted", f"review:{term}", before=before, after=review)
    return review


def _note_line(db: Session, school: School, term: Term, data: NoteIn) -> str:
    text = " ".join(data.text.split())
    if data.about is None:
        return text
    indicator = indicators_of(db, school, term).get(data.about)
    if indicator is None:
        raise Invalid.one("about", "Cet indicateur n’est pas suivi par l’école.", "unknown_indicator")
    return f"{indicator.title}\u202f: {text}"
