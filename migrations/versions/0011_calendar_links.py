"""The links by which a calendar program reads what is due."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "calendar_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_calendar_link_expires_later")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_calendar_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_link")),
    )
    op.create_index("ix_calendar_link_token_hash", "calendar_link", ["token_hash"])
    op.create_index("ix_calendar_link_user_id", "calendar_link", ["user_id"])


def downgrade() -> None:
    op.drop_index("ix_calendar_link_user_id", table_name="calendar_link")
    op.drop_index("ix_calendar_link_token_hash", table_name="calendar_link")
    op.drop_table("calendar_link")
