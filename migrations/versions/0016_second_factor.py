"""A second factor, recovery codes, and what each session was opened with."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_second_factor_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    proof = sa.Enum(
        "password",
        "factor",
        "recovery_code",
        "demo",
        name="session_proof",
        native_enum=False,
        create_constraint=True,
        length=24,
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        # Sessions that are open were opened with a password.
        batch_op.add_column(sa.Column("proof", proof, nullable=False, server_default="password"))
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.alter_column("proof", existing_type=sa.String(24), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_web_session_session_proof"), type_="check")
        batch_op.drop_column("proof")
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
