import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.election import UnresolvedTie, largest_remainder, turnout, valid_votes
from app.domain.rates import Rate

PUBLISHED = Path(__file__).parents[3] / "shared/data/elections_reelles.csv"

# Registered, voters, turnout published, blank and null, seats, votes and seats by list, read on midilibre.fr
# 2011/10/19 (Coursan), fcpe-laplaine.blogspot.com 2019/10 and apevaucresson.wordpress.com 2020/10/09.
REAL = [
    (395, 186, None, 6, 10, {"FCPE": 126, "ADEREP": 54}, {"FCPE": 7, "ADEREP": 3}),
    (414, 271, 65.5, 36, 9, {"FCPE": 235}, {"FCPE": 9}),
    (391, 217, 55.5, 13, 9, {"APE": 204}, {"APE": 9}),
    (334, 185, 55.39, 13, 8, {"APE": 172}, {"APE": 8}),
    (202, 96, 47.52, 6, 5, {"APE": 90}, {"APE": 5}),
]


@pytest.mark.parametrize(("registered", "voters", "published", "blank_null", "seats", "votes", "won"), REAL)
def test_real_elections(
    registered: int,
    voters: int,
    published: float | None,
    blank_null: int,
    seats: int,
    votes: dict[str, int],
    won: dict[str, int],
) -> None:
    share = turnout(voters, registered).share
    assert share is not None
    assert published is None or abs(float(share) * 100 - published) <= 0.5
    assert valid_votes(voters, blank_null) == sum(votes.values())
    assert largest_remainder(votes, seats) == won


def by_list(cell: str) -> dict[str, str]:
    return dict(entry.split("=") for entry in cell.split(";")) if cell else {}


@pytest.mark.skipif(not PUBLISHED.exists(), reason="reference data not beside the repository")
def test_published_elections() -> None:
    with PUBLISHED.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if "inconsistent" not in row["note"]]
    turnouts = [row for row in rows if row["registered"] and row["voters"] and row["published_turnout_pct"]]
    for row in turnouts:
        share = turnout(int(row["voters"]), int(row["registered"])).share
        assert share is not None
        assert abs(float(share) * 100 - float(row["published_turnout_pct"])) <= 0.5
    complete = [
        row for row in rows if row["list_seats"] and "%" not in row["list_votes"] and row["list_votes"]
    ]
    for row in complete:
        won = {name: int(n) for name, n in by_list(row["list_seats"]).items()}
        votes = {name: int(n) for name, n in by_list(row["list_votes"]).items()}
        lone = (
            won if int(row["seats_filled"]) < int(row["seats"]) else None
        )  # too few candidates: all were elected
        assert largest_remainder(votes, int(row["seats"]), candidates=lone) == won
    # Where only the share of one of two lists is given, it stands for its votes out of 100.
    shared = [row for row in rows if "%" in row["list_votes"]]
    for row in shared:
        share_of = {name: int(n.rstrip("%")) for name, n in by_list(row["list_votes"]).items()}
        (rest,) = set(by_list(row["list_seats"])) - set(share_of)
        won = {name: int(n) for name, n in by_list(row["list_seats"]).items()}
        assert largest_remainder(share_of | {rest: 100 - sum(share_of.values())}, int(row["seats"])) == won
    assert (len(turnouts), len(complete), len(shared)) == (9, 9, 4)


@pytest.mark.parametrize(
    ("votes", "seats", "won"),
    [
        ({"A": 47, "B": 16, "C": 37}, 10, {"A": 5, "B": 1, "C": 4}),
        ({"A": 100}, 4, {"A": 4}),
        ({"A": 50, "B": 50}, 2, {"A": 1, "B": 1}),
        ({"A": 10, "B": 10, "C": 10}, 3, {"A": 1, "B": 1, "C": 1}),
        ({"A": 0, "B": 0}, 3, {"A": 0, "B": 0}),
        ({}, 3, {}),
        ({"A": 5}, 0, {"A": 0}),
        ({"A": 90, "B": 30}, 2, {"A": 2, "B": 0}),  # equal remainders: the list with most votes
    ],
)
def test_largest_remainder(votes: dict[str, int], seats: int, won: dict[str, int]) -> None:
    assert largest_remainder(votes, seats) == won


def test_a_full_tie_is_the_eldests() -> None:
    votes = {"A": 50, "B": 50}
    assert largest_remainder(votes, 3, eldest=["B", "A"]) == {"A": 1, "B": 2}
    with pytest.raises(UnresolvedTie, match="Égalité entre A et B") as raised:
        largest_remainder(votes, 3)
    assert raised.value.tied == ("A", "B")
    with pytest.raises(UnresolvedTie):
        largest_remainder(votes, 3, eldest=["B"])


@pytest.mark.parametrize(
    ("candidates", "won"),
    [
        ({"A": 4}, {"A": 4, "B": 3}),
        ({"A": 4, "B": 2}, {"A": 4, "B": 2}),
        ({"A": 0, "B": 9}, {"A": 0, "B": 7}),
        ({"A": 6}, {"A": 6, "B": 1}),
    ],
)
def test_seats_beyond_the_candidates(candidates: dict[str, int], won: dict[str, int]) -> None:
    assert largest_remainder({"A": 90, "B": 15}, 7, candidates=candidates) == won


@pytest.mark.parametrize(
    ("votes", "seats", "candidates"), [({"A": -1}, 3, None), ({"A": 1}, -3, None), ({"A": 1}, 3, {"A": -1})]
)
def test_nothing_is_negative(votes: dict[str, int], seats: int, candidates: dict[str, int] | None) -> None:
    with pytest.raises(ValueError, match="négatifs"):
        largest_remainder(votes, seats, candidates=candidates)


ballots = st.dictionaries(st.sampled_from("ABCDEF"), st.integers(1, 400), min_size=1)


@given(ballots, st.integers(0, 30))
def test_every_seat_goes_and_no_list_is_a_seat_off(votes: dict[str, int], seats: int) -> None:
    won = largest_remainder(votes, seats, eldest="ABCDEF")
    total = sum(votes.values())
    assert sum(won.values()) == seats
    assert all(won[name] - n * seats // total in (0, 1) for name, n in votes.items())
    assert all(won[a] >= won[b] for a in votes for b in votes if votes[a] > votes[b])


@given(ballots, st.integers(0, 30), st.dictionaries(st.sampled_from("ABCDEF"), st.integers(0, 8)))
def test_seats_stay_empty_only_without_candidates(
    votes: dict[str, int], seats: int, candidates: dict[str, int]
) -> None:
    won = largest_remainder(votes, seats, candidates=candidates, eldest="FEDCBA")
    room = {name: min(candidates.get(name, seats), seats) for name in votes}
    assert all(won[name] <= room[name] for name in votes)
    assert sum(won.values()) == min(seats, sum(room.values()))


def test_turnout_and_valid_votes() -> None:
    assert turnout(299, 632) == Rate(299, 632)
    assert valid_votes(299, 58) == 241
    with pytest.raises(ValueError, match="dépasser"):
        valid_votes(10, 11)
    with pytest.raises(ValueError, match="dépasser"):
        valid_votes(10, -1)
    with pytest.raises(ValueError, match="compter 633 sur 632"):
        turnout(633, 632)
