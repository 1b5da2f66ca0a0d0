"""What an action asks of parents, the practice it was taken up from, and its checklist."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "action_condition",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("is_met", sa.Boolean(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_action_condition_number_range")),
        sa.ForeignKeyConstraint(
            ["school_id", "action_id"],
            ["action.school_id", "action.id"],
            name=op.f("fk_action_condition_school_id_action_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("school_id", "action_id", "number", name=op.f("pk_action_condition")),
    )
    step = sa.Enum(
        "come",
        "take_part",
        "contribute",
        "co_lead",
        name="step",
        native_enum=False,
        create_constraint=True,
        length=24,
    )
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.add_column(sa.Column("step", step, nullable=True))
        batch_op.add_column(sa.Column("practice", sa.String(60), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("action", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_action_step"), type_="check")
        batch_op.drop_column("practice")
        batch_op.drop_column("step")
    op.drop_table("action_condition")
