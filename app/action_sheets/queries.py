"""Reads of action sheets. Every one starts from a school the caller was allowed."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlmodel import Session, col

from app.action_sheets.models import ActionSheet
from app.actions.models import Action


def sheet_of_action(db: Session, school_id: UUID, action_id: UUID) -> ActionSheet | None:
    return db.get(ActionSheet, (school_id, action_id))


def sheets_of_school(
    db: Session, school_id: UUID, *, words: Iterable[str] = (), after: UUID | None = None, limit: int = 500
) -> Sequence[tuple[ActionSheet, str]]:
    """(sheet, title of its action) of a school, the oldest action first; every word begins a word of it.

    `words` are folded (app.domain.search): they hold letters and digits only, nothing that LIKE would read.
    """
    wanted = (
        select(ActionSheet, Action.title)
        .join(
            Action,
            sa.and_(col(Action.school_id) == ActionSheet.school_id, Action.id == ActionSheet.action_id),
        )
        .where(col(ActionSheet.school_id) == school_id)
        .order_by(col(ActionSheet.action_id))
        .limit(limit)
    )
    for word in words:
        wanted = wanted.where(col(ActionSheet.search_text).like(f"% {word}%"))
    if after is not None:
        wanted = wanted.where(col(ActionSheet.action_id) > after)
    return [(row[0], row[1]) for row in db.execute(wanted)]
