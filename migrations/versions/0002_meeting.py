"""What a meeting notes before it closes: when it began, who is there, a few lines; decisions get a version."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("decision") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("review") as batch:
        batch.add_column(sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(
            sa.Column(
                "chair_role",
                sa.Enum(
                    *("head_teacher", "class_teacher", "cycle_team", "whole_team", "rased", "atsem", "aesh"),
                    *("health_staff", "parents", "municipality", "after_school", "partner"),
                    name="lead_role",
                    native_enum=False,
                    create_constraint=True,
                    length=24,
                ),
                nullable=False,
                server_default="head_teacher",
            )
        )
        batch.add_column(sa.Column("members_present", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("notes", sa.String(4000), nullable=False, server_default=""))
        batch.create_check_constraint("members_count", "members_present IS NULL OR members_present >= 1")
    # The defaults were for the rows that were there; from now on the application always says.
    with op.batch_alter_table("decision") as batch:
        batch.alter_column("version", server_default=None)
    with op.batch_alter_table("review") as batch:
        batch.alter_column("chair_role", server_default=None)
        batch.alter_column("notes", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("review") as batch:
        batch.drop_constraint("members_count", type_="check")
        batch.drop_constraint("lead_role", type_="check")
        batch.drop_column("notes")
        batch.drop_column("members_present")
        batch.drop_column("chair_role")
        batch.drop_column("started_at")
    with op.batch_alter_table("decision") as batch:
        batch.drop_column("version")
