"""Accounts linked to people of an identity provider, and sessions opened by it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = "proof IN ('password', 'factor', 'recovery_code', 'demo')"
AFTER = "proof IN ('password', 'factor', 'recovery_code', 'demo', 'provider', 'strong_provider')"


def upgrade() -> None:
    op.create_table(
        "provider_identity",
        sa.Column("issuer", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_provider_identity_user_id")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_provider_identity")),
    )
    op.create_index(op.f("ix_provider_identity_user_id"), "provider_identity", ["user_id"])
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("id_token", sa.String(4000), nullable=True))
        batch_op.drop_constraint(op.f("ck_web_session_session_proof"), type_="check")
        batch_op.create_check_constraint(op.f("ck_web_session_session_proof"), AFTER)


def downgrade() -> None:
    # A session that the former schema cannot name is closed with its person signed out.
    op.execute("DELETE FROM web_session WHERE proof IN ('provider', 'strong_provider')")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_web_session_session_proof"), type_="check")
        batch_op.create_check_constraint(op.f("ck_web_session_session_proof"), BEFORE)
        batch_op.drop_column("id_token")
    op.drop_index(op.f("ix_provider_identity_user_id"), table_name="provider_identity")
    op.drop_table("provider_identity")
