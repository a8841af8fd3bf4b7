"""The users of Airflow 3's SimpleAuthManager: who they are, their passwords, and what their roles may."""

import hmac
import logging
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import orjson

from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.method import Installation
from resolvers.access.permissions import ROLE_PERMISSIONS, Permission
from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Forbidden, Unavailable
from resolvers.settings import Role

log = logging.getLogger("airflow_graph")

_DEFAULT_USERS = "admin:admin"
_PASSWORDS = "simple_auth_manager_passwords.json.generated"

# SimpleAuthManager lets whoever may see anything see these, which FAB keeps for the roles above.
_SEEN_BY_ALL = frozenset(
    {Permission.EVENT_LOG_READ, Permission.CONFIG_READ, Permission.PLUGIN_READ, Permission.PROVIDER_READ}
)


@dataclass(frozen=True)
class SimpleUser:
    """A user as Airflow's configuration spells it. Who has no role, or one that is none, may do nothing."""

    name: str
    role: str
    teams: tuple[str, ...] = ()


@dataclass(frozen=True)
class SimpleUsers:
    """The users of `[core] simple_auth_manager_users` and the file of their passwords.

    `all_admins` says that everybody is an administrator, and nobody is asked who they are.
    """

    users: tuple[SimpleUser, ...]
    passwords: "PasswordFile"
    all_admins: bool
    has_teams: bool

    @classmethod
    def of(cls, installation: Installation) -> "SimpleUsers":
        """Return those of an installation."""
        config = installation.config
        told = config.value("core", "simple_auth_manager_users")
        users = tuple(_user(entry) for entry in (told or _DEFAULT_USERS).split(",") if entry.strip())
        return cls(
            users,
            PasswordFile(_file(config)),
            all_admins=config.flag("core", "simple_auth_manager_all_admins", default=False),
            has_teams=config.flag("core", "multi_team", default=False),
        )

    def checked(self, name: str, password: str) -> SimpleUser | None:
        """Return the user of this name, if this is the password; the time it takes tells nothing of either."""
        user = next((each for each in self.users if each.name == name), None)
        right = self.passwords.holds(name, password)
        return user if right else None

    def actor(self, user: SimpleUser, *, method: str) -> Actor:
        """Return what a user may do; `Forbidden` for a member of a team, as what a team owns is not told apart here."""
        role = user.role.lower()
        if self.has_teams and role != Role.ADMIN:
            raise Forbidden(
                f"{user.name} may not call: Airflow keeps teams apart ([core] multi_team), which is not done here.",
                hint="Only administrators may.",
            )
        known = Role(role) if role in set(Role) else Role.PUBLIC
        held = ROLE_PERMISSIONS[known] | (frozenset() if known is Role.PUBLIC else _SEEN_BY_ALL)
        grants: dict[Permission, Scope] = dict.fromkeys(held, EVERYTHING)
        return Actor(user.name, method, grants, role=known.value, user_id=user.name)


ANYBODY = SimpleUser("Anonymous", "ADMIN")
"""Who everybody is where all are administrators."""


@dataclass
class PasswordFile:
    """Airflow's file of passwords, in JSON by user, read again when it changes; who is not in it has none."""

    path: Path
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _seen: tuple[int, int, int] | None = None
    _digests: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def holds(self, name: str, password: str) -> bool:
        """Say whether this is the password of that user; `Unavailable` where the file cannot be read."""
        kept = self._current().get(name)
        same = hmac.compare_digest(kept or bytes(32), self._digest(password))
        return same and kept is not None and bool(password)

    def _current(self) -> Mapping[str, bytes]:
        try:
            found = self.path.stat()
            seen = (found.st_mtime_ns, found.st_size, found.st_ino)
            with self._lock:
                if seen != self._seen:
                    self._digests = self._read()
                    self._seen = seen
                return self._digests
        except (OSError, ValueError) as error:
            log.warning(
                "passwords cannot be read", extra={"fields": {"file": str(self.path), "why": type(error).__name__}}
            )
            raise Unavailable(
                "The passwords of Airflow's SimpleAuthManager cannot be read.",
                hint="Airflow's api-server writes them when it starts; [core] simple_auth_manager_passwords_file "
                "says where.",
            ) from None

    def _read(self) -> Mapping[str, bytes]:
        told = orjson.loads(self.path.read_bytes().strip() or b"{}")
        if not isinstance(told, dict):
            raise ValueError("it is no object")  # noqa: TRY004 - as for what is no JSON
        return {name: self._digest(word) for name, word in told.items() if isinstance(word, str)}

    def _digest(self, password: str) -> bytes:
        return blake2b(password.encode(errors="surrogatepass"), key=self._key, digest_size=32).digest()


def _file(config: AirflowConfig) -> Path:
    told = config.value("core", "simple_auth_manager_passwords_file")
    return Path(told) if told else config.home / _PASSWORDS


def _user(entry: str) -> SimpleUser:
    name, _, rest = entry.strip().partition(":")
    role, _, teams = rest.partition(":")
    return SimpleUser(name, role.strip(), tuple(team for team in teams.split("|") if team))
