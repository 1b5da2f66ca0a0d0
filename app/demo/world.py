"""The demonstration as a whole: territories, schools, people, and each school's story."""

from datetime import UTC, datetime

from sqlmodel import Session

from app import clock
from app.accounts.access import actor_of_user
from app.accounts.models import SchoolMembership, ServiceNote, TerritoryMembership, User
from app.accounts.queries import any_user, service_note
from app.demo.places import MAIN, PLACES, Place, Quirk
from app.demo.story import Story
from app.domain.french import fold
from app.domain.school_year import SchoolYear, today_in, year_of
from app.domain.vocabulary import Door, Role, TerritoryLevel
from app.schools.models import School, SchoolYearProfile, Territory
from app.schools.queries import any_school, nation

DEPARTEMENT = "099"
# fmt: off
HEADS = ("Claire", "Karim", "Nora", "Blandine", "Yves", "Fatou",
         "Hugo", "Marion", "Samir", "Odile", "Théo", "Agathe")
# fmt: on
"""First names of the invented head teachers, one a school."""


def is_empty(db: Session) -> bool:
    return not any_school(db) and not any_user(db) and service_note(db, "demo") is None


def fill(db: Session) -> None:
    """Three school years up to today, ending in the present: about a thousand ordinary acts."""
    today = today_in(DEPARTEMENT, clock.now())
    now = year_of(today, DEPARTEMENT)
    years = [now.previous.previous, now.previous, now]
    db.add(ServiceNote(key="demo", value="yes"))
    valley, coast = _territories(db)
    began = datetime(years[0].start, 9, 1, 8, tzinfo=UTC)
    for place in PLACES:
        school = _school(db, place, years, valley, coast)
        name = HEADS[place.number - 1]
        head = _person(db, name, fold(name), began)
        db.add(
            SchoolMembership(school_id=school.id, user_id=head.id, role=Role.HEAD_TEACHER, started_at=began)
        )
        if place is MAIN:
            teacher = _person(db, "Léa", "lea", began)
            db.add(
                SchoolMembership(school_id=school.id, user_id=teacher.id, role=Role.TEACHER, started_at=began)
            )
        db.flush()
        actor = actor_of_user(db, head, Door.PAGE, request_id="demo")
        Story(db, actor, place, school, today, years[0]).tell(years)
    _people_above(db, valley, coast, began)


def _territories(db: Session) -> tuple[Territory, Territory]:
    academie = _territory(db, TerritoryLevel.ACADEMIE, "99", "Académie inventée", nation(db))
    departement = _territory(db, TerritoryLevel.DEPARTEMENT, DEPARTEMENT, "Département inventé", academie)
    valley = _territory(db, TerritoryLevel.CIRCONSCRIPTION, "0990900Z", "Val-des-Tilleuls", departement)
    coast = _territory(db, TerritoryLevel.CIRCONSCRIPTION, "0990901A", "Côte-aux-Ormes", departement)
    return valley, coast


def _territory(
    db: Session, level: TerritoryLevel, code: str, name: str, parent: Territory | None
) -> Territory:
    territory = Territory(
        level=level, code=code, name=name, folded_name=fold(name), parent_id=parent.id if parent else None
    )
    db.add(territory)
    db.flush()
    return territory


def _school(
    db: Session, place: Place, years: list[SchoolYear], valley: Territory, coast: Territory
) -> School:
    school = School(uai=place.uai, name=place.name, commune=place.commune, departement=DEPARTEMENT)
    db.add(school)
    db.flush()
    for age, year in enumerate(reversed(years)):
        here = coast if Quirk.MOVED in place.quirks and age else valley
        db.add(
            SchoolYearProfile(
                school_id=school.id,
                year=year,
                circonscription_id=here.id,
                type=place.type,
                sector=place.sector,
                priority=place.priority,
                pupils=place.pupils,
                classes=place.classes,
                families=place.families,
                is_confirmed=True,
            )
        )
    db.flush()
    return school


def _person(db: Session, name: str, account: str, since: datetime) -> User:
    """Without a password: the demonstration signs in by a button."""
    user = User(email=f"{account}@demo.invalid", name=name, created_at=since)
    db.add(user)
    db.flush()
    return user


def _people_above(db: Session, valley: Territory, coast: Territory, since: datetime) -> None:
    assert valley.parent_id is not None
    for name, account, territory_id, role in (
        ("Inès", "ines", valley.id, Role.INSPECTOR),
        ("Paul", "paul", coast.id, Role.INSPECTOR),
        ("Rita", "rita", valley.parent_id, Role.AUTHORITY),
    ):
        user = _person(db, name, account, since)
        db.add(TerritoryMembership(territory_id=territory_id, user_id=user.id, role=role, started_at=since))
    admin = _person(db, "Sam", "sam", since)
    admin.is_administrator = True
    db.flush()
