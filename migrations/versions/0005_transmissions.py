"""What a school transmits, what it adds to its circonscription, and whether it is open in a given year.

The votes recorded before are published: they are public by law.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PUBLISH_VOTES = """
    INSERT INTO published_figure (school_id, term, indicator, circonscription_id, priority, type, counted,
                                  out_of, pupils, is_small)
    SELECT t.school_id, t.term, t.indicator, p.circonscription_id, p.priority, p.type, t.counted, t.out_of,
           NULL, false
    FROM term_total t
    JOIN school_year_profile p ON p.school_id = t.school_id
     AND p.year = (SELECT max(q.year) FROM school_year_profile q
                   WHERE q.school_id = t.school_id AND q.year <= substr(t.term, 1, 9))
    WHERE t.status = 'value' AND p.circonscription_id IS NOT NULL
      AND t.indicator IN ('election_turnout', 'seats_filled', 'blank_null_votes')
"""
_SUM_VOTES = """
    INSERT INTO circonscription_total (circonscription_id, term, indicator, is_small, counted, out_of, schools,
                                       pupils, schools_with_pupils)
    SELECT circonscription_id, term, indicator, is_small, sum(counted), coalesce(sum(out_of), 0), count(*), 0, 0
    FROM published_figure GROUP BY circonscription_id, term, indicator, is_small
"""
_VERSIONS = """
    INSERT INTO circonscription_version (circonscription_id, version, changed_at)
    SELECT DISTINCT circonscription_id, 1, CURRENT_TIMESTAMP FROM published_figure
"""


def upgrade() -> None:
    op.create_table(
        "circonscription_total",
        sa.Column("circonscription_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("is_small", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("out_of", sa.Integer(), nullable=False),
        sa.Column("schools", sa.Integer(), nullable=False),
        sa.Column("pupils", sa.Integer(), nullable=False),
        sa.Column("schools_with_pupils", sa.Integer(), nullable=False),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_circonscription_total_counted_range")),
        sa.CheckConstraint("schools >= 0", name=op.f("ck_circonscription_total_schools_count")),
        sa.ForeignKeyConstraint(
            ["circonscription_id"], ["territory.id"], name=op.f("fk_circonscription_total_circonscription_id")
        ),
        sa.PrimaryKeyConstraint(
            "circonscription_id", "term", "indicator", "is_small", name=op.f("pk_circonscription_total")
        ),
    )
    op.create_table(
        "circonscription_version",
        sa.Column("circonscription_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["circonscription_id"],
            ["territory.id"],
            name=op.f("fk_circonscription_version_circonscription_id"),
        ),
        sa.PrimaryKeyConstraint("circonscription_id", name=op.f("pk_circonscription_version")),
    )
    op.create_table(
        "published_figure",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
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
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("out_of", sa.Integer(), nullable=True),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("is_small", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "out_of IS NULL OR counted <= out_of", name=op.f("ck_published_figure_counted_within")
        ),
        sa.ForeignKeyConstraint(
            ["circonscription_id"], ["territory.id"], name=op.f("fk_published_figure_circonscription_id")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_published_figure_school_id")),
        sa.PrimaryKeyConstraint("school_id", "term", "indicator", name=op.f("pk_published_figure")),
    )
    op.create_index(
        "ix_published_figure_place", "published_figure", ["circonscription_id", "term", "indicator"]
    )
    op.create_index("ix_published_figure_term", "published_figure", ["term", "indicator"])

    op.create_table(
        "transmission",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ledger_version", sa.Integer(), nullable=False),
        sa.Column("transmitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transmitted_by", sa.Uuid(), nullable=True),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("review_number", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_transmission_number_range")),
        sa.CheckConstraint("pupils >= 0", name=op.f("ck_transmission_pupils_count")),
        sa.ForeignKeyConstraint(
            ["school_id", "term", "review_number"],
            ["review_version.school_id", "review_version.term", "review_version.number"],
            name=op.f("fk_transmission_school_id_term_review_number"),
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_transmission_school_id")),
        sa.ForeignKeyConstraint(["transmitted_by"], ["user.id"], name=op.f("fk_transmission_transmitted_by")),
        sa.PrimaryKeyConstraint("school_id", "term", "number", name=op.f("pk_transmission")),
    )
    op.create_table(
        "transmitted_total",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "value",
                "not_measured",
                "not_applicable",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("out_of", sa.Integer(), nullable=True),
        sa.Column("grades", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'value') = (counted IS NOT NULL)", name=op.f("ck_transmitted_total_value_has_count")
        ),
        sa.CheckConstraint(
            "out_of IS NULL OR counted <= out_of", name=op.f("ck_transmitted_total_counted_within")
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "term", "number"],
            ["transmission.school_id", "transmission.term", "transmission.number"],
            name=op.f("fk_transmitted_total_school_id_term_number"),
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_transmitted_total_school_id")),
        sa.PrimaryKeyConstraint(
            "school_id", "term", "number", "indicator", name=op.f("pk_transmitted_total")
        ),
    )
    with op.batch_alter_table("school_year_profile", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("school_year_profile", schema=None) as batch_op:
        batch_op.alter_column("is_open", server_default=None)
    for statement in (_PUBLISH_VOTES, _SUM_VOTES, _VERSIONS):
        op.execute(statement)


def downgrade() -> None:
    with op.batch_alter_table("school_year_profile", schema=None) as batch_op:
        batch_op.drop_column("is_open")

    op.drop_table("transmitted_total")
    op.drop_table("transmission")
    op.drop_index("ix_published_figure_term", table_name="published_figure")
    op.drop_index("ix_published_figure_place", table_name="published_figure")
    op.drop_table("published_figure")
    op.drop_table("circonscription_version")
    op.drop_table("circonscription_total")
