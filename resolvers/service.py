"""The only door: a service over one database, which opens sessions for actors."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine, select

from resolvers.access.actor import Actor
from resolvers.access.callers import Callers
from resolvers.access.credentials import Credentials
from resolvers.access.issuing import Issuer
from resolvers.access.method import Installation
from resolvers.airflow_cli import AirflowCli
from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Problem
from resolvers.masking import Masking
from resolvers.metadata.detect import detect
from resolvers.metadata.engine import open_engine, read_snapshot
from resolvers.metadata.generation import Generation
from resolvers.metadata.rights import Rights, rights
from resolvers.plan.backend import BACKENDS
from resolvers.plan.numbers import Numbers
from resolvers.plan.sight import Secrets
from resolvers.plan.stage import Plans, StageMaker
from resolvers.secrets import KeyRing
from resolvers.session import Session
from resolvers.settings import Settings
from resolvers.sources.logs.reading import TaskLogs

__all__ = ["Service", "Session"]


@dataclass(frozen=True)
class Service:
    """One metadata database, opened: what it is, and what is needed to serve it."""

    settings: Settings
    config: AirflowConfig
    engine: Engine
    generation: Generation
    keys: KeyRing
    masking: Masking
    callers: Callers
    plans: Plans
    cli: AirflowCli
    # One connection beside those of requests: however busy these are, it can be found out whether there is a database.
    spare: Engine
    issuer: Issuer | None = None

    @classmethod
    def open(cls, settings: Settings, config: AirflowConfig, database: str) -> "Service":
        """Connect to the database, find out which Airflow's it is, and return the service over it.

        Raises `Unavailable` where it cannot be reached, `Unsupported` where it is not Airflow's, `Invalid` where the
        settings do not fit it.
        """
        schema = config.value("database", "sql_alchemy_schema")
        engine = open_engine(database, settings, schema=schema)
        try:
            with read_snapshot(engine) as connection:
                generation = detect(connection)
            key = config.fernet_key(settings)
            keys = KeyRing.parse(key.value if key else None)
            masking = Masking.of(
                2 if generation.number == 2 else 3,
                also=config.value("core", "sensitive_var_conn_names"),
                hides=config.flag("core", "hide_sensitive_var_conn_fields", default=True),
            )
            installation = Installation(settings, config, engine, generation)
            callers, issuer = Callers.of(installation), Issuer.of(installation)
        except Problem:
            engine.dispose()
            raise
        # What all processes of an installation know, and nobody else.
        numbers = Numbers(f"{database} {key.value if key else ''}".encode())
        secrets = Secrets(keys.read, masking, numbers)
        maker = StageMaker(generation, BACKENDS[engine.dialect.name], engine.dialect, secrets)
        # Connected when it is first asked.
        spare = open_engine(database, settings.model_copy(update={"pool_size": 1}), schema=schema)
        cli = AirflowCli.of(settings.airflow_command, config.environ)
        return cls(settings, config, engine, generation, keys, masking, callers, Plans(maker), cli, spare, issuer)

    @cached_property
    def logs(self) -> TaskLogs:
        """Where the logs of tasks are. Found out when one is asked for: nothing else minds a fault in it."""
        return TaskLogs.of(self.settings, self.config, self.generation)

    def authenticate(self, headers: Mapping[str, str], peer: str | None, dialect: str | None = None) -> Actor:
        """Return who sends these headers from that address; `Unauthenticated` where it is nobody known.

        A REST `dialect` may know callers of its own.
        """
        return self.callers.actor(Credentials(headers, peer), dialect)

    def is_reachable(self) -> bool:
        """Say whether the database answers."""
        try:
            with read_snapshot(self.spare) as connection:
                return connection.execute(select(1)).scalar() == 1
        except Problem:
            return False

    def rights(self) -> Rights:
        """Return what the database lets this user do."""
        with read_snapshot(self.engine) as connection:
            return rights(connection, self.generation)

    def has_encrypted_variables(self) -> bool:
        """Say whether a Fernet key is needed to read the variables."""
        table = self.generation.relation("variable").table
        statement = select(table.c.key).where(table.c.is_encrypted).limit(1)
        with read_snapshot(self.engine) as connection:
            return connection.execute(statement).first() is not None

    def session(self, actor: Actor) -> Session:
        """Open a session for one request of an actor: a context, which ends it."""
        return Session(self, actor)

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()
        self.spare.dispose()
