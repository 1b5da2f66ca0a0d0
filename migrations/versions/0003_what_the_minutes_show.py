"""What the minutes show: the axis of an action, and the target that a chart showed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    axis = sa.Enum(
        "rights",
        "familiarity",
        "participation",
        name="axis",
        native_enum=False,
        create_constraint=True,
        length=24,
    )
    with op.batch_alter_table("review_figure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("axis", axis, nullable=True))
        batch_op.add_column(sa.Column("target_value", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("target_by", sa.String(12), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("review_figure", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_review_figure_axis"), type_="check")
        batch_op.drop_column("target_by")
        batch_op.drop_column("target_value")
        batch_op.drop_column("axis")
