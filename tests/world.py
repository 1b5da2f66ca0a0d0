"""The people and places of every test, and typed factories. Nothing here is random."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts import secrets
from app.accounts.access import actor_of_user
from app.accounts.actor import Actor
from app.accounts.models import (
    ApiToken,
    SchoolMembership,
    SessionProof,
    TerritoryMembership,
    TokenScope,
    User,
    WebSession,
)
from app.domain.vocabulary import (
    Door,
    PriorityEducation,
    Role,
    SchoolType,
    Sector,
    TerritoryLevel,
)
from app.schools.models import School, SchoolYearProfile, Territory
from app.schools.queries import nation

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
YEAR, LAST_YEAR = "2026-2027", "2025-2026"
T1, T2, T3 = (f"{YEAR}-T{number}" for number in (1, 2, 3))
A, B = "0990001X", "0990002Y"
"""Schools of the invented département 099: A in Ines's circonscription, B in Paul's."""
MISSING = "0990999F"
PASSWORD = "un mot de passe assez long"


@dataclass
class World:
    schools: dict[str, School]
    territories: dict[str, Territory]
    users: dict[str, User]
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def a(self) -> School:
        return self.schools[A]

    @property
    def b(self) -> School:
        return self.schools[B]

    def csrf(self, name: str) -> str:
        return f"csrf-of-{name}"

    def actor(self, db: Session, name: str, door: Door = Door.PAGE) -> Actor:
        return actor_of_user(db, db.merge(self.users[name]), door, request_id="test")


def build_world(db: Session) -> World:
    academie = _territory(db, TerritoryLevel.ACADEMIE, "99", "Académie inventée", nation(db).id)
    departement = _territory(db, TerritoryLevel.DEPARTEMENT, "099", "Département inventé", academie.id)
    valley = _territory(db, TerritoryLevel.CIRCONSCRIPTION, "0990900Z", "Val-des-Tilleuls", departement.id)
    coast = _territory(db, TerritoryLevel.CIRCONSCRIPTION, "0990901A", "Côte", departement.id)
    schools = {
        A: add_school(db, A, "École des Tilleuls", valley.id, pupils=196, classes=9, families=150),
        B: add_school(db, B, "École du Port", coast.id, pupils=80, classes=4, families=60),
    }
    users: dict[str, User] = {}
    for name, school, role in (
        ("claire", A, Role.HEAD_TEACHER),
        ("lea", A, Role.TEACHER),
        ("karim", B, Role.HEAD_TEACHER),
    ):
        users[name] = add_user(db, name)
        db.add(
            SchoolMembership(school_id=schools[school].id, user_id=users[name].id, role=role, started_at=NOW)
        )
    for name, territory, role in (
        ("ines", valley, Role.INSPECTOR),
        ("paul", coast, Role.INSPECTOR),
        ("rita", academie, Role.AUTHORITY),
    ):
        users[name] = add_user(db, name)
        db.add(
            TerritoryMembership(territory_id=territory.id, user_id=users[name].id, role=role, started_at=NOW)
        )
    users["admin"] = add_user(db, "admin", is_administrator=True)
    world = World(
        schools, {"valley": valley, "coast": coast, "departement": departement, "academie": academie}, users
    )
    for name, user in users.items():
        world.cookies[name] = f"cookie-of-{name}"
        db.add(
            WebSession(
                proof=SessionProof.FACTOR,
                token_hash=secrets.fingerprint(world.cookies[name]),
                csrf=world.csrf(name),
                user_id=user.id,
                created_at=NOW,
                last_seen_at=NOW,
            )
        )
    db.flush()
    return world


def _territory(db: Session, level: TerritoryLevel, code: str, name: str, parent: UUID | None) -> Territory:
    from app.domain.french import fold

    territory = Territory(level=level, code=code, name=name, folded_name=fold(name), parent_id=parent)
    db.add(territory)
    db.flush()
    return territory


def add_school(
    db: Session,
    uai: str,
    name: str,
    circonscription_id: UUID | None,
    *,
    pupils: int | None = 100,
    classes: int | None = 5,
    families: int | None = 80,
    sector: Sector = Sector.PUBLIC,
    years: tuple[str, ...] = (LAST_YEAR, YEAR),
) -> School:
    school = School(uai=uai, name=name, commune="Valmont", departement="099")
    db.add(school)
    db.flush()
    for year in years:
        db.add(
            SchoolYearProfile(
                school_id=school.id,
                year=year,
                circonscription_id=circonscription_id,
                type=SchoolType.ELEMENTARY,
                sector=sector,
                priority=PriorityEducation.NONE,
                pupils=pupils,
                classes=classes,
                families=families,
            )
        )
    db.flush()
    return school


def add_user(db: Session, name: str, **changes: Any) -> User:
    user = User(
        email=f"{name}@demo.invalid",
        name=name.capitalize(),
        created_at=NOW,
        password_hash=hashed_password(),
        **changes,
    )
    db.add(user)
    db.flush()
    return user


_hashes: list[str] = []


def hashed_password() -> str:
    """Hashed once a run: argon2 is slow on purpose."""
    if not _hashes:
        _hashes.append(secrets.hash_password(PASSWORD))
    return _hashes[0]


def add_token(db: Session, user: User, scope: TokenScope = TokenScope.WRITE, **changes: Any) -> str:
    """A bearer token of the user's; the text to send."""
    secret = f"secret-{user.name}-{scope.value}"
    token = ApiToken(
        user_id=user.id,
        label="test",
        scope=scope,
        secret_hash=secrets.fingerprint(secret),
        created_at=NOW,
        expires_at=changes.pop("expires_at", datetime(2027, 1, 1, tzinfo=UTC)),
        **changes,
    )
    db.add(token)
    db.flush()
    return secrets.token_text(token.id, secret)


def form(client: Any, url: str, **fields: Any) -> Any:
    """Post a form as the signed-in browser would, its CSRF token included."""
    return client.post(url, data={"csrf": client.headers.get("X-Test-CSRF", "")} | fields)
