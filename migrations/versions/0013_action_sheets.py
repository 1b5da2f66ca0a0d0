"""The action sheet of an action."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "action_sheet",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_action_sheet_version_range")),
        sa.ForeignKeyConstraint(
            ["school_id", "action_id"],
            ["action.school_id", "action.id"],
            name=op.f("fk_action_sheet_school_id_action_id"),
        ),
        sa.PrimaryKeyConstraint("school_id", "action_id", name=op.f("pk_action_sheet")),
    )


def downgrade() -> None:
    op.drop_table("action_sheet")
