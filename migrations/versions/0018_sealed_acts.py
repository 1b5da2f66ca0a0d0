"""Old acts may leave for a file once they are sealed; when a goal or an action last changed is its own column."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEALED = "EXISTS (SELECT 1 FROM audit_seal WHERE school_id = OLD.school_id AND up_to >= OLD.position)"
ACTS = sa.table(
    "audit_event",
    sa.column("school_id", sa.Uuid()),
    sa.column("position", sa.Integer()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("user_id", sa.Uuid()),
    sa.column("verb", sa.String()),
    sa.column("target", sa.String()),
    sa.column("after", sa.JSON()),
)


def upgrade() -> None:
    seal = op.create_table(
        "audit_seal",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_by", sa.Uuid(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("last_hash", sa.String(64), nullable=False),
        sa.Column("file_digest", sa.String(64), nullable=False),
        sa.CheckConstraint("events >= 1", name=op.f("ck_audit_seal_events_count")),
        sa.CheckConstraint("up_to < position", name=op.f("ck_audit_seal_said_later")),
        sa.ForeignKeyConstraint(["sealed_by"], ["user.id"], name=op.f("fk_audit_seal_sealed_by")),
        sa.PrimaryKeyConstraint("school_id", "up_to", name=op.f("pk_audit_seal")),
    )
    take_back_seals(seal)
    let_sealed_acts_leave()
    for kind in ("goal", "action"):
        with op.batch_alter_table(kind, schema=None) as batch_op:
            batch_op.add_column(sa.Column("state_set_at", sa.DateTime(timezone=True), nullable=True))
        date_changes(kind)


def downgrade() -> None:
    for kind in ("goal", "action"):
        with op.batch_alter_table(kind, schema=None) as batch_op:
            batch_op.drop_column("state_set_at")
    keep_every_act()
    # What left stays in its file. The chain still says what was sealed, so that going up again finds the seals.
    op.drop_table("audit_seal")


def take_back_seals(seal: sa.Table) -> None:
    """A database that came down from here tells its seals in its own acts."""
    acts = op.get_bind().execute(sa.select(ACTS).where(ACTS.c.verb == "audit.sealed")).mappings()
    rows: list[dict[str, Any]] = [
        {
            "school_id": act["school_id"],
            "position": act["position"],
            "sealed_at": act["at"],
            "sealed_by": act["user_id"],
            **act["after"],
        }
        for act in acts
    ]
    if rows:
        op.bulk_insert(seal, rows)


def date_changes(kind: str) -> None:
    rows = sa.table(
        kind,
        sa.column("school_id", sa.Uuid()),
        sa.column("id", sa.Uuid()),
        sa.column("state_set_at", sa.DateTime(timezone=True)),
    )
    last = (
        sa.select(ACTS.c.school_id, ACTS.c.target, sa.func.max(ACTS.c.at).label("at"))
        .where(ACTS.c.verb == f"{kind}.state_set")
        .group_by(ACTS.c.school_id, ACTS.c.target)
    )
    bind = op.get_bind()
    for act in bind.execute(last).all():
        key = UUID(act.target.removeprefix(f"{kind}:"))
        bind.execute(
            sa.update(rows)
            .where(rows.c.school_id == act.school_id, rows.c.id == key)
            .values(state_set_at=act.at)
        )


def let_sealed_acts_leave() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_event_no_delete")
        op.execute(
            f"CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event WHEN NOT {SEALED} "
            "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
        )
        for name, moment in (("no_update", "UPDATE"), ("no_delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER audit_seal_{name} BEFORE {moment} ON audit_seal "
                "BEGIN SELECT RAISE(ABORT, 'audit_seal is append-only'); END"
            )
        return
    op.execute("DROP TRIGGER audit_event_append_only ON audit_event")
    op.execute(
        "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute(
        f"""
        CREATE FUNCTION refuse_unsealed_removal() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {SEALED} THEN RETURN OLD; END IF;
            RAISE EXCEPTION 'audit_event is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_event_sealed_only BEFORE DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION refuse_unsealed_removal()"
    )
    op.execute(
        """
        CREATE FUNCTION refuse_seal_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'audit_seal is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_seal_change()"
    )


def keep_every_act() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("audit_seal_no_update", "audit_seal_no_delete", "audit_event_no_delete"):
            op.execute(f"DROP TRIGGER {name}")
        op.execute(
            "CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event "
            "BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
        )
        return
    op.execute("DROP TRIGGER audit_seal_append_only ON audit_seal")
    op.execute("DROP FUNCTION refuse_seal_change()")
    op.execute("DROP TRIGGER audit_event_sealed_only ON audit_event")
    op.execute("DROP FUNCTION refuse_unsealed_removal()")
    op.execute("DROP TRIGGER audit_event_append_only ON audit_event")
    op.execute(
        "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
