"""Every table of the loop: directory, accounts, goals, actions, figures, reviews."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Neither the application nor a tired operator may edit the past: the database itself refuses.
SQLITE_TRIGGERS = {
    "audit_event_no_update": "BEFORE UPDATE ON audit_event",
    "audit_event_no_delete": "BEFORE DELETE ON audit_event",
}


def protect_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, moment in SQLITE_TRIGGERS.items():
            op.execute(
                f"CREATE TRIGGER {name} {moment} BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END"
            )
        return
    op.execute(
        """
        CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'audit_event is append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$
        """
    )
    op.execute(
        "CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )


def unprotect_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in SQLITE_TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        return
    op.execute("DROP TRIGGER audit_event_append_only ON audit_event")
    op.execute("DROP FUNCTION refuse_audit_change()")


def upgrade() -> None:
    op.create_table(
        "school",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uai", sa.String(8), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("commune", sa.String(100), nullable=False),
        sa.Column("departement", sa.String(3), nullable=False),
        sa.Column("predecessor_uai", sa.String(8), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
        sa.UniqueConstraint("uai", name=op.f("uq_school_uai")),
    )
    op.create_table(
        "school_ledger",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_school_ledger")),
    )
    op.create_table(
        "service_note",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_service_note")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_hash", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_recent", ["subject_hash", "at"], unique=False)

    op.create_table(
        "territory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "academie",
                "departement",
                "circonscription",
                name="territory_level",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(12), nullable=True),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("folded_name", sa.String(160), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["territory.id"], name=op.f("fk_territory_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory")),
        sa.UniqueConstraint("level", "code", name=op.f("uq_territory_level_code")),
        sa.UniqueConstraint(
            "level", "parent_id", "folded_name", name=op.f("uq_territory_level_parent_id_folded_name")
        ),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=True),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "action",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
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
        sa.Column("title", sa.String(200), nullable=False),
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
            "lead_role",
            sa.Enum(
                "head_teacher",
                "class_teacher",
                "cycle_team",
                "whole_team",
                "rased",
                "atsem",
                "aesh",
                "health_staff",
                "parents",
                "municipality",
                "after_school",
                "partner",
                name="lead_role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("planned_from", sa.Date(), nullable=False),
        sa.Column("planned_to", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "running",
                "done",
                "dropped",
                name="action_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'dropped' OR reason IS NOT NULL", name=op.f("ck_action_dropped_reason")),
        sa.CheckConstraint("planned_from <= planned_to", name=op.f("ck_action_dates_in_order")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_action_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_action")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "read", "write", name="token_scope", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_token_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("verb", sa.String(60), nullable=False),
        sa.Column("target", sa.String(120), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column(
            "door",
            sa.Enum(
                "api",
                "page",
                "command",
                "import",
                name="door",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_audit_event_user_id")),
        sa.PrimaryKeyConstraint("school_id", "position", name=op.f("pk_audit_event")),
    )
    op.create_table(
        "election",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.String(9), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("voting_modes", sa.JSON(), nullable=False),
        sa.Column("no_ballot", sa.Boolean(), nullable=False),
        sa.Column("lots_drawn", sa.Boolean(), nullable=False),
        sa.Column("registered", sa.Integer(), nullable=True),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.Column("blank_null", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("seats_filled", sa.Integer(), nullable=False),
        sa.Column("held_with", sa.String(8), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("NOT no_ballot OR voters = 0", name=op.f("ck_election_no_ballot_no_voters")),
        sa.CheckConstraint("blank_null <= voters", name=op.f("ck_election_blank_within")),
        sa.CheckConstraint(
            "registered >= 0 AND voters >= 0 AND blank_null >= 0", name=op.f("ck_election_counts")
        ),
        sa.CheckConstraint("registered IS NOT NULL OR voters = 0", name=op.f("ck_election_voters_of_some")),
        sa.CheckConstraint("seats >= 0 AND seats_filled >= 0", name=op.f("ck_election_seat_counts")),
        sa.CheckConstraint("seats_filled <= seats", name=op.f("ck_election_seats_within")),
        sa.CheckConstraint("voters <= registered", name=op.f("ck_election_voters_within")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_election_school_id")),
        sa.PrimaryKeyConstraint("school_id", "year", name=op.f("pk_election")),
    )
    op.create_table(
        "goal",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stake", sa.String(120), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("why", sa.String(1000), nullable=False),
        sa.Column("target_indicator", sa.String(60), nullable=True),
        sa.Column("target_value", sa.Integer(), nullable=True),
        sa.Column("target_term", sa.String(12), nullable=True),
        sa.Column("baseline_counted", sa.Integer(), nullable=True),
        sa.Column("baseline_out_of", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "reached",
                "dropped",
                name="goal_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state <> 'dropped' OR reason IS NOT NULL", name=op.f("ck_goal_dropped_reason")),
        sa.CheckConstraint(
            "(target_indicator IS NULL) = (target_value IS NULL) AND (target_indicator IS NULL) = (target_term IS NULL)",
            name=op.f("ck_goal_whole_target"),
        ),
        sa.CheckConstraint(
            "baseline_counted IS NULL OR target_indicator IS NOT NULL",
            name=op.f("ck_goal_baseline_of_target"),
        ),
        sa.CheckConstraint(
            "baseline_out_of IS NULL OR baseline_counted <= baseline_out_of",
            name=op.f("ck_goal_baseline_within"),
        ),
        sa.CheckConstraint("target_value >= 0 AND target_value <= 100000", name=op.f("ck_goal_target_range")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_goal_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_goal")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "head_teacher",
                "deputy",
                "teacher",
                "inspector",
                "authority",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("school_id", sa.Uuid(), nullable=True),
        sa.Column("territory_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("invited_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "user_id IS NOT NULL OR (role IS NOT NULL AND (role = 'administrator' OR (school_id IS NOT NULL) <> (territory_id IS NOT NULL)))",
            name=op.f("ck_invitation_one_place"),
        ),
        sa.ForeignKeyConstraint(["invited_by"], ["user.id"], name=op.f("fk_invitation_invited_by")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_invitation_school_id")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_invitation_territory_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_invitation_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_school_id"), ["school_id"], unique=False)

    op.create_table(
        "measurement",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
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
        sa.Column(
            "source",
            sa.Enum(
                "typed",
                "event",
                "election",
                "session",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("source_key", sa.String(40), nullable=False),
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
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "door",
            sa.Enum(
                "api",
                "page",
                "command",
                "import",
                name="door",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(status = 'value') = (counted IS NOT NULL)", name=op.f("ck_measurement_value_has_count")
        ),
        sa.CheckConstraint("counted >= 0 AND counted <= 100000", name=op.f("ck_measurement_counted_range")),
        sa.CheckConstraint("out_of >= 0 AND out_of <= 100000", name=op.f("ck_measurement_out_of_range")),
        sa.CheckConstraint("out_of IS NULL OR counted <= out_of", name=op.f("ck_measurement_counted_within")),
        sa.CheckConstraint(
            "out_of IS NULL OR counted IS NOT NULL", name=op.f("ck_measurement_out_of_with_count")
        ),
        sa.CheckConstraint("replaces <> id", name=op.f("ck_measurement_replaces_another")),
        sa.ForeignKeyConstraint(["recorded_by"], ["user.id"], name=op.f("fk_measurement_recorded_by")),
        sa.ForeignKeyConstraint(
            ["school_id", "term", "indicator", "grade", "source", "source_key", "replaces"],
            [
                "measurement.school_id",
                "measurement.term",
                "measurement.indicator",
                "measurement.grade",
                "measurement.source",
                "measurement.source_key",
                "measurement.id",
            ],
            name="fk_measurement_replaces",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_measurement_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_measurement")),
        sa.UniqueConstraint("school_id", "replaces", name=op.f("uq_measurement_school_id_replaces")),
        sa.UniqueConstraint(
            "school_id",
            "term",
            "indicator",
            "grade",
            "source",
            "source_key",
            "id",
            name="uq_measurement_figure",
        ),
    )
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.create_index(
            "uq_measurement_first",
            ["school_id", "term", "indicator", "grade", "source", "source_key"],
            unique=True,
            sqlite_where=sa.text("replaces IS NULL"),
            postgresql_where=sa.text("replaces IS NULL"),
        )

    op.create_table(
        "partner",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "parent_support",
                "health_network",
                "childminder_centre",
                "health_centre",
                "hospital",
                "medico_social",
                "social_centre",
                "nursery",
                "school",
                "shelter",
                "integration",
                "caf",
                "health_insurance",
                "mutual",
                "pmi",
                "ccas",
                "local_health",
                "state_service",
                "association",
                "other",
                name="partner_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "sector",
            sa.Enum(
                "early_childhood",
                "perinatal",
                "health_promotion",
                "health_care",
                "social_support",
                "medico_social",
                "education",
                "housing",
                "culture_leisure",
                "employment",
                "justice",
                "other",
                name="partner_sector",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_partner_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_partner")),
        sa.UniqueConstraint("school_id", "name", name=op.f("uq_partner_school_id_name")),
    )
    op.create_table(
        "review",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "closed", name="review_state", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reopen_reason", sa.String(1000), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_review_number_range")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_review_school_id")),
        sa.PrimaryKeyConstraint("school_id", "term", name=op.f("pk_review")),
    )
    op.create_table(
        "school_membership",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "head_teacher",
                "deputy",
                "teacher",
                "inspector",
                "authority",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('head_teacher', 'deputy', 'teacher')", name=op.f("ck_school_membership_school_role")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_membership_school_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_school_membership_user_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_school_membership")),
    )
    with op.batch_alter_table("school_membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_membership_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_school_membership_live",
            ["school_id", "user_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_school_membership_one_head",
            ["school_id", "role"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL AND role <> 'teacher'"),
            postgresql_where=sa.text("ended_at IS NULL AND role <> 'teacher'"),
        )

    op.create_table(
        "school_year_profile",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.String(9), nullable=False),
        sa.Column("circonscription_id", sa.Uuid(), nullable=True),
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
        sa.Column(
            "sector",
            sa.Enum("public", "private", name="sector", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
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
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("classes", sa.Integer(), nullable=True),
        sa.Column("families", sa.Integer(), nullable=True),
        sa.Column("has_ulis", sa.Boolean(), nullable=False),
        sa.Column("figures_year", sa.String(9), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("classes >= 0", name=op.f("ck_school_year_profile_classes_count")),
        sa.CheckConstraint("families >= 0", name=op.f("ck_school_year_profile_families_count")),
        sa.CheckConstraint("pupils >= 0", name=op.f("ck_school_year_profile_pupils_count")),
        sa.ForeignKeyConstraint(
            ["circonscription_id"], ["territory.id"], name=op.f("fk_school_year_profile_circonscription_id")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_year_profile_school_id")),
        sa.PrimaryKeyConstraint("school_id", "year", name=op.f("pk_school_year_profile")),
    )
    with op.batch_alter_table("school_year_profile", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_school_year_profile_circonscription_id"), ["circonscription_id"], unique=False
        )

    op.create_table(
        "shared_analysis",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("representatives_present", sa.Integer(), nullable=False),
        sa.Column("representatives_elected", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.String(4000), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("representatives_elected >= 0", name=op.f("ck_shared_analysis_elected_count")),
        sa.CheckConstraint("representatives_present >= 0", name=op.f("ck_shared_analysis_present_count")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_shared_analysis_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_shared_analysis")),
    )
    op.create_table(
        "term_calendar",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.String(9), nullable=False),
        sa.Column("t1_last", sa.Date(), nullable=False),
        sa.Column("t2_last", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("t1_last < t2_last", name=op.f("ck_term_calendar_terms_in_order")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_term_calendar_school_id")),
        sa.PrimaryKeyConstraint("school_id", "year", name=op.f("pk_term_calendar")),
    )
    op.create_table(
        "term_total",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("indicator", sa.String(60), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
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
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("grades", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_term_total_school_id")),
        sa.PrimaryKeyConstraint("school_id", "indicator", "term", name=op.f("pk_term_total")),
    )
    op.create_table(
        "territory_membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "head_teacher",
                "deputy",
                "teacher",
                "inspector",
                "authority",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('inspector', 'authority')", name=op.f("ck_territory_membership_territory_role")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territory.id"], name=op.f("fk_territory_membership_territory_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_territory_membership_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory_membership")),
    )
    with op.batch_alter_table("territory_membership", schema=None) as batch_op:
        batch_op.create_index(
            "uq_territory_membership_live",
            ["user_id", "territory_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "tracked_indicator",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(60), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("label", sa.String(80), nullable=True),
        sa.Column("counted_label", sa.String(80), nullable=True),
        sa.Column("out_of_label", sa.String(80), nullable=True),
        sa.Column("unit_one", sa.String(40), nullable=True),
        sa.Column("unit_many", sa.String(40), nullable=True),
        sa.Column("since_term", sa.String(12), nullable=False),
        sa.Column("until_term", sa.String(12), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("is_own = (label IS NOT NULL)", name=op.f("ck_tracked_indicator_own_has_label")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_tracked_indicator_school_id")),
        sa.PrimaryKeyConstraint("school_id", "slug", name=op.f("pk_tracked_indicator")),
    )
    op.create_table(
        "web_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("browser", sa.String(120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_web_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "action_goal",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "action_id"],
            ["action.school_id", "action.id"],
            name=op.f("fk_action_goal_school_id_action_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "goal_id"],
            ["goal.school_id", "goal.id"],
            name=op.f("fk_action_goal_school_id_goal_id"),
        ),
        sa.PrimaryKeyConstraint("school_id", "action_id", "goal_id", name=op.f("pk_action_goal")),
    )
    op.create_table(
        "action_partner",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "action_id"],
            ["action.school_id", "action.id"],
            name=op.f("fk_action_partner_school_id_action_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "partner_id"],
            ["partner.school_id", "partner.id"],
            name=op.f("fk_action_partner_school_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("school_id", "action_id", "partner_id", name=op.f("pk_action_partner")),
    )
    op.create_table(
        "decision",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "action", "goal", name="target_kind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("action_id", sa.Uuid(), nullable=True),
        sa.Column("goal_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "keep",
                "change",
                "stop",
                "finish",
                "reached",
                "add",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=True),
        sa.CheckConstraint("action_id IS NULL OR kind = 'action'", name=op.f("ck_decision_action_kind")),
        sa.CheckConstraint("goal_id IS NULL OR kind = 'goal'", name=op.f("ck_decision_goal_kind")),
        sa.CheckConstraint(
            "verdict = 'add' OR action_id IS NOT NULL OR goal_id IS NOT NULL",
            name=op.f("ck_decision_target_unless_added"),
        ),
        sa.CheckConstraint(
            "verdict IN ('keep', 'add') OR reason IS NOT NULL", name=op.f("ck_decision_explained")
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "action_id"],
            ["action.school_id", "action.id"],
            name=op.f("fk_decision_school_id_action_id"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "goal_id"],
            ["goal.school_id", "goal.id"],
            name=op.f("fk_decision_school_id_goal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "term"],
            ["review.school_id", "review.term"],
            name=op.f("fk_decision_school_id_term"),
        ),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_decision")),
        sa.UniqueConstraint(
            "school_id",
            "term",
            "number",
            "action_id",
            name=op.f("uq_decision_school_id_term_number_action_id"),
        ),
        sa.UniqueConstraint(
            "school_id", "term", "number", "goal_id", name=op.f("uq_decision_school_id_term_number_goal_id")
        ),
    )
    op.create_table(
        "election_list",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.String(9), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "fcpe",
                "peep",
                "unaape",
                "other_federation",
                "local_association",
                "joint",
                "no_association",
                name="list_category",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_election_list_seats_count")),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_election_list_votes_count")),
        sa.ForeignKeyConstraint(
            ["school_id", "year"],
            ["election.school_id", "election.year"],
            name=op.f("fk_election_list_school_id_year"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("school_id", "year", "position", name=op.f("pk_election_list")),
        sa.UniqueConstraint("school_id", "year", "name", name=op.f("uq_election_list_school_id_year_name")),
    )
    op.create_table(
        "event",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action_id", sa.Uuid(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "held",
                "cancelled",
                name="event_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("parents_present", sa.Integer(), nullable=True),
        sa.Column("children_present", sa.Integer(), nullable=True),
        sa.Column("professionals_present", sa.Integer(), nullable=True),
        sa.Column("invited", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'held' OR (held_on IS NOT NULL AND parents_present IS NOT NULL)",
            name=op.f("ck_event_held_is_counted"),
        ),
        sa.CheckConstraint("children_present >= 0", name=op.f("ck_event_children_count")),
        sa.CheckConstraint("invited >= 0", name=op.f("ck_event_invited_count")),
        sa.CheckConstraint("parents_present >= 0", name=op.f("ck_event_parents_count")),
        sa.CheckConstraint("professionals_present >= 0", name=op.f("ck_event_professionals_count")),
        sa.ForeignKeyConstraint(
            ["school_id", "action_id"],
            ["action.school_id", "action.id"],
            name=op.f("fk_event_school_id_action_id"),
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_event_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_action", ["school_id", "action_id"], unique=False)

    op.create_table(
        "review_version",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column(
            "chair_role",
            sa.Enum(
                "head_teacher",
                "class_teacher",
                "cycle_team",
                "whole_team",
                "rased",
                "atsem",
                "aesh",
                "health_staff",
                "parents",
                "municipality",
                "after_school",
                "partner",
                name="lead_role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("members_present", sa.Integer(), nullable=False),
        sa.Column("notes", sa.String(4000), nullable=False),
        sa.Column("reopen_reason", sa.String(1000), nullable=True),
        sa.Column("ledger_version", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("members_present >= 1", name=op.f("ck_review_version_members_count")),
        sa.ForeignKeyConstraint(["closed_by"], ["user.id"], name=op.f("fk_review_version_closed_by")),
        sa.ForeignKeyConstraint(
            ["school_id", "term"],
            ["review.school_id", "review.term"],
            name=op.f("fk_review_version_school_id_term"),
        ),
        sa.PrimaryKeyConstraint("school_id", "term", "number", name=op.f("pk_review_version")),
    )
    op.create_table(
        "event_partner",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "event_id"],
            ["event.school_id", "event.id"],
            name=op.f("fk_event_partner_school_id_event_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "partner_id"],
            ["partner.school_id", "partner.id"],
            name=op.f("fk_event_partner_school_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("school_id", "event_id", "partner_id", name=op.f("pk_event_partner")),
    )
    op.create_table(
        "review_figure",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("term", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "indicator",
                "goal",
                "action",
                name="figure_kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
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
            nullable=True,
        ),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("out_of", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(200), nullable=False),
        sa.Column("sentence", sa.String(1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "term", "number"],
            ["review_version.school_id", "review_version.term", "review_version.number"],
            name=op.f("fk_review_figure_school_id_term_number"),
        ),
        sa.PrimaryKeyConstraint("school_id", "term", "number", "position", name=op.f("pk_review_figure")),
    )
    protect_audit()


def downgrade() -> None:
    unprotect_audit()
    op.drop_table("review_figure")
    op.drop_table("event_partner")
    op.drop_table("review_version")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_action")

    op.drop_table("event")
    op.drop_table("election_list")
    op.drop_table("decision")
    op.drop_table("action_partner")
    op.drop_table("action_goal")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_user_id"))

    op.drop_table("web_session")
    op.drop_table("tracked_indicator")
    with op.batch_alter_table("territory_membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_territory_membership_live",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("territory_membership")
    op.drop_table("term_total")
    op.drop_table("term_calendar")
    op.drop_table("shared_analysis")
    with op.batch_alter_table("school_year_profile", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_year_profile_circonscription_id"))

    op.drop_table("school_year_profile")
    with op.batch_alter_table("school_membership", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_school_membership_one_head",
            sqlite_where=sa.text("ended_at IS NULL AND role <> 'teacher'"),
            postgresql_where=sa.text("ended_at IS NULL AND role <> 'teacher'"),
        )
        batch_op.drop_index(
            "uq_school_membership_live",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_school_membership_user_id"))

    op.drop_table("school_membership")
    op.drop_table("review")
    op.drop_table("partner")
    with op.batch_alter_table("measurement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_measurement_first",
            sqlite_where=sa.text("replaces IS NULL"),
            postgresql_where=sa.text("replaces IS NULL"),
        )

    op.drop_table("measurement")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_school_id"))

    op.drop_table("invitation")
    op.drop_table("goal")
    op.drop_table("election")
    op.drop_table("audit_event")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_user_id"))

    op.drop_table("api_token")
    op.drop_table("action")
    op.drop_table("user")
    op.drop_table("territory")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_recent")

    op.drop_table("sign_in_attempt")
    op.drop_table("service_note")
    op.drop_table("school_ledger")
    op.drop_table("school")
