"""User names and passwords, sent by HTTP Basic."""

from base64 import b64decode
from dataclasses import dataclass

from resolvers.access.actor import Actor
from resolvers.access.credentials import Credentials
from resolvers.access.fab import FabUsers
from resolvers.access.method import Installation
from resolvers.errors import Unsupported


@dataclass(frozen=True)
class BasicPasswords:
    """The passwords of the users that FAB's auth manager keeps."""

    users: FabUsers
    challenge: str = 'Basic realm="Airflow"'

    @classmethod
    def of(cls, installation: Installation) -> "BasicPasswords":
        """Return the passwords of an Airflow's users; `Unsupported` where it has none."""
        users = FabUsers.of(installation, method="basic")
        if not users.are_there:
            raise Unsupported(
                "This Airflow has no users: its database has no table ab_user, which the FAB auth manager makes.",
                field="authentication",
                hint="Leave basic out of AIRFLOW_GRAPH_AUTHENTICATION.",
            )
        return cls(users)

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return whose name and password this is; `TooMany` where there were too many wrong ones."""
        found = name_and_password(credentials)
        return self.users.by_password(*found, peer=credentials.peer) if found else None


def name_and_password(credentials: Credentials) -> tuple[str, str] | None:
    """Return what HTTP Basic says; none where it cannot be read, or one of the two is empty."""
    scheme, value = credentials.authorization
    if scheme != "basic":
        return None
    try:
        name, _, password = b64decode(value).decode().partition(":")
    except ValueError:
        # Not base64, or not UTF-8.
        return None
    return (name, password) if name and password else None
