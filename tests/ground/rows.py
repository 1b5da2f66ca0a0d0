"""A valid row of every table, made from the metadata, and the write that each named CHECK has to refuse."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.tables import metadata

ONE = UUID("01930000-0000-7000-8000-000000000001")
"""Every key of every row: whatever points at something points at the only one there is."""
OTHER = UUID("01930000-0000-7000-8000-000000000002")
MOMENT = datetime(2026, 11, 21, 9, tzinfo=UTC)

BY_NAME: dict[str, Any] = {
    "year": "2026-2027",
    "term": "2026-2027-T1",
    "uai": "0990001X",
    "departement": "099",
    "t2_last": date(2027, 4, 2),
}
BY_TABLE: dict[str, dict[str, Any]] = {
    "territory": {"level": "academie"},
    "territory_membership": {"role": "inspector"},
    "release_cell": {"counted": 1},
    "published_sheet": {"circonscription_id": ONE},
    "lever_effect": {"schools": 5},
    "invitation": {"school_id": ONE, "role": "teacher"},
    "decision": {"action_id": ONE},
    "election": {"registered": 9},
    "audit_event": {"position": 3},
    "audit_seal": {"position": 2},
    "calendar_link": {"expires_at": datetime(2026, 12, 12, 23, tzinfo=UTC)},
    "parent_link": {"expires_at": datetime(2026, 12, 12, 23, tzinfo=UTC)},
}
"""What the defaults by type cannot know."""

_CLOSED = dict.fromkeys(("events", "parents", "children", "professionals", "partners"), 1)

FORBIDDEN: dict[str, dict[str, Any]] = {
    "ck_action_dropped_reason": {"state": "dropped", "reason": None},
    "ck_action_dates_in_order": {"planned_from": date(2026, 12, 1), "planned_to": date(2026, 11, 1)},
    "ck_count_closing_number_range": {"number": 0},
    "ck_count_closing_total_range": {"total": -1},
    "ck_action_condition_number_range": {"number": 0},
    "ck_action_sheet_version_range": {"version": 0},
    "ck_audit_seal_events_count": {"events": 0},
    "ck_audit_seal_said_later": {"up_to": 2},
    "ck_circonscription_total_counted_range": {"counted": -1},
    "ck_circonscription_total_schools_count": {"schools": -1},
    "ck_decision_action_kind": {"kind": "goal", "action_id": ONE},
    "ck_decision_goal_kind": {"kind": "action", "goal_id": ONE},
    "ck_decision_target_unless_added": {"action_id": None, "goal_id": None},
    "ck_decision_target_kind": {"kind": "zzz", "action_id": None, "verdict": "add"},
    "ck_decision_verdict": {"verdict": "zzz", "reason": "x"},
    "ck_decision_explained": {"verdict": "stop", "reason": None},
    "ck_election_no_ballot_no_voters": {"no_ballot": True, "registered": 9, "voters": 5},
    "ck_election_blank_within": {"registered": 9, "voters": 5, "blank_null": 6},
    "ck_election_counts": {"voters": -1, "blank_null": -1},
    "ck_election_seat_counts": {"seats": -1, "seats_filled": -1},
    "ck_election_seats_within": {"seats": 4, "seats_filled": 5},
    "ck_election_voters_of_some": {"registered": None, "voters": 1},
    "ck_election_voters_within": {"registered": 4, "voters": 5},
    "ck_election_list_seats_count": {"seats": -1},
    "ck_election_list_votes_count": {"votes": -1},
    "ck_event_held_is_counted": {"state": "held", "held_on": date(2026, 11, 1), "parents_present": None},
    "ck_event_tap_delta_is_one": {"delta": 0},
    "ck_event_children_count": {"children_present": -1},
    "ck_event_invited_count": {"invited": -1},
    "ck_event_parents_count": {"parents_present": -1},
    "ck_event_professionals_count": {"professionals_present": -1},
    "ck_action_report_closed_later": {"started_on": None, "closed_on": date(2026, 11, 21)} | _CLOSED,
    "ck_action_report_closed_is_counted": {"started_on": date(2025, 11, 1), "closed_on": date(2026, 11, 21)},
    "ck_action_report_counts": {"started_on": date(2025, 11, 1), "closed_on": date(2026, 11, 21)} | _CLOSED
    | {"parents": -1},
    "ck_target_effect_shown": {"finding": "partly", "evidence": ""},
    "ck_target_effect_finding": {"finding": "zzz", "evidence": "x"},
    "ck_evaluation_figure_status": {"status": "zzz", "counted": None},
    "ck_evaluation_figure_value_has_count": {"status": "value", "counted": None},
    "ck_evaluation_figure_counted_within": {"counted": 2, "out_of": 1},
    "ck_partner_partner_specialty": {"kind": "association", "specialty": "zzz"},
    "ck_suggested_partner_partner_specialty": {"kind": "association", "specialty": "zzz"},
    "ck_partner_specialty_of_association": {"kind": "caf", "specialty": "families"},
    "ck_suggested_partner_specialty_of_association": {"kind": "caf", "specialty": "families"},
    "ck_published_sheet_readers_somewhere": {"readers": "circonscription", "circonscription_id": None},
    "ck_published_sheet_number_range": {"number": 0},
    "ck_published_sheet_version_number_range": {"number": 0},
    "ck_lever_effect_schools_count": {"schools": 4},
    "ck_lever_effect_interval_in_order": {"low": 2, "high": 1},
    "ck_published_figure_counted_within": {"counted": 2, "out_of": 1},
    "ck_release_number_range": {"number": 0},
    "ck_release_cell_hidden": {"reason": "zzz", "counted": None},
    "ck_release_cell_shown_or_hidden": {"reason": "subtraction", "counted": 1},
    "ck_release_cell_out_of_with_count": {"reason": "subtraction", "counted": None, "out_of": 1},
    "ck_release_cell_since_range": {"number": 1, "since": 2},
    "ck_released_figure_out_of_with_count": {"counted": None, "out_of": 1},
    "ck_transmission_number_range": {"number": 0},
    "ck_transmission_pupils_count": {"pupils": -1},
    "ck_transmitted_total_counted_within": {"counted": 2, "out_of": 1},
    "ck_transmitted_total_status": {"status": "zzz", "counted": None},
    "ck_transmitted_total_value_has_count": {"status": "value", "counted": None},
    "ck_goal_dropped_reason": {"state": "dropped", "reason": None},
    "ck_goal_whole_target": {"target_indicator": "visits", "target_value": 5},
    "ck_goal_baseline_of_target": {"baseline_counted": 1},
    "ck_goal_baseline_within": {
        "target_indicator": "visits", "target_value": 5, "target_term": "2026-2027-T3",
        "baseline_counted": 2, "baseline_out_of": 1,
    },
    "ck_goal_target_range": {
        "target_indicator": "visits", "target_value": 100_001, "target_term": "2026-2027-T3",
    },
    "ck_invitation_one_place": {"role": None},
    "ck_measurement_status": {"status": "zzz", "counted": None},
    "ck_measurement_value_has_count": {"status": "value", "counted": None},
    "ck_measurement_counted_range": {"counted": -1},
    "ck_measurement_out_of_range": {"counted": 0, "out_of": 100_001},
    "ck_measurement_counted_within": {"counted": 2, "out_of": 1},
    "ck_measurement_out_of_with_count": {"status": "not_measured", "counted": None, "out_of": 5},
    "ck_measurement_replaces_another": {"id": OTHER, "replaces": OTHER},
    "ck_calendar_link_expires_later": {"expires_at": MOMENT},
    "ck_idempotency_record_status_of_success": {"status": 422},
    "ck_parent_link_expires_later": {"expires_at": MOMENT},
    "ck_parent_remark_remark_state": {"state": "zzz", "reviewed_at": MOMENT},
    "ck_parent_remark_reviewed_is_dated": {"state": "kept", "reviewed_at": None},
    "ck_review_members_count": {"members_present": 0},
    "ck_review_number_range": {"number": 0},
    "ck_review_version_members_count": {"members_present": 0},
    "ck_school_membership_school_role": {"role": "inspector"},
    "ck_school_year_profile_classes_count": {"classes": -1},
    "ck_school_year_profile_families_count": {"families": -1},
    "ck_school_year_profile_pupils_count": {"pupils": -1},
    "ck_shared_analysis_elected_count": {"representatives_elected": -1},
    "ck_shared_analysis_present_count": {"representatives_present": -1},
    "ck_term_calendar_terms_in_order": {"t1_last": date(2027, 4, 2), "t2_last": date(2026, 12, 18)},
    "ck_territory_membership_territory_role": {"role": "teacher"},
    "ck_tracked_indicator_own_has_label": {"is_own": True, "label": None},
}  # fmt: skip


IMPLIED = {
    "ck_school_membership_role": "ck_school_membership_school_role",
    "ck_territory_membership_role": "ck_territory_membership_territory_role",
}
"""A stricter CHECK on the same column may be the one that refuses."""


def checks() -> dict[str, sa.Table]:
    """Every CHECK that has a name, and its table."""
    return {
        str(constraint.name): table
        for table in metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint) and constraint.name is not None
    }


def forbidden_value(name: str, table: sa.Table) -> dict[str, Any]:
    """The change that the CHECK `name` must refuse; for a column of choices, a choice that does not exist."""
    if name in FORBIDDEN:
        return FORBIDDEN[name]
    for column in table.columns:
        if isinstance(column.type, sa.Enum) and name == f"ck_{table.name}_{column.type.name}":
            return {column.name: "zzz"}
    raise KeyError(f"{name}: say in FORBIDDEN which write it refuses")


def a_row(table: sa.Table) -> dict[str, Any]:
    row: dict[str, Any] = {
        column.name: BY_NAME.get(column.name, _default(column.type))
        for column in table.columns
        if not column.nullable
    }
    if "status" in row:
        row["counted"] = 1
    return row | BY_TABLE.get(table.name, {})


def insertion(table: sa.Table, row: dict[str, Any]) -> sa.Insert:
    """An INSERT that sends a choice as plain text, also one that Python would not let through."""
    values = {
        name: sa.literal(value, sa.String()) if isinstance(table.c[name].type, sa.Enum) else value
        for name, value in row.items()
    }
    return sa.insert(table).values(values)


def fill(connection: sa.Connection) -> None:
    """One row in every table."""
    for table in metadata.sorted_tables:
        connection.execute(insertion(table, a_row(table)))


def _default(kind: sa.types.TypeEngine[Any]) -> Any:
    if isinstance(kind, sa.types.TypeDecorator):
        kind = kind.impl_instance
    if isinstance(kind, sa.Enum):
        return kind.enums[0]
    if isinstance(kind, sa.Uuid):
        return ONE
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.Integer):
        return 1
    if isinstance(kind, sa.DateTime):
        return MOMENT
    if isinstance(kind, sa.Date):
        return date(2026, 12, 18)
    if isinstance(kind, sa.LargeBinary):
        return b"x"
    return [] if isinstance(kind, sa.JSON) else "x"
