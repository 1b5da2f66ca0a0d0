"""Who is asking, and what a role may do where: the table of DESIGN §4 as data."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from app.domain.vocabulary import Door, Role, TerritoryLevel

NIL = UUID(int=0)
"""Stands for « no school » in the ledger and the audit."""


AUTHORITY_LEVELS = (TerritoryLevel.DEPARTEMENT, TerritoryLevel.ACADEMIE, TerritoryLevel.NATIONAL)
"""Where an authority is one; an inspector is a circonscription's."""


class Task(Enum):
    """What one can want of a school. Each names the task of *seeing* without which the answer is 404."""

    SEE_SCHOOL = "see_school"
    SEE_ELECTIONS = "see_elections"
    SEE_TRANSMITTED = "see_transmitted"
    SEE_WORK = "see_work"
    COUNT = "count"
    RUN_ELECTION = "run_election"
    STEER = "steer"
    INVITE = "invite"
    SEE_PEOPLE = "see_people"
    PEOPLE = "people"


SEEING = {
    Task.COUNT: Task.SEE_WORK,
    Task.STEER: Task.SEE_WORK,
    Task.RUN_ELECTION: Task.SEE_ELECTIONS,
    Task.INVITE: Task.SEE_SCHOOL,
    Task.PEOPLE: Task.SEE_PEOPLE,
}

_TEACHER = frozenset(
    {
        Task.SEE_SCHOOL,
        Task.SEE_ELECTIONS,
        Task.SEE_TRANSMITTED,
        Task.SEE_WORK,
        Task.COUNT,
        Task.SEE_PEOPLE,
    }
)
_HEAD = _TEACHER | {Task.STEER, Task.RUN_ELECTION, Task.INVITE, Task.PEOPLE}

MAY: dict[Role, frozenset[Task]] = {
    Role.HEAD_TEACHER: _HEAD,
    Role.DEPUTY: _HEAD,
    Role.TEACHER: _TEACHER,
    Role.INSPECTOR: frozenset({Task.SEE_SCHOOL, Task.SEE_ELECTIONS, Task.SEE_TRANSMITTED, Task.INVITE}),
    Role.AUTHORITY: frozenset({Task.SEE_SCHOOL, Task.SEE_ELECTIONS}),
    Role.ADMINISTRATOR: frozenset({Task.SEE_SCHOOL, Task.INVITE, Task.SEE_PEOPLE, Task.PEOPLE}),
}


MUST_HAVE_FACTOR = frozenset({Role.INSPECTOR, Role.AUTHORITY, Role.ADMINISTRATOR})
"""Who reads many schools, or opens their accounts, signs in with more than a password."""


class Step(Enum):
    """What is left to do before a session opens anything: the address of the page where it is done."""

    GIVE_CODE = "/connexion/code"
    ENROL = "/mon-compte/second-facteur"

    def leads_to(self, path: str) -> bool:
        """The pages that a session at this step may open; signing out is one."""
        return path in {self.value, f"{self.value}/commencer", "/deconnexion"}


@dataclass(frozen=True, slots=True)
class Actor:
    """One signed-in person or token, with the duties that hold today."""

    user_id: UUID | None
    name: str
    door: Door
    request_id: str = ""
    schools: dict[UUID, Role] = field(default_factory=dict)
    territories: dict[UUID, Role] = field(default_factory=dict)
    """Those that a duty names: the person reads all below as well (`role_over`)."""
    is_administrator: bool = False
    may_write: bool = True
    until: datetime | None = None
    """When the token used ends: what it makes may not outlive it."""
    session_id: UUID | None = None
    csrf: str = ""
    opened_at: datetime | None = None
    """When the password was given for this session; a token has no such moment."""
    step: Step | None = None
    """What this session still has to do; until then the actor has no duty at all."""

    @property
    def person_id(self) -> UUID:
        """Whose account it is; a command has none, and nothing that is one's own is asked by it."""
        assert self.user_id is not None, "a person asks"
        return self.user_id

    @property
    def must_have_factor(self) -> bool:
        roles = {*self.schools.values(), *self.territories.values()}
        return self.is_administrator or not roles.isdisjoint(MUST_HAVE_FACTOR)

    def schools_for(self, task: Task) -> list[UUID]:
        return [school for school, role in self.schools.items() if task in MAY[role]]

    def territories_for(self, task: Task) -> list[UUID]:
        return [territory for territory, role in self.territories.items() if task in MAY[role]]

    def role_at(self, school_id: UUID) -> str:
        """The role the audit records: the school's own duty first, then the one outside it."""
        if school_id in self.schools:
            return self.schools[school_id].value
        if self.territories:
            return next(iter(self.territories.values())).value
        return Role.ADMINISTRATOR.value if self.is_administrator else self.door.value


def command_actor(name: str = "commande") -> Actor:
    """The operator at the keyboard of the server: no account, everything allowed, door `command`."""
    return Actor(user_id=None, name=name, door=Door.COMMAND, is_administrator=True)
