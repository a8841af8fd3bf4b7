"""Whose password it is, by FAB's users: verified once, then remembered for as long as it stays the same."""

import logging
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from resolvers.access.actor import Actor
from resolvers.access.fab_rows import FabRows
from resolvers.access.fresh import Fresh
from resolvers.access.once import Once
from resolvers.access.passwords import Hashing, PasswordMemory, imitation
from resolvers.access.slowing import Slowing, origin_of
from resolvers.errors import Problem
from resolvers.settings import Settings

log = logging.getLogger("airflow_graph")

# Seconds for which the kind of hashes that this Airflow uses is taken as known.
_KIND = 300.0


@dataclass(frozen=True)
class FabUser:
    """An active user: the actor that they are, and what their password hashes to."""

    actor: Actor
    id: int
    password_hash: str | None = field(repr=False)


class FabPasswords:
    """Passwords of FAB's users.

    A request with a remembered password costs neither a hash nor a statement, and nobody's failures hold it up.
    """

    def __init__(self, rows: FabRows, users: Fresh[str, FabUser], settings: Settings) -> None:
        self.hashing = Hashing()
        self._rows = rows
        self._users = users
        self._writes = rows.generation.known or settings.unknown_migration_writes
        self._memory = PasswordMemory(settings.password_memory)
        self._names = Slowing(free=5, fades=180)
        # Many users may share one, behind a proxy all of them.
        self._addresses = Slowing(free=30, fades=20)
        self._verifying: Once[bytes, FabUser | None] = Once()
        self._kind: Fresh[None, str] = Fresh(_KIND, lambda _: imitation(rows.a_password_hash()))

    def user(self, name: str, password: str, peer: str | None) -> FabUser | None:
        """Return the active user of this name, if it is their password.

        Raises `TooMany` where that name, or that address, has failed too often of late.
        """
        digest = self._memory.digest(name, password)
        matched = self._memory.matched(digest)
        if matched is not None:
            user = self._users.get(name)
            if user is not None and user.password_hash == matched:
                return user
        return self._verifying.get(digest, lambda: self._verified(name, password, digest, peer))

    def _verified(self, name: str, password: str, digest: bytes, peer: str | None) -> FabUser | None:
        # Letters' case does not matter in names: it must not give anybody more attempts.
        self._names.check(name.lower())
        if peer is not None:
            self._addresses.check(origin_of(peer))
        user = self._users.renew(name)
        # Who is unknown costs as much as who is known: the time taken tells nothing of the names.
        expected = user.password_hash if user else None
        matches = self.hashing.matches(expected or self._kind.get(None) or imitation(None), password)
        if user is not None and expected and matches:
            self._memory.remember(digest, expected)
            self._names.succeeded(name.lower())
            self._note(user)
            return user
        # A script that goes on with an old password is slowed by its name, and must not hold up all of its address.
        if self._names.failed(name.lower()) and peer is not None:
            self._addresses.failed(origin_of(peer))
        # What is no user's name may be a password in the wrong field.
        told = {"user": user.actor.name if user else "unknown", "address": peer or "unknown"}
        log.warning("wrong password", extra={"fields": told})
        return None

    def _note(self, user: FabUser) -> None:
        # Failures are not: who is nobody must not make the scheduler's database write, nor learn by the time that it
        # takes which names there are.
        if not self._writes:
            return
        try:
            self._rows.note_login(user.id)
        except (Problem, SQLAlchemyError) as error:
            # A database that is only read, or rows that somebody holds: this is no reason to keep anybody out.
            log.debug("login not noted", extra={"fields": {"reason": type(error).__name__}})
