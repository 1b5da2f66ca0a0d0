"""Releases, and the territory above all académies."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NATION = "01980000-0000-7000-8000-000000000000"
_territory = sa.table(
    "territory",
    sa.column("id", sa.Uuid()),
    sa.column("level", sa.String()),
    sa.column("code", sa.String()),
    sa.column("name", sa.String()),
    sa.column("folded_name", sa.String()),
    sa.column("parent_id", sa.Uuid()),
)
_membership = sa.table("territory_membership", sa.column("territory_id", sa.Uuid()))
_invitation = sa.table("invitation", sa.column("territory_id", sa.Uuid()))


def _levels(*names: str) -> None:
    with op.batch_alter_table("territory") as batch:
        batch.drop_constraint("territory_level", type_="check")
        listed = ", ".join(f"'{name}'" for name in names)
        batch.create_check_constraint("territory_level", f"level IN ({listed})")


def upgrade() -> None:
    _levels("national", "academie", "departement", "circonscription")
    nation = {
        "id": UUID(_NATION),
        "level": "national",
        "code": "FR",
        "name": "France",
        "folded_name": "france",
    }
    op.bulk_insert(_territory, [nation | {"parent_id": None}])
    op.execute(sa.update(_territory).where(_territory.c.level == "academie").values(parent_id=UUID(_NATION)))
    op.create_table(
        "release",
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_release_number_range")),
        sa.ForeignKeyConstraint(["released_by"], ["user.id"], name=op.f("fk_release_released_by")),
        sa.PrimaryKeyConstraint("term", "number", name=op.f("pk_release")),
    )
    op.create_table(
        "released_figure",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("circonscription_id", sa.Uuid(), nullable=False),
        sa.Column(
            "priority",
            sa.Enum(
                "none",
                "rep",
                "rep_plus",
                name="priority_education",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "type",
            sa.Enum(
                "nursery",
                "elementary",
                "primary",
                name="school_type",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("out_of", sa.Integer(), nullable=True),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("is_small", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "out_of IS NULL OR counted IS NOT NULL", name=op.f("ck_released_figure_out_of_with_count")
        ),
        sa.ForeignKeyConstraint(
            ["circonscription_id"], ["territory.id"], name=op.f("fk_released_figure_circonscription_id")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_released_figure_school_id")),
        sa.PrimaryKeyConstraint("school_id", "term", "indicator", "number", name=op.f("pk_released_figure")),
    )
    op.create_index("ix_released_figure_term", "released_figure", ["term", "number"])

    op.create_table(
        "release_cell",
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column(
            "breakdown",
            sa.Enum(
                "none",
                "priority_education",
                "school_type",
                name="breakdown",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(20), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("out_of", sa.Integer(), nullable=True),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("schools_reporting", sa.Integer(), nullable=False),
        sa.Column("schools_expected", sa.Integer(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "too_few_schools",
                "too_few_families",
                "one_school_weighs",
                "subtraction",
                "too_few_changes",
                name="hidden",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(counted IS NULL) = (reason IS NOT NULL)", name=op.f("ck_release_cell_shown_or_hidden")
        ),
        sa.CheckConstraint(
            "out_of IS NULL OR counted IS NOT NULL", name=op.f("ck_release_cell_out_of_with_count")
        ),
        sa.CheckConstraint("since <= number", name=op.f("ck_release_cell_since_range")),
        sa.ForeignKeyConstraint(
            ["term", "number"], ["release.term", "release.number"], name=op.f("fk_release_cell_term_number")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_release_cell_territory_id")
        ),
        sa.PrimaryKeyConstraint(
            "territory_id", "term", "number", "indicator", "breakdown", "value", name=op.f("pk_release_cell")
        ),
    )
    op.create_index("ix_release_cell_term", "release_cell", ["term", "number", "indicator"])


def downgrade() -> None:
    op.drop_index("ix_release_cell_term", table_name="release_cell")

    op.drop_table("release_cell")
    op.drop_index("ix_released_figure_term", table_name="released_figure")

    op.drop_table("released_figure")
    op.drop_table("release")
    op.execute(sa.delete(_membership).where(_membership.c.territory_id == UUID(_NATION)))
    op.execute(sa.delete(_invitation).where(_invitation.c.territory_id == UUID(_NATION)))
    op.execute(sa.update(_territory).where(_territory.c.level == "academie").values(parent_id=None))
    op.execute(sa.delete(_territory).where(_territory.c.level == "national"))
    _levels("academie", "departement", "circonscription")
