"""What lies under a territory is found without reading all territories."""

from collections.abc import Sequence

from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(op.f("ix_territory_parent_id"), "territory", ["parent_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_territory_parent_id"), table_name="territory")
