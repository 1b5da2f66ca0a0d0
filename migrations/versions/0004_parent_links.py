"""The links that show one page to the elected parents, and the remarks they leave."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "parent_link",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("created_at < expires_at", name=op.f("ck_parent_link_expires_later")),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name=op.f("fk_parent_link_created_by")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_parent_link_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_parent_link")),
    )
    op.create_index("ix_parent_link_token_hash", "parent_link", ["token_hash"])
    op.create_table(
        "parent_remark",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "figures",
                "goals",
                "actions",
                "other",
                name="remark_topic",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "kept",
                "set_aside",
                name="remark_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (reviewed_at IS NULL)", name=op.f("ck_parent_remark_reviewed_is_dated")
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "link_id"],
            ["parent_link.school_id", "parent_link.id"],
            name=op.f("fk_parent_remark_school_id_link_id"),
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_parent_remark_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_parent_remark")),
    )


def downgrade() -> None:
    op.drop_table("parent_remark")
    op.drop_index("ix_parent_link_token_hash", table_name="parent_link")
    op.drop_table("parent_link")
