"""The demo's clock: a thread that carries out what is queued or cleared, in place of an Airflow."""

import logging
from datetime import UTC, datetime
from threading import Event, Thread

from resolvers.access.actor import actor_of_role
from resolvers.airflow_config import AirflowConfig
from resolvers.demo.scheduling import take_turn
from resolvers.errors import Problem
from resolvers.masking import Masking
from resolvers.metadata.detect import detect
from resolvers.metadata.engine import open_engine, read_snapshot, write_transaction
from resolvers.operations.work import Work
from resolvers.secrets import KeyRing
from resolvers.settings import Role, load_settings

log = logging.getLogger("airflow_graph.demo")


class DemoClock:
    """Moves the world at a URL by one turn every `seconds`, from `start` to `stop`.

    A turn is one short transaction. One that fails, because something else held the database for too
    long say, is left out: the next does what it would have done.
    """

    def __init__(self, url: str, *, seconds: float = 1.0) -> None:
        self._settings = load_settings()
        self._engine = open_engine(url, self._settings)
        with read_snapshot(self._engine) as connection:
            self._generation = detect(connection)
        self._config = AirflowConfig.discover(environ={})
        self._seconds = seconds
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="demo-clock", daemon=True)

    def start(self) -> None:
        """Let time pass."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the turn that is being taken, and give back the connections."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self._engine.dispose()

    def turn(self, now: datetime) -> None:
        """Carry out what is to happen at one moment."""
        with write_transaction(self._engine) as connection:
            work = Work(
                connection,
                self._generation,
                actor_of_role("demo", Role.ADMIN, method="demo"),
                self._settings,
                self._config,
                KeyRing(),
                Masking.of(3),
                now,
            )
            take_turn(work)

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self.turn(datetime.now(UTC))
            except Problem as problem:
                log.info("the demo's clock left out a turn", extra={"problem": problem.detail})
            except Exception:
                log.exception("the demo's clock left out a turn")
