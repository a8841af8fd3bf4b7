"""Which tokens Airflow took back before they expired."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import select

from resolvers.access.fresh import Fresh
from resolvers.access.method import Installation
from resolvers.metadata.engine import read_snapshot

_LONGEST_ID = 32  # what Airflow's table holds


@dataclass(frozen=True)
class Revocations:
    """The table of revoked tokens, which Airflow has from 3.2 on, asked about each token every few seconds.

    Where it cannot be asked, no token is taken.
    """

    _standing: Fresh[str, bool] | None

    @classmethod
    def of(cls, installation: Installation) -> "Revocations":
        """Return those of an installation; none are ever found in a database without the table."""
        if not installation.generation.has_table("revoked_token"):
            return cls(None)
        return cls(Fresh(installation.settings.access_refresh, partial(_stands, installation)))

    def has(self, token_id: object) -> bool:
        """Say whether the token of this id, its claim `jti`, was revoked; one without an id cannot be."""
        if self._standing is None or not isinstance(token_id, str):
            return False
        if len(token_id) > _LONGEST_ID or not token_id.isprintable():
            return False
        return not self._standing.get(token_id)


def _stands(installation: Installation, token_id: str) -> bool | None:
    table = installation.generation.tables.tables["revoked_token"]
    with read_snapshot(installation.engine) as connection:
        found = connection.execute(select(table.c.jti).where(table.c.jti == token_id)).first()
    return True if found is None else None
