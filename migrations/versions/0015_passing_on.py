"""Sheets passed on to other schools, and what the figures say of levers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "lever_effect",
        sa.Column("lever", sa.String(60), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_year", sa.String(9), nullable=False),
        sa.Column("last_year", sa.String(9), nullable=False),
        sa.Column("schools", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("low <= high", name=op.f("ck_lever_effect_interval_in_order")),
        sa.CheckConstraint("schools >= 5", name=op.f("ck_lever_effect_schools_count")),
        sa.PrimaryKeyConstraint("lever", "indicator", "number", name=op.f("pk_lever_effect")),
    )
    op.create_table(
        "lever_effect_school",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("lever", sa.String(60), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_lever_effect_school_school_id")),
        sa.PrimaryKeyConstraint("school_id", "lever", "indicator", name=op.f("pk_lever_effect_school")),
    )
    op.create_table(
        "published_sheet",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "readers",
            sa.Enum(
                "circonscription",
                "everyone",
                name="readers",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("circonscription_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "readers <> 'circonscription' OR circonscription_id IS NOT NULL",
            name=op.f("ck_published_sheet_readers_somewhere"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_published_sheet_number_range")),
        sa.ForeignKeyConstraint(
            ["circonscription_id"], ["territory.id"], name=op.f("fk_published_sheet_circonscription_id")
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "action_id"],
            ["action.school_id", "action.id"],
            name=op.f("fk_published_sheet_school_id_action_id"),
        ),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_published_sheet")),
        sa.UniqueConstraint("school_id", "action_id", name=op.f("uq_published_sheet_school_id_action_id")),
    )
    with op.batch_alter_table("published_sheet", schema=None) as batch_op:
        batch_op.create_index("ix_published_sheet_id", ["id"], unique=False)

    op.create_table(
        "sheet_adoption",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("origin", sa.String(300), nullable=False),
        sa.Column("taken_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "action_id"],
            ["action.school_id", "action.id"],
            name=op.f("fk_sheet_adoption_school_id_action_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("school_id", "action_id", name=op.f("pk_sheet_adoption")),
    )
    with op.batch_alter_table("sheet_adoption", schema=None) as batch_op:
        batch_op.create_index("ix_sheet_adoption_sheet", ["sheet_id"], unique=False)

    op.create_table(
        "published_sheet_version",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "credit",
            sa.Enum(
                "school", "anonymous", name="credit", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("origin", sa.String(300), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column(
            "axis",
            sa.Enum(
                "rights",
                "familiarity",
                "participation",
                name="axis",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("lever", sa.String(60), nullable=True),
        sa.Column(
            "audience",
            sa.Enum(
                "all_parents",
                "one_class",
                "one_grade",
                "newcomers",
                "first_year",
                "leavers",
                "furthest",
                "other_language",
                "representatives",
                "parents_children",
                name="audience",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "step",
            sa.Enum(
                "come",
                "take_part",
                "contribute",
                "co_lead",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_published_sheet_version_number_range")),
        sa.ForeignKeyConstraint(
            ["school_id", "sheet_id"],
            ["published_sheet.school_id", "published_sheet.id"],
            name=op.f("fk_published_sheet_version_school_id_sheet_id"),
        ),
        sa.PrimaryKeyConstraint("school_id", "sheet_id", "number", name=op.f("pk_published_sheet_version")),
    )


def downgrade() -> None:
    op.drop_table("published_sheet_version")
    with op.batch_alter_table("sheet_adoption", schema=None) as batch_op:
        batch_op.drop_index("ix_sheet_adoption_sheet")

    op.drop_table("sheet_adoption")
    with op.batch_alter_table("published_sheet", schema=None) as batch_op:
        batch_op.drop_index("ix_published_sheet_id")

    op.drop_table("published_sheet")
    op.drop_table("lever_effect_school")
    op.drop_table("lever_effect")
