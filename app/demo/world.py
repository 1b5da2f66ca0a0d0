"""The demonstration as a whole: territories, schools, people, and each school's story."""

from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session

from app import clock
from app.accounts.access import actor_of_user
from app.accounts.actor import Actor
from app.accounts.models import SchoolMembership, ServiceNote, TerritoryMembership, User
from app.accounts.queries import any_user, live_user, service_note
from app.aggregates.releasing import prepare_release, publish_release
from app.demo.partners import suggest_to_schools
from app.demo.places import MAIN, NEIGHBOURS, PLACES, Place, Quirk
from app.demo.reports import tell_of_the_cafe
from app.demo.shared_sheets import pass_on
from app.demo.story import CLOSINGS, Sketch, Story
from app.domain.french import fold
from app.domain.school_year import SchoolYear, today_in, year_of
from app.domain.vocabulary import Door, Role, TerritoryLevel
from app.schools.models import School, SchoolYearProfile, Territory
from app.schools.queries import any_school, nation

DEPARTEMENT, VALLEY = "099", "0990900Z"
# fmt: off
HEADS = ("Claire", "Karim", "Nora", "Blandine", "Yves", "Fatou",
         "Hugo", "Marion", "Samir", "Odile", "Théo", "Agathe",
         "Malo", "Soizic", "Ilan", "Rose", "Aïssa", "Bruno",
         "Chloé", "Driss", "Élise", "Franck", "Gaëlle", "Honoré")
# fmt: on
"""First names of the invented head teachers, one a school."""


def is_empty(db: Session) -> bool:
    return not any_school(db) and not any_user(db) and service_note(db, "demo") is None


def fill(db: Session) -> None:
    """Three school years up to today, ending in the present: about fifteen hundred ordinary acts."""
    today = today_in(DEPARTEMENT, clock.now())
    now = year_of(today, DEPARTEMENT)
    years = [now.previous.previous, now.previous, now]
    db.add(ServiceNote(key="demo", value="yes"))
    began = datetime(years[0].start, 9, 1, 8, tzinfo=UTC)
    valley, *next_door = _territories(db)
    heads: list[tuple[Actor, School]] = []
    for place in PLACES:
        elsewhere = next_door[0] if Quirk.MOVED in place.quirks else None
        school = _school(db, place, years, valley, elsewhere)
        head = _head(db, school, place, began)
        heads.insert(0 if place is MAIN else len(heads), (head, school))
        if place is MAIN:
            teacher = _person(db, "Léa", "lea", began)
            db.add(
                SchoolMembership(school_id=school.id, user_id=teacher.id, role=Role.TEACHER, started_at=began)
            )
            db.flush()
        Story(db, head, place, school, today, years[0]).tell(years)
        if place is MAIN:
            tell_of_the_cafe(db, head, school, years[0])
    for neighbour, territory in zip(NEIGHBOURS, next_door, strict=True):
        for place in neighbour.places:
            school = _school(db, place, years, territory)
            head = _head(db, school, place, began)
            Sketch(db, head, place, school, today, years[0]).tell(years)
    nadia = _people_above(db, valley, next_door[0], began)
    ines = live_user(db, "ines@demo.invalid")
    assert ines is not None
    pass_on(db, heads[0], heads[1:])
    suggest_to_schools(db, actor_of_user(db, ines, Door.PAGE, request_id="demo"), VALLEY)
    _publish(db, nadia, years, today)


def _head(db: Session, school: School, place: Place, since: datetime) -> Actor:
    name = HEADS[place.number - 1]
    head = _person(db, name, fold(name), since)
    db.add(SchoolMembership(school_id=school.id, user_id=head.id, role=Role.HEAD_TEACHER, started_at=since))
    db.flush()
    return actor_of_user(db, head, Door.PAGE, request_id="demo")


def _publish(db: Session, authority: Actor, years: list[SchoolYear], today: date) -> None:
    """Each term is released five weeks after its last conseil, once everybody has transmitted."""
    now = clock.now()
    for year in years:
        for term in year.terms:
            month, day = CLOSINGS[term.number]
            on = date(year.start + (month < 8), month, day) + timedelta(weeks=5)
            if on < today:
                clock.pin(datetime.combine(on, time(9), UTC))
                publish_release(db, authority, prepare_release(db, authority, term))
    clock.pin(now)


def _territories(db: Session) -> list[Territory]:
    """The circonscription of the twelve schools, then those next door."""
    academie = _territory(db, TerritoryLevel.ACADEMIE, "99", "Académie inventée", nation(db))
    departement = _territory(db, TerritoryLevel.DEPARTEMENT, DEPARTEMENT, "Département inventé", academie)
    inside = [(VALLEY, "Val-des-Tilleuls"), *((one.code, one.name) for one in NEIGHBOURS)]
    return [_territory(db, TerritoryLevel.CIRCONSCRIPTION, *told, departement) for told in inside]


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
    db: Session, place: Place, years: list[SchoolYear], here: Territory, before: Territory | None = None
) -> School:
    """`before` is where the school counted until this year, when it was elsewhere."""
    school = School(uai=place.uai, name=place.name, commune=place.commune, departement=DEPARTEMENT)
    db.add(school)
    db.flush()
    for age, year in enumerate(reversed(years)):
        db.add(
            SchoolYearProfile(
                school_id=school.id,
                year=year,
                circonscription_id=(before if before and age else here).id,
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


def _people_above(db: Session, valley: Territory, coast: Territory, since: datetime) -> Actor:
    """Those who read from outside a school. Gives back the one who publishes, for the whole country."""
    assert valley.parent_id is not None
    for name, account, territory_id, role in (
        ("Inès", "ines", valley.id, Role.INSPECTOR),
        ("Paul", "paul", coast.id, Role.INSPECTOR),
        ("Rita", "rita", valley.parent_id, Role.AUTHORITY),
        ("Nadia", "nadia", nation(db).id, Role.AUTHORITY),
    ):
        user = _person(db, name, account, since)
        db.add(TerritoryMembership(territory_id=territory_id, user_id=user.id, role=role, started_at=since))
    admin = _person(db, "Sam", "sam", since)
    admin.is_administrator = True
    db.flush()
    return actor_of_user(db, user, Door.PAGE, request_id="demo")
