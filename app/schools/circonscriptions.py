"""Which circonscription a line of the directory means: by code, else by département and folded name."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.db import uuid7
from app.domain.french import fold
from app.domain.territories import DEPARTEMENTS, NATION
from app.domain.vocabulary import TerritoryLevel
from app.schools import import_queries
from app.schools.directory import NamedCirconscription
from app.schools.models import Territory


class Circonscriptions:
    """The territories as they are, and what a file adds to them; nothing is written before `write`.

    No code is invented: a circonscription without one adopts it when a later file brings it. `codes` are
    those that circonscriptions' own lines of the file give, by département and folded name.
    """

    def __init__(self, db: Session, codes: Mapping[tuple[str, str], str]) -> None:
        self._codes = codes
        self._rows: dict[UUID, dict[str, Any]] = {}
        self._by_code: dict[tuple[TerritoryLevel, str], UUID] = {}
        self._by_name: dict[tuple[UUID | None, str], UUID] = {}
        self._new: list[UUID] = []
        self._changed: set[UUID] = set()
        self._met: set[UUID] = set()
        for row in import_queries.territories(db):
            self._keep(dict(row._mapping))

    def of(self, named: NamedCirconscription | None) -> UUID | None:
        """The territory a line names, made when it is new; None when the line names none.

        Raises ValueError when the name already has another code: whose schools they are is not guessed.
        """
        if named is None:
            return None
        departement = self._departement(named.departement)
        folded = fold(named.name)
        code = named.code or self._codes.get(named.key)
        by_code = self._by_code.get((TerritoryLevel.CIRCONSCRIPTION, code)) if code else None
        by_name = self._by_name.get((departement, folded))
        if by_code is not None:
            self._rename(by_code, departement, named.name, folded)
            return by_code
        if not named.name:
            return None
        if by_name is None:
            return self._add(TerritoryLevel.CIRCONSCRIPTION, code, named.name, departement)
        known = self._rows[by_name]["code"]
        if code and known:
            raise ValueError(
                f"«\u202f{named.name}\u202f» porte ici le code {known}, et {code} dans le fichier."
            )
        if code:
            self._change(by_name, code=code)
            self._by_code[TerritoryLevel.CIRCONSCRIPTION, code] = by_name
        return by_name

    def write(self, db: Session) -> None:
        import_queries.add_rows(db, Territory, [self._rows[key] for key in self._new])
        changed = [self._rows[key] for key in sorted(self._changed - set(self._new))]
        import_queries.rewrite_rows(db, Territory, [{**row, "at_id": row["id"]} for row in changed])

    def _departement(self, code: str) -> UUID:
        """The département, and its académie above it, from the catalogue."""
        found = self._by_code.get((TerritoryLevel.DEPARTEMENT, code))
        if found is not None:
            return found
        listed = DEPARTEMENTS[code]
        academie = self._by_code.get((TerritoryLevel.ACADEMIE, listed.academie_code))
        if academie is None:
            nation = self._by_code[TerritoryLevel.NATIONAL, NATION]
            academie = self._add(TerritoryLevel.ACADEMIE, listed.academie_code, listed.academie, nation)
        return self._add(TerritoryLevel.DEPARTEMENT, code, listed.name, academie)

    def _rename(self, key: UUID, departement: UUID, name: str, folded: str) -> None:
        """A renamed circonscription keeps its code; the first name that a file gives it counts."""
        if key in self._met or not name or self._rows[key]["folded_name"] == folded:
            self._met.add(key)
            return
        self._met.add(key)
        if (departement, folded) not in self._by_name:
            self._by_name[departement, folded] = key
            self._change(key, name=name, folded_name=folded)

    def _add(self, level: TerritoryLevel, code: str | None, name: str, parent: UUID | None) -> UUID:
        key = uuid7()
        self._keep(
            {
                "id": key,
                "level": level,
                "code": code,
                "name": name,
                "folded_name": fold(name),
                "parent_id": parent,
            }
        )
        self._new.append(key)
        return key

    def _keep(self, row: dict[str, Any]) -> None:
        self._rows[row["id"]] = row
        if row["code"]:
            self._by_code[row["level"], row["code"]] = row["id"]
        if row["level"] is TerritoryLevel.CIRCONSCRIPTION:
            self._by_name[row["parent_id"], row["folded_name"]] = row["id"]

    def _change(self, key: UUID, **columns: Any) -> None:
        self._rows[key] |= columns
        self._changed.add(key)
