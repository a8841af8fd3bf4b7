"""An Airflow 3 as its api-server is configured, over the database of a world."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import insert

from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation
from resolvers.airflow_config import AirflowConfig
from resolvers.metadata.engine import write_transaction
from tests.world import DAY, World

SECRET = "known to the api-server and to us: a secret of more bytes than sixty-four, for HS512"
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


def installed(world: World, home: Path, options: Mapping[str, str] | None = None, **settings: object) -> Installation:
    """Return an installation of these options, each named `section.option`."""
    environ = {
        f"AIRFLOW__{name.replace('.', '__').upper()}": value
        for name, value in {"api_auth.jwt_secret": SECRET, **(options or {})}.items()
    }
    told = world.service.settings.model_copy(update={"authentication": ("jwt",), **settings})
    return Installation(told, AirflowConfig.discover(home, environ), world.service.engine, world.generation)


def bearer(token: str) -> Credentials:
    """Return what a caller with a token presents."""
    return Credentials({"authorization": f"Bearer {token}"})


def revoke(world: World, token_id: str) -> None:
    """Take a token back as Airflow does."""
    table = world.generation.tables.tables["revoked_token"]
    with write_transaction(world.service.engine) as connection:
        connection.execute(insert(table).values(jti=token_id, exp=DAY))
