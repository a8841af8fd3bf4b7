"""A real Airflow 2 that only answers: web servers over a peopled database, and a copy of that for our own server."""

import json
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from .airflow import START_SECONDS
from .configuration import Layout, environment
from .installing import install
from .people import told, write_dags
from .postgres import Postgres
from .processes import Daemon, free_port, stop

PEOPLING = Path(__file__).with_name("peopling.py")
NOBODY_IS_PUBLIC = "AUTH_ROLE_PUBLIC = None\n"


class Judge:
    """Web servers, one for each configuration of theirs, in a folder of their own, running from `start` to `stop`.

    No scheduler runs: nothing changes but by what is asked.
    """

    def __init__(self, version: str, folder: Path) -> None:
        self._venv = install(version)
        self._database = Postgres(Path(tempfile.mkdtemp(prefix=f"airflow-graph-judge-{version}-")))
        self.layout = Layout(home=folder / "home", database=self._database.url, server_port=0, log_port=free_port())
        self._servers: dict[str, Daemon] = {}

    @property
    def theirs(self) -> str:
        """The database in which the real one reads and writes."""
        return self._database.url

    @property
    def database_url(self) -> str:
        """A copy of it, for us to read and write."""
        head, _, tail = self.theirs.partition("/airflow?")
        return f"{head}/ours?{tail}"

    @property
    def told(self) -> Mapping[str, str]:
        """What our own server is told of this Airflow: its configuration, and its command line."""
        told = environment(self.layout, major=2, venv=self._venv)
        return {**told, "AIRFLOW_GRAPH_AIRFLOW_COMMAND": str(self._venv / "bin" / "airflow")}

    def people(self) -> None:
        """Make the database, people it, and copy it."""
        write_dags(self.layout.dags)
        names = self.layout.home / "people.json"
        names.write_text(told())
        self.fill(PEOPLING, str(names))

    def fill(self, program: Path, *arguments: str) -> None:
        """Make the database, have a program fill it that Airflow's own Python runs, and copy it."""
        self._run("airflow", "db", "migrate")
        # -P: a neighbour of the program is called airflow, too.
        self._run("python", "-P", str(program), *arguments)
        with psycopg.connect(self.theirs.replace("/airflow?", "/postgres?"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE ours TEMPLATE airflow")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._venv / "bin" / program), *arguments],
            env=environment(self.layout, major=2, venv=self._venv),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_SECONDS,
        )
        assert not done.returncode, f"{program} {' '.join(arguments[:2])}:\n{done.stdout}{done.stderr}"

    def serve(self, name: str, configuration: str = "") -> str:
        """Start a web server with this webserver_config.py; return its address."""
        home = self.layout.home / name
        home.mkdir()
        (home / "webserver_config.py").write_text(configuration)
        port = free_port()
        told_ = replace(self.layout, server_port=port)
        self._servers[name] = Daemon(
            [
                str(self._venv / "bin" / "airflow"),
                "webserver",
                "--hostname",
                "127.0.0.1",
                "--port",
                str(port),
                "-w",
                "1",
            ],
            environment={
                **environment(told_, major=2, venv=self._venv),
                "AIRFLOW_HOME": str(home),
                "JUDGE": str(self.layout.home),
            },
            log=home / "server.log",
        )
        return f"http://127.0.0.1:{port}"

    def wait(self, address: str) -> None:
        """Wait until a server answers."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            for server in self._servers.values():
                assert server.exit_code is None, server.tail()
            with suppress(httpx.TransportError):
                if httpx.get(f"{address}/api/v1/version", timeout=10, trust_env=False).is_success:
                    return
            time.sleep(0.5)
        raise AssertionError("\n".join(server.tail() for server in self._servers.values()))

    def audited(self, database: str) -> int:
        """Return the number of the latest row of an audit log."""
        with psycopg.connect(database) as connection:
            row = connection.execute("SELECT coalesce(max(id), 0) FROM log").fetchone()
            assert row is not None
            return int(row[0])

    def audit_rows(self, database: str, columns: Sequence[str], since: int) -> list[Mapping[str, Any]]:
        """Return the rows that an audit log has got since one, `extra` as the JSON that it is."""
        with psycopg.connect(database, row_factory=dict_row) as connection:
            found = connection.execute("SELECT * FROM log WHERE id > %s ORDER BY id", (since,)).fetchall()
        return [{**{name: row[name] for name in columns}, "extra": json.loads(row["extra"])} for row in found]

    def stop(self) -> None:
        """End every server and remove the databases."""
        stop(self._servers.values(), mark=("JUDGE", str(self.layout.home)))
        self._database.stop()
