"""The only door: a service over one database, and sessions in which one actor reads and changes things."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError

from resolvers.access.actor import Actor
from resolvers.access.callers import Callers
from resolvers.access.credentials import Credentials
from resolvers.access.issuing import Issuer
from resolvers.access.method import Installation
from resolvers.access.permissions import Permission
from resolvers.access.scopes import Scopes
from resolvers.airflow_cli import AirflowCli, Said, Verdict
from resolvers.airflow_config import AirflowConfig
from resolvers.binding import Entity
from resolvers.errors import Conflict, Forbidden, Problem, Unsupported
from resolvers.masking import Masking
from resolvers.metadata.allowance import Allowance
from resolvers.metadata.channel import Channel, wire_of
from resolvers.metadata.detect import detect
from resolvers.metadata.engine import is_transient, open_engine, read_snapshot, write_transaction
from resolvers.metadata.generation import Generation
from resolvers.metadata.rights import Rights, rights
from resolvers.operations.audit import write_audit
from resolvers.operations.commands import CommandLine
from resolvers.operations.operation import Operation
from resolvers.operations.work import Work
from resolvers.plan.backend import BACKENDS
from resolvers.plan.numbers import Numbers
from resolvers.plan.ran import Ran
from resolvers.plan.reader import Found, Reader
from resolvers.plan.sight import Secrets
from resolvers.plan.stage import Plans, Stage, StageMaker
from resolvers.secrets import KeyRing
from resolvers.selection import Arguments, Listing, Lookup
from resolvers.settings import Settings
from resolvers.sources.configuration import Configuration
from resolvers.sources.health import Health, read_health
from resolvers.sources.installed import Plugin, Provider, plugins_of, providers_of
from resolvers.stopping import Stop, Stoppable, interrupt

P = ParamSpec("P")
R = TypeVar("R")

# A collision with the scheduler is over within moments: tried again this often, after these seconds.
_PAUSES = (0.05, 0.2)


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
    issuer: Issuer | None = None

    @classmethod
    def open(cls, settings: Settings, config: AirflowConfig, database: str) -> "Service":
        """Connect to the database, find out which Airflow's it is, and return the service over it.

        Raises `Unavailable` where it cannot be reached, `Unsupported` where it is not Airflow's, `Invalid` where the
        settings do not fit it.
        """
        engine = open_engine(database, settings, schema=config.value("database", "sql_alchemy_schema"))
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
        cli = AirflowCli.of(settings.airflow_command, config.environ)
        return cls(settings, config, engine, generation, keys, masking, callers, Plans(maker), cli, issuer)

    def authenticate(self, headers: Mapping[str, str], peer: str | None, dialect: str | None = None) -> Actor:
        """Return who sends these headers from that address; `Unauthenticated` where it is nobody known.

        A REST `dialect` may know callers of its own.
        """
        return self.callers.actor(Credentials(headers, peer), dialect)

    def is_reachable(self) -> bool:
        """Say whether the database answers."""
        try:
            with read_snapshot(self.engine) as connection:
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

    @contextmanager
    def session(self, actor: Actor) -> Iterator["Session"]:
        """Open a session for one request of an actor."""
        session = Session(self, actor)
        try:
            yield session
        finally:
            session.close()

    def close(self) -> None:
        """Give back the connections."""
        self.engine.dispose()


class Session:
    """One request of one actor: all that it reads, it reads in one snapshot."""

    def __init__(self, service: Service, actor: Actor) -> None:
        self.service = service
        self.actor = actor
        # Every statement that was read by, in order; and how many changes were committed.
        self.ran: list[Ran] = []
        self.changes = 0
        self.scopes = Scopes(actor)
        self._allowance = Allowance(service.settings.max_long_bytes)
        self._stop = Stop()
        self._channel: Channel | None = None
        self._reader: Reader | None = None
        self._once = False

    @property
    def generation(self) -> Generation:
        """Which Airflow the database is of."""
        return self.service.generation

    @property
    def database(self) -> str:
        """The kind of the database, such as `postgresql`."""
        return self.service.engine.dialect.name

    def read_once(self) -> None:
        """Say that one read is all: where that is a single statement, it is a snapshot without any transaction."""
        self._once = True

    def read(self, wanted: Listing | Lookup) -> Found:
        """Return what is found: one page of rows, or the row of each key, none where there is none to be seen.

        Raises `Forbidden` where the actor may see no row of the kind at all.
        """
        plans = self.service.plans
        if isinstance(wanted, Listing):
            self._admit(wanted.page.entity)
            stage = plans.page(wanted.page)
            arguments = Arguments(wanted.filter, wanted.order, wanted.window)
            with self._stoppable():
                return self._reading(stage).page(stage, arguments, wanted.given)
        entity = wanted.selection.entity
        self._admit(entity)
        stage = plans.selection(wanted.selection)
        keys = [tuple(key[name] for name in entity.key) for key in wanted.keys]
        with self._stoppable():
            return self._reading(stage).objects(stage, keys, wanted.given)

    def run(
        self,
        operation: Operation[P, R],
        /,
        *args: P.args,
        **arguments: P.kwargs,
    ) -> R:
        """Carry out an operation and return the keys of what it changed.

        Permission, body, audit row, commit; when it is refused, at the permission or in its body,
        the audit row alone is written, as Airflow does. A collision with the scheduler is tried
        again.
        """
        return self.run_sent(operation, None, *args, **arguments)

    def run_sent(
        self,
        operation: Operation[P, R],
        sent: Mapping[str, object] | None,
        /,
        *args: P.args,
        **arguments: P.kwargs,
    ) -> R:
        """Carry out an operation as `run` does, with the audit row telling what the client `sent`."""
        del args  # operations take keyword arguments alone
        self.close()
        self._refuse_unknown_migration()
        try:
            with Stoppable(self._stop, "Nothing was changed by it."):
                self._permit(operation, arguments)
                result = self._attempt(operation, arguments, sent)
        except Problem:
            with write_transaction(self.service.engine) as connection:
                write_audit(self._work(connection), operation.audit, arguments, sent)
            raise
        self.changes += 1
        return result

    def health(self) -> Health:
        """Return whether Airflow's own processes are alive; anybody may know."""
        service = self.service
        with self._stoppable(), read_snapshot(service.engine) as connection, self._reached(connection):
            return read_health(connection, service.generation, service.config, datetime.now(UTC))

    def configuration(self) -> Configuration:
        """Return what may be shown of Airflow's configuration."""
        self.needs(Permission.CONFIG_READ)
        return Configuration(self.service.config, self.generation.number)

    def providers(self) -> tuple[Provider, ...]:
        """Return the provider packages that Airflow has installed, as its command line tells."""
        self.needs(Permission.PROVIDER_READ)
        return providers_of(self.service.cli)

    def plugins(self) -> tuple[Plugin, ...]:
        """Return the plugins that Airflow has loaded, as its command line tells."""
        self.needs(Permission.PLUGIN_READ)
        return plugins_of(self.service.cli)

    def test_connection(self, settings: Mapping[str, object]) -> Verdict:
        """Have a connection tested that is stored nowhere, by Airflow's command line."""
        self.needs(Permission.CONNECTION_CREATE)
        return self.service.cli.test(settings)

    def command(self, operation: Operation[P, CommandLine], /, *args: P.args, **arguments: P.kwargs) -> Said:
        """Have Airflow's command line carry out what an operation allows, and return what it said.

        It writes to the database by itself, so that nothing of ours is open meanwhile.
        """
        line = self.run(operation, *args, **arguments)
        return self.service.cli.run(line.arguments)

    def needs(self, permission: Permission) -> None:
        """Refuse who lacks a permission that is not about DAGs."""
        if not self.actor.may(permission):
            raise Forbidden(
                f"{self.actor.name} may not do this: it needs the permission {permission.value}.",
                hint="viewer { permissions } lists what you may do.",
            )

    def cancel(self, reason: Problem) -> None:
        """End this session by a refusal, from another thread: the database gives up what it does for it.

        A change whose commit has begun is carried out; one before that is undone.
        """
        self._stop.stop(reason)

    def close(self) -> None:
        """End the snapshot; the next read begins another."""
        self._reader = None
        if self._channel is not None:
            self._stop.reach(None)
            self._channel.close()
            self._channel = None

    def _attempt(
        self, operation: Operation[P, R], arguments: Mapping[str, Any], sent: Mapping[str, object] | None
    ) -> R:
        for pause in (*_PAUSES, None):
            try:
                with write_transaction(self.service.engine) as connection:
                    with self._reached(connection):
                        work = self._work(connection)
                        result = operation.body(work, **arguments)  # type: ignore[call-arg]
                        write_audit(work, operation.audit, arguments, sent)
                    # From here on it is carried out, whoever stops waiting.
                    self._stop.check()
            except Problem as problem:
                cause = problem.__cause__
                if isinstance(cause, IntegrityError):
                    raise Conflict(
                        "Something with the same identity came into being at the same moment.",
                        hint="Read it again, then decide.",
                    ) from cause
                if pause is None or cause is None or not is_transient(cause):
                    raise
                time.sleep(pause)
            else:
                return result
        raise AssertionError("the last attempt returns or raises")

    def _work(self, connection: Connection) -> Work:
        service = self.service
        return Work(
            connection,
            service.generation,
            self.actor,
            service.settings,
            service.config,
            service.keys,
            service.masking,
            datetime.now(UTC),
        )

    def _permit(self, operation: Operation[Any, Any], arguments: Mapping[str, Any]) -> None:
        dag_id = None if operation.on is None else str(arguments[operation.on])
        if not self.actor.may(operation.needs, dag_id):
            raise Forbidden(
                f"{self.actor.name} may not do this: it needs the permission {operation.needs.value}"
                + (f" on DAG '{dag_id}'." if dag_id else "."),
                hint="viewer { permissions } lists what you may do.",
            )

    def _refuse_unknown_migration(self) -> None:
        generation = self.service.generation
        if not generation.known and not self.service.settings.unknown_migration_writes:
            raise Unsupported(
                f"This database has the migration {generation.migration}, which is not known here: "
                "what its Airflow expects of a writer is not either.",
                hint="Upgrade airflow-graph; or set AIRFLOW_GRAPH_UNKNOWN_MIGRATION_WRITES=true at your own risk.",
            )

    def _admit(self, entity: Entity) -> None:
        scope = self.scopes.of(entity.guard)
        if isinstance(scope, frozenset) and not scope:
            needed = ", ".join(permission.value for permission in entity.guard.permissions)
            raise Forbidden(
                f"{self.actor.name} may not read {entity.name}: it needs the permission {needed}.",
                hint="viewer { permissions } lists what you may do.",
            )

    def _reached(self, connection: Connection) -> AbstractContextManager[None]:
        return self._stop.reaches(partial(interrupt, wire_of(connection.connection), self.service.engine))

    def _stoppable(self) -> Stoppable:
        return Stoppable(self._stop, "What was to be changed before has been." if self.changes else "")

    def _reading(self, stage: Stage) -> Reader:
        """Return the reader of the snapshot, which begins with the first statement."""
        if self._reader is not None:
            return self._reader
        service = self.service
        alone = stage.is_alone and self._once
        if self._channel is not None:
            self._channel.close()
        self._channel = Channel(service.engine, alone=alone, allowance=self._allowance)
        self._stop.reach(self._channel.cancel)
        reader = Reader(
            self._channel.run,
            service.plans,
            self.scopes,
            max_rows=service.settings.max_rows,
            max_statements=service.settings.max_statements,
            ran=self.ran,
        )
        if not alone:
            self._reader = reader
        return reader
