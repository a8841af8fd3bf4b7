"""A session: one request of one actor, in which they read and change things. There is no other way to either."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from resolvers.access.actor import WHICHEVER, Actor, Scope, may_introspect
from resolvers.access.permissions import Guard, Permission
from resolvers.access.scopes import Scopes
from resolvers.access.visibility import admits
from resolvers.airflow_cli import Said, Verdict
from resolvers.binding import Entity
from resolvers.errors import Conflict, Forbidden, Problem, Unsupported
from resolvers.metadata.allowance import Allowance
from resolvers.metadata.channel import Channel, wire_of
from resolvers.metadata.engine import is_transient, read_snapshot, write_transaction
from resolvers.metadata.generation import Generation
from resolvers.operations.audit import write_audit
from resolvers.operations.commands import CommandLine
from resolvers.operations.operation import Operation
from resolvers.operations.work import Work
from resolvers.plan.ran import Ran
from resolvers.plan.reader import Found, Reader
from resolvers.plan.rehearsal import rehearse
from resolvers.plan.stage import Stage
from resolvers.selection import Arguments, Listing, Lookup, Selection
from resolvers.sources.configuration import Configuration
from resolvers.sources.dependencies import dependency_rows
from resolvers.sources.extra_links import link_rows
from resolvers.sources.find import Find
from resolvers.sources.health import Health, read_health
from resolvers.sources.installed import Plugin, Provider, plugins_of, providers_of
from resolvers.sources.logs.rows import log_rows
from resolvers.sources.logs.subject import find_subjects
from resolvers.sources.logs.text import Text
from resolvers.stopping import Stop, Stoppable, interrupt

if TYPE_CHECKING:
    from resolvers.service import Service

P = ParamSpec("P")
R = TypeVar("R")

_PERMISSIONS = "viewer { permissions } lists what you may do."

# A collision with the scheduler is over within moments: tried again this often, after these seconds.
_PAUSES = (0.05, 0.2)


class Session:
    """One request of one actor: all that it reads, it reads in one snapshot."""

    def __init__(self, service: "Service", actor: Actor) -> None:
        self.service = service
        self.actor = actor
        # Every statement that was read by, in order; and how many changes were committed.
        self.ran: list[Ran] = []
        self.changes = 0
        self.scopes = Scopes(actor)
        self._expected: Sequence[Lookup] = ()
        self._allowance = Allowance(service.settings.max_long_bytes)
        self._stop = Stop()
        self._channel: Channel | None = None
        self._reader: Reader | None = None
        self._once = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def generation(self) -> Generation:
        """Which Airflow the database is of."""
        return self.service.generation

    @property
    def database(self) -> str:
        """The kind of the database, such as `postgresql`."""
        return self.service.engine.dialect.name

    @property
    def max_cost(self) -> int:
        """What a request of the actor may cost; 0 for no limit."""
        settings = self.service.settings
        return settings.cost_of_role(self.actor.role) if settings.role_costs else settings.max_cost

    @property
    def may_introspect(self) -> bool:
        """Whether the actor may learn what the schema is."""
        return may_introspect(self.service.settings, self.actor)

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

    def show(self, shown: Scope) -> None:
        """Show rows of these DAGs from here on, or all rows, whatever the actor was granted.

        For the answer to a change in an API that tells whoever may change a thing what became of it.
        """
        self.close()
        self.scopes = Scopes(self.actor, shown)

    def expect(self, reads: Sequence[Lookup]) -> None:
        """Say what will be read of what operations change, by keys that nobody knows yet.

        An operation whose caller may not read it, or that would be read by arguments that are wrong, is refused.
        """
        self._expected = reads

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
        del args  # operations take keyword arguments alone
        return self.run_checked(operation, None, arguments, dict)

    def run_sent(
        self,
        operation: Operation[P, R],
        sent: Mapping[str, object] | None,
        /,
        *args: P.args,
        **arguments: P.kwargs,
    ) -> R:
        """Carry out an operation as `run` does, with the audit row telling what the client `sent`."""
        del args
        return self.run_checked(operation, sent, arguments, dict)

    def run_checked(
        self,
        operation: Operation[..., R],
        sent: Mapping[str, object] | None,
        named: Mapping[str, Any],
        further: Callable[[], Mapping[str, Any]],
    ) -> R:
        """Carry out an operation as `run_sent` does, where what was sent is looked at by more than its body.

        `named` are the arguments that say what it is about, for which the permission is asked. Who has it, and nobody
        else, learns of `further` what is wrong with the rest: it returns the other arguments, or refuses.
        """
        self.close()
        self._refuse_unknown_migration()
        arguments = dict(named)
        try:
            with Stoppable(self._stop, "Nothing was changed by it."):
                self._permit(operation, arguments)
                arguments |= further()
                if operation.about(arguments) != operation.about(named):
                    self._permit(operation, arguments)
                # What was read for these is not what the change is made upon.
                self.close()
                result = self._attempt(operation, arguments, sent)
        except Exception:
            # What was read until then must not hold up what is written.
            self.close()
            with write_transaction(self.service.engine) as connection:
                write_audit(self._work(connection), operation.audit, arguments, sent)
            raise
        self.changes += 1
        return result

    def admit(self, guard: Guard, dag_id: str = WHICHEVER) -> None:
        """Refuse who may not ask for rows of that DAG, or of whichever, be there such a DAG or not."""
        if not admits(guard, self.actor, dag_id):
            needed = ", ".join(permission.value for permission in guard.permissions)
            raise Forbidden(f"{self.actor.name} may not read this: it needs the permission {needed}.")

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
        """Have Airflow's command line carry out what an operation allows; nothing of ours is open meanwhile."""
        return self.service.cli.run(self.run(operation, *args, **arguments).arguments)

    def needs(self, permission: Permission) -> None:
        """Refuse who lacks a permission that is not about DAGs."""
        if not self.actor.may(permission):
            raise Forbidden(
                f"{self.actor.name} may not do this: it needs the permission {permission.value}.",
                hint="viewer { permissions } lists what you may do.",
            )

    def task_log(self, key: Mapping[str, object]) -> Text | None:
        """Return the log of a try, by the key of its task instance and its number; none where there is no such try.

        Nothing of the database is needed to read its lines.
        """
        with self._stoppable():
            [subject] = find_subjects(self._found, self.generation, [key])
        return None if subject is None else self.service.logs.read(subject)

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

    def _found(self, selection: Selection, keys: Sequence[Mapping[str, object]]) -> list[Any]:
        return self.read(Lookup(selection, tuple(keys))).values()

    def _sourced(
        self, relation: str, find: Find, keys: Sequence[Mapping[str, Any]], arguments: Arguments
    ) -> Sequence[Sequence[Mapping[str, object]]]:
        """Return rows that are not in the database, of those that belong to each key."""
        service = self.service
        match relation:
            case "extra_link":
                return link_rows(service.config, find, keys)
            case "unmet_dependency":
                return dependency_rows(find, keys, datetime.now(UTC))
        if arguments.window is None:
            raise TypeError("a log was asked for without a page")
        return log_rows(service.logs, self.generation, find, keys, arguments.window, self._spend)

    def _spend(self, size: int) -> None:
        self._stop.check()
        self._allowance.spend(size)

    def _attempt(
        self, operation: Operation[..., R], arguments: Mapping[str, Any], sent: Mapping[str, object] | None
    ) -> R:
        for pause in (*_PAUSES, None):
            try:
                with write_transaction(self.service.engine) as connection:
                    with self._reached(connection):
                        work = self._work(connection)
                        result = operation.body(work, **arguments)
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
        for dag_id in operation.about(arguments):
            if not self.actor.may(operation.needs, dag_id):
                raise Forbidden(
                    f"{self.actor.name} may not do this: it needs the permission {operation.needs.value}"
                    + (f" on DAG '{dag_id}'." if dag_id else "."),
                    hint=_PERMISSIONS,
                )
            for wanted in self._expected:
                if not admits(wanted.selection.entity.guard, self.actor, dag_id or WHICHEVER):
                    raise self._unreadable(wanted.selection.entity, dag_id)
        for wanted in self._expected:
            plans = self.service.plans
            rehearse(plans.selection(wanted.selection), wanted.given, self.scopes, plans.maker.secrets.numbers)

    def _refuse_unknown_migration(self) -> None:
        generation = self.service.generation
        if not generation.known and not self.service.settings.unknown_migration_writes:
            raise Unsupported(
                f"This database has the migration {generation.migration}, which is not known here: "
                "what its Airflow expects of a writer is not either.",
                hint="Upgrade airflow-graph; or set AIRFLOW_GRAPH_UNKNOWN_MIGRATION_WRITES=true at your own risk.",
            )

    def _admit(self, entity: Entity) -> None:
        if not self.scopes.of(entity.guard) and not admits(entity.guard, self.actor):
            raise self._unreadable(entity)

    def _unreadable(self, entity: Entity, dag_id: str | None = None) -> Forbidden:
        needed = ", ".join(permission.value for permission in entity.guard.permissions)
        return Forbidden(
            f"{self.actor.name} may not read {entity.name}"
            + (f" of DAG '{dag_id}'" if dag_id and entity.guard.dag else "")
            + f": it needs the permission {needed}.",
            hint=_PERMISSIONS,
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
        settings = service.settings
        reader = Reader(
            self._channel.run,
            service.plans,
            self.scopes,
            max_rows=settings.max_rows,
            max_statements=settings.max_statements,
            ran=self.ran,
            source=self._sourced,
            once=self._once,
        )
        if not alone:
            self._reader = reader
        return reader
