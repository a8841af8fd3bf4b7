"""A real Airflow: its database, scheduler, DAG processor and REST server, and what they did."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path, PurePath

import httpx

from .configuration import PASSWORD, USER, Layout, environment
from .installing import install
from .postgres import Postgres, Row
from .processes import Daemon, free_port, stop
from .rest import Rest, log_in
from .troubles import troubles

DAGS = Path(__file__).parent / "dags"
START_SECONDS = 300.0
"""How long a slow machine may take from nothing to parsed DAGs and an answering server."""
WAIT_SECONDS = 300.0
"""How long a slow machine may take to run a DAG of ours, which itself takes seconds."""
PATIENCE = 1800
"""Seconds for a test and the fixtures before it: an installation, a start, the runs that it reads of."""
FINISHED_RUN = frozenset({"success", "failed"})


class Airflow:
    """One installation in a folder of its own, running from `start` to `stop`."""

    def __init__(self, version: str, folder: Path) -> None:
        self.version = version
        self.major = int(version.split(".", maxsplit=1)[0])
        self._venv = install(version)
        self._database = Postgres(Path(tempfile.mkdtemp(prefix=f"airflow-graph-{version}-")))
        self._layout = Layout(
            home=folder / "home", database=self._database.url, server_port=free_port(), log_port=free_port()
        )
        for made in (self._layout.home, self._layout.markers, self._layout.logs):
            made.mkdir(parents=True, exist_ok=True)
        shutil.copytree(DAGS, self._layout.dags, ignore=shutil.ignore_patterns("__pycache__"))
        self._environment = environment(self._layout, major=self.major, venv=self._venv)
        self._daemons: dict[str, Daemon] = {}
        self._rest: Rest | None = None

    def since(self, version: str) -> bool:
        """Whether it is of that minor version or a later one."""
        return _numbers(self.version) >= _numbers(version)

    @property
    def database_url(self) -> str:
        """For any reader of the metadata: postgresql://, without a driver."""
        return self._database.url

    @property
    def layout(self) -> Layout:
        return self._layout

    @property
    def settings(self) -> dict[str, str]:
        """Its configuration, as the environment variables that its own processes are given."""
        return dict(self._environment)

    @property
    def server_url(self) -> str:
        return f"http://127.0.0.1:{self._layout.server_port}"

    @property
    def rest(self) -> Rest:
        assert self._rest is not None, "Airflow is not started."
        return self._rest

    # From start to stop

    def start(self) -> None:
        """Migrate, start every process, and wait until the DAGs are parsed and the server answers."""
        end = time.monotonic() + START_SECONDS
        address = ("127.0.0.1", "--port", str(self._layout.server_port), "--workers", "1")
        self._command("db", "migrate")
        self._begin("scheduler", "scheduler")
        if self.major >= 3:
            self._begin("dag-processor", "dag-processor")
            self._begin("server", "api-server", "--host", *address)
        else:
            self._create_user()
            self._begin("server", "webserver", "--hostname", *address)
        self._until(self._server_answers, end, "its server to answer")
        self._rest = log_in(self.server_url, major=self.major)
        self._until(self._everything_is_parsed, end, "its DAG files to be parsed")

    def stop(self) -> None:
        """End every process of it and remove its database; its folder with the logs stays."""
        if self._rest is not None:
            self._rest.close()
        stop(self._daemons.values(), mark=("AIRFLOW_HOME", str(self._layout.home)))
        self._database.stop()

    def _create_user(self) -> None:
        name = ("--firstname", USER, "--lastname", USER, "--email", f"{USER}@example.org")
        self._command("users", "create", "--username", USER, "--password", PASSWORD, "--role", "Admin", *name)

    def _command(self, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._venv / "bin" / "airflow"), *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )
        assert not done.returncode, f"airflow {' '.join(arguments[:2])}:\n{done.stdout}{done.stderr}"

    def _begin(self, name: str, *arguments: str) -> None:
        self._daemons[name] = Daemon(
            [str(self._venv / "bin" / "airflow"), *arguments],
            environment=self._environment,
            log=self._layout.home / f"{name}.log",
        )

    def _server_answers(self) -> bool:
        path = "/api/v2/monitor/health" if self.major >= 3 else "/health"
        with suppress(httpx.TransportError):
            return httpx.get(self.server_url + path, timeout=10, trust_env=False).is_success
        return False

    def _everything_is_parsed(self) -> bool:
        names = {path.name for path in self._layout.dags.glob("*.py")} - {"either.py"}
        read = self.sql("SELECT d.fileloc AS path FROM dag d JOIN serialized_dag USING (dag_id)")
        refused = self.sql("SELECT filename AS path FROM import_error")
        return names <= {PurePath(row["path"]).name for row in [*read, *refused]}

    # What it did

    def sql(self, statement: str, *values: object) -> list[Row]:
        """Ask the metadata database; `%s` stands for a value."""
        return self._database.rows(statement, *values)

    def run(self, dag_id: str, run_id: str) -> Row:
        """Look up a dag_run row."""
        return self.sql("SELECT * FROM dag_run WHERE dag_id = %s AND run_id = %s", dag_id, run_id)[0]

    def tasks(self, dag_id: str, run_id: str) -> list[Row]:
        """Look up the task_instance rows of a run."""
        return self.sql(
            "SELECT * FROM task_instance WHERE dag_id = %s AND run_id = %s ORDER BY task_id, map_index",
            dag_id,
            run_id,
        )

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """Tell the state by task id, of a mapped one by 'task_id[map_index]'."""
        return {
            row["task_id"] if row["map_index"] < 0 else f"{row['task_id']}[{row['map_index']}]": row["state"]
            for row in self.tasks(dag_id, run_id)
        }

    def wait_for_run(self, dag_id: str, run_id: str, state: str = "success", *, timeout: float = WAIT_SECONDS) -> Row:
        """Return the dag_run row once it is in that state.

        AssertionError, with what the logs say, when the run ends in another one or the time is up.
        """

        def arrived() -> bool:
            now: str = self.run(dag_id, run_id)["state"]
            assert now == state or now not in FINISHED_RUN, self._story(dag_id, run_id, f"is {now}, not {state}")
            return now == state

        self._until(arrived, time.monotonic() + timeout, f"{dag_id}/{run_id} to be {state}", about=(dag_id, run_id))
        return self.run(dag_id, run_id)

    def wait_for_task(
        self, dag_id: str, run_id: str, task_id: str, state: str, *, map_index: int = -1, timeout: float = WAIT_SECONDS
    ) -> Row:
        """Return the task_instance row once it is in that state."""
        found: list[Row] = []

        def arrived() -> bool:
            found[:] = [
                row
                for row in self.tasks(dag_id, run_id)
                if (row["task_id"], row["map_index"], row["state"]) == (task_id, map_index, state)
            ]
            return bool(found)

        self._until(
            arrived,
            time.monotonic() + timeout,
            f"{dag_id}/{run_id}/{task_id} to be {state}",
            about=(dag_id, run_id),
        )
        return found[0]

    def wait_for_end(self, dag_id: str, run_id: str, *, timeout: float = WAIT_SECONDS) -> Row:
        """Return the dag_run row once it has succeeded or failed."""
        self._until(
            lambda: self.run(dag_id, run_id)["state"] in FINISHED_RUN,
            time.monotonic() + timeout,
            f"{dag_id}/{run_id} to end",
            about=(dag_id, run_id),
        )
        return self.run(dag_id, run_id)

    def wait_until(self, fact: Callable[[], bool], hope: str, *, timeout: float = WAIT_SECONDS) -> None:
        """Wait for a fact; AssertionError, with what the logs say, when it does not come true in time."""
        self._until(fact, time.monotonic() + timeout, hope)

    def python(self, script: str, *arguments: str, **environment: str) -> str:
        """Return what a script prints that its own Python runs, with these variables beside its configuration."""
        done = subprocess.run(
            [str(self._venv / "bin" / "python"), "-c", script, *arguments],
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )
        assert not done.returncode, f"{done.stdout}{done.stderr}"
        return done.stdout

    def put_marker(self, name: str) -> None:
        """Take away the cause to fail, or to wait, of the run of this name."""
        (self._layout.markers / name).touch()

    def log(self, name: str) -> str:
        """Read all that a process has said: scheduler, server, or dag-processor (3.x)."""
        return self._daemons[name].text()

    def scheduler_exceptions(self) -> list[str]:
        """List what the scheduler's log, on 3.x the DAG processor's too, tells of errors nobody asked for.

        AssertionError when one of the processes is no more.
        """
        self._assert_alive()
        return [line for name, daemon in self._daemons.items() if name != "server" for line in troubles(daemon.text())]

    # Waiting

    def _until(self, fact: Callable[[], bool], end: float, hope: str, *, about: tuple[str, str] | None = None) -> None:
        while not fact():
            self._assert_alive()
            if time.monotonic() > end:
                raise AssertionError(
                    self._story(*about, f"waited for {hope}") if about else self._logs(f"Waited for {hope}.")
                )
            time.sleep(0.25)

    def _assert_alive(self) -> None:
        for daemon in self._daemons.values():
            assert daemon.exit_code is None, f"{daemon.name} ended with {daemon.exit_code}:\n{daemon.tail()}"

    def _story(self, dag_id: str, run_id: str, plot: str) -> str:
        states = self.task_states(dag_id, run_id)
        return self._logs(f"{dag_id}/{run_id} {plot}: run {self.run(dag_id, run_id)['state']}, tasks {states}.")

    def _logs(self, headline: str) -> str:
        return "\n".join([headline, *(f"--- {each.name}\n{each.tail()}" for each in self._daemons.values())])


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
