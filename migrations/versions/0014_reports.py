"""The one-page report of an action and its shared evaluation over twelve months."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _of_report(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["school_id", "action_id"],
        ["action_report.school_id", "action_report.action_id"],
        name=op.f(f"fk_{table}_school_id_action_id"),
    )


def upgrade() -> None:
    op.create_table(
        "action_report",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("summary", sa.String(2000), nullable=False),
        sa.Column("aims", sa.String(1500), nullable=False),
        sa.Column("audience", sa.String(240), nullable=False),
        sa.Column("animators", sa.String(240), nullable=False),
        sa.Column("strengths", sa.String(2000), nullable=False),
        sa.Column("improvements", sa.String(2000), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=True),
        sa.Column("parents", sa.Integer(), nullable=True),
        sa.Column("children", sa.Integer(), nullable=True),
        sa.Column("professionals", sa.Integer(), nullable=True),
        sa.Column("partners", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "closed_on IS NULL OR (started_on IS NOT NULL AND started_on < closed_on)",
            name=op.f("ck_action_report_closed_later"),
        ),
        sa.CheckConstraint(
            "(closed_on IS NULL) = (events IS NULL) AND (events IS NULL) = (parents IS NULL)"
            " AND (events IS NULL) = (children IS NULL) AND (events IS NULL) = (professionals IS NULL)"
            " AND (events IS NULL) = (partners IS NULL)",
            name=op.f("ck_action_report_closed_is_counted"),
        ),
        sa.CheckConstraint(
            "events >= 0 AND parents >= 0 AND children >= 0 AND professionals >= 0 AND partners >= 0",
            name=op.f("ck_action_report_counts"),
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_action_report_school_id")),
        sa.ForeignKeyConstraint(
            ["school_id", "action_id"],
            ["action.school_id", "action.id"],
            name=op.f("fk_action_report_school_id_action_id"),
        ),
        sa.PrimaryKeyConstraint("school_id", "action_id", name=op.f("pk_action_report")),
    )
    op.create_table(
        "target_effect",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column(
            "effect",
            _choice(
                "target_effect",
                "school_results",
                "health",
                "parents_involvement",
                "absenteeism",
                "schoolwork",
                "self_confidence",
                "communication",
                "ill_being",
            ),
            nullable=False,
        ),
        sa.Column(
            "finding", _choice("finding", "observed", "partly", "not_observed", "not_known"), nullable=True
        ),
        sa.Column("evidence", sa.String(500), nullable=False),
        sa.CheckConstraint(
            "finding IS NULL OR finding = 'not_known' OR evidence <> ''", name=op.f("ck_target_effect_shown")
        ),
        _of_report("target_effect"),
        sa.PrimaryKeyConstraint("school_id", "action_id", "effect", name=op.f("pk_target_effect")),
    )
    op.create_table(
        "evaluation_note",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("voice", _choice("voice", "parents", "teachers", "partners"), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _of_report("evaluation_note"),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_evaluation_note")),
    )
    op.create_table(
        "evaluation_figure",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column(
            "status",
            _choice("status", "value", "not_measured", "not_applicable", "withdrawn"),
            nullable=False,
        ),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("out_of", sa.Integer(), nullable=True),
        sa.Column("sentence", sa.String(300), nullable=False),
        sa.CheckConstraint(
            "(status = 'value') = (counted IS NOT NULL)", name=op.f("ck_evaluation_figure_value_has_count")
        ),
        sa.CheckConstraint(
            "out_of IS NULL OR counted <= out_of", name=op.f("ck_evaluation_figure_counted_within")
        ),
        _of_report("evaluation_figure"),
        sa.PrimaryKeyConstraint(
            "school_id", "action_id", "indicator", "term", name=op.f("pk_evaluation_figure")
        ),
    )


def downgrade() -> None:
    for table in ("evaluation_figure", "evaluation_note", "target_effect", "action_report"):
        op.drop_table(table)
