"""The presses of the counter at the gate, append-only, and the closings that made them a number."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SQLITE_TRIGGERS = {
    "event_tap_no_update": "BEFORE UPDATE ON event_tap",
    "event_tap_no_delete": "BEFORE DELETE ON event_tap",
}


def protect_taps() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, moment in SQLITE_TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER {name} {moment} BEGIN SELECT RAISE(ABORT, 'event_tap is append-only'); END"
            )
        return
    op.execute(
        """
        CREATE FUNCTION refuse_tap_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'event_tap is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER event_tap_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_tap "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_tap_change()"
    )


def upgrade() -> None:
    op.create_table(
        "event_tap",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column(
            "grade",
            sa.Enum(
                "PS",
                "MS",
                "GS",
                "CP",
                "CE1",
                "CE2",
                "CM1",
                "CM2",
                "ulis",
                "all",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_in", sa.Integer(), nullable=False),
        sa.CheckConstraint("delta IN (-1, 1)", name=op.f("ck_event_tap_delta_is_one")),
        sa.ForeignKeyConstraint(
            ["school_id", "event_id"],
            ["event.school_id", "event.id"],
            name=op.f("fk_event_tap_school_id_event_id"),
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_event_tap_school_id")),
        sa.PrimaryKeyConstraint("school_id", "event_id", "id", name=op.f("pk_event_tap")),
    )
    protect_taps()
    op.create_table(
        "count_closing",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("closed_in", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_count_closing_number_range")),
        sa.CheckConstraint("total >= 0", name=op.f("ck_count_closing_total_range")),
        sa.ForeignKeyConstraint(
            ["school_id", "event_id"],
            ["event.school_id", "event.id"],
            name=op.f("fk_count_closing_school_id_event_id"),
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_count_closing_school_id")),
        sa.PrimaryKeyConstraint("school_id", "event_id", "number", name=op.f("pk_count_closing")),
    )


def downgrade() -> None:
    op.drop_table("count_closing")
    op.drop_table("event_tap")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_tap_change()")
