"""What only Airflow's own command line knows: its providers, its plugins, and whether a connection works."""

import json
import os
import re
import selectors
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from threading import BoundedSemaphore, Lock

from resolvers.errors import Unavailable, Unsupported
from resolvers.settings import PREFIX

# How long a command may take, how much it may say, and how long what it said is good for.
TIMEOUT = 45.0
MOST_BYTES = 4_000_000
FRESH_SECONDS = 300.0

# Each command is a Python of its own that loads Airflow: so many at once, and so long a wait for one of these rooms.
_MOST_RUNNING = 2
_ROOM_SECONDS = 5.0

Row = Mapping[str, object]

# Where a list begins behind lines of a log; and what the command says when there is nothing to list.
_LIST = re.compile(r"^\[\s*[{\]]", re.MULTILINE)
_NOTHING = re.compile(r"^No \w+ (loaded|found)", re.MULTILINE)

_HINT = "Run the command of AIRFLOW_GRAPH_AIRFLOW_COMMAND as this user, in this environment, to see why."


class Question(Enum):
    """The only argument lists, besides that of a connection's test, that the command is ever given."""

    PROVIDERS = ("providers", "list", "--output", "json")
    PLUGINS = ("plugins", "--output", "json")


@dataclass(frozen=True)
class Said:
    """What a command wrote to its two outputs."""

    stdout: str
    stderr: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether a connection works, and what its test said."""

    works: bool
    message: str


@dataclass
class AirflowCli:
    """Airflow's command line, such as `/opt/airflow/bin/airflow`: asked one question at a time, answers are kept."""

    command: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    _answers: dict[Question, tuple[float, Sequence[Row]]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)
    _rooms: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_MOST_RUNNING), repr=False)

    @classmethod
    def of(cls, command: str | None, environ: Mapping[str, str]) -> "AirflowCli":
        """Return the command line that the settings name, or one that can say nothing."""
        return cls(tuple(shlex.split(command or "")), environ)

    def rows(self, question: Question) -> Sequence[Row]:
        """Return the answer to a question; `Unsupported` where no command is named, `Unavailable` where it fails."""
        with self._lock:
            said, rows = self._answers.get(question, (float("-inf"), ()))
            if time.monotonic() - said > FRESH_SECONDS:
                rows = _rows(self._output(question.value))
                self._answers[question] = (time.monotonic(), rows)
            return rows

    def test(self, settings: Mapping[str, object]) -> Verdict:
        """Have a connection tested that is stored nowhere: Airflow finds it in the command's environment."""
        variable, name = "AIRFLOW_CONN_AIRFLOW_GRAPH_TEST", "airflow_graph_test"
        with self._lock:
            told = self._output(("connections", "test", name), {variable: json.dumps(dict(settings))}, checked=False)
        if "Connection success!" in told:
            return Verdict(works=True, message="Connection successfully tested")
        # The command breaks long lines wherever they end.
        said = " ".join(told.rpartition("Connection failed!")[2].split())
        return Verdict(works=False, message=said or "It said nothing.")

    def run(self, arguments: Sequence[str]) -> "Said":
        """Return what a command says that runs code of a DAG, be it that it fails; few of them run at a time.

        It is told nothing of our own settings, which hold secrets that are no business of that code.
        """
        self._refuse_unnamed()
        environ = {name: value for name, value in self.environ.items() if not name.startswith(PREFIX)}
        if not self._rooms.acquire(timeout=_ROOM_SECONDS):
            raise Unavailable("Other commands of Airflow are running already.", hint="Try again in a minute.")
        try:
            return self._said(arguments, environ, stderr=subprocess.PIPE)[0]
        finally:
            self._rooms.release()

    def _refuse_unnamed(self) -> None:
        if not self.command:
            raise Unsupported(
                "Only Airflow itself knows this, and this server does not know Airflow's command line.",
                hint="Set AIRFLOW_GRAPH_AIRFLOW_COMMAND to it, such as /opt/airflow/bin/airflow.",
            )

    def _output(
        self, arguments: Sequence[str], further: Mapping[str, str] | None = None, *, checked: bool = True
    ) -> str:
        self._refuse_unnamed()
        said, status = self._said(arguments, {**self.environ, **(further or {})}, stderr=subprocess.DEVNULL)
        if checked and status not in (0, -signal.SIGKILL):
            raise Unavailable(f"Airflow's command ended with status {status}.", hint=_HINT)
        return said.stdout

    def _said(self, arguments: Sequence[str], environ: Mapping[str, str], *, stderr: int) -> tuple["Said", int]:
        try:
            process = subprocess.Popen(  # noqa: S603 - the operator names the command, and we its arguments
                [*self.command, *arguments],
                env={**environ, "NO_COLOR": "1", "COLUMNS": "1000"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError as error:
            raise Unavailable(f"Airflow's command cannot be started: {error.strerror}.", hint=_HINT) from None
        with process:
            try:
                said = _read(process, time.monotonic() + TIMEOUT)
            finally:
                # It may have left children that hold its output open.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        return said, process.returncode


def _read(process: "subprocess.Popen[bytes]", until: float) -> Said:
    """Return what a process says until it ends; `Unavailable` where that is too long or too much."""
    streams = [stream for stream in (process.stdout, process.stderr) if stream is not None]
    contents = dict.fromkeys(streams, b"")
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while (left := until - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                stream = next(each for each in streams if each is key.fileobj)
                chunk = os.read(stream.fileno(), 65_536)
                contents[stream] += chunk
                if not chunk:
                    selector.unregister(stream)
            if sum(map(len, contents.values())) > MOST_BYTES:
                raise Unavailable(f"Airflow's command said more than {MOST_BYTES:,} bytes.", hint=_HINT)
            if not selector.get_map():
                with suppress(subprocess.TimeoutExpired):
                    process.wait(max(left, 0.1))
                return Said(*(content.decode(errors="replace") for content in contents.values()))
    raise Unavailable(f"Airflow's command took longer than {TIMEOUT:.0f} seconds.", hint=_HINT)


def _rows(text: str) -> Sequence[Row]:
    """Return the list of objects that the command printed, behind whatever it logged before."""
    begun = _LIST.search(text)
    if begun is None and _NOTHING.search(text):
        return ()
    try:
        found = json.loads(text[begun.start() :]) if begun else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Unavailable("Airflow's command said something else than a list in JSON.", hint=_HINT)
    return found
