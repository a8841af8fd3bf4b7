"""Reading a log: from the places that Airflow asks, in its order, as one text."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Invalid, Problem
from resolvers.metadata.generation import Generation
from resolvers.settings import Settings
from resolvers.sources.logs.folder import in_folder
from resolvers.sources.logs.found import NOTHING, Found
from resolvers.sources.logs.lines import merged, split, told
from resolvers.sources.logs.place import DEFAULT_TEMPLATE, relative_path
from resolvers.sources.logs.remote import RemoteLogs
from resolvers.sources.logs.server import LogServers
from resolvers.sources.logs.subject import Subject
from resolvers.sources.logs.text import Text


@dataclass(frozen=True)
class TaskLogs:
    """Where the logs of one Airflow are."""

    folder: Path
    servers: LogServers
    worker_port: int
    triggerer_port: int
    remote: RemoteLogs | None
    # Where it is not the one that a run names in the database.
    template: str | None
    is_structured: bool

    @classmethod
    def of(cls, settings: Settings, config: AirflowConfig, generation: Generation) -> "TaskLogs":
        """Return where the settings and Airflow's own configuration say that logs are."""
        section = "webserver" if generation.number == 2 else "api"
        folder = config.value("logging", "remote_base_log_folder")
        is_remote = bool(folder) and config.flag("logging", "remote_logging", default=False)
        # Airflow 2.11 looks into the database only where it is told to.
        historical = generation.number == 3 or not generation.is_since("2.11")
        historical = historical or config.flag("logging", "use_historical_filename_templates", default=False)
        return cls(
            folder=Path(config.log_folder(settings).value),
            servers=LogServers(
                key=config.value(section, "secret_key"),
                grace=_number(config, "webserver", "log_request_clock_grace", 30),
                timeout=_number(config, section, "log_fetch_timeout_sec", 5),
            ),
            worker_port=_number(config, "logging", "worker_log_server_port", 8793),
            triggerer_port=_number(config, "logging", "triggerer_log_server_port", 8794),
            remote=RemoteLogs(str(folder), _options(settings)) if is_remote else None,
            template=None if historical else config.value("logging", "log_filename_template") or DEFAULT_TEMPLATE,
            is_structured=generation.number == 3,
        )

    def read(self, subject: Subject, *, silent: set[str] | None = None) -> Text:
        """Return the log of a try. Nothing of it is read but what must be known to say where it was found.

        `silent` are the hosts that did not answer: they are not asked again, and others that do not are added.
        """
        if subject.number < 1:
            refusal = f"Error fetching the logs. Try number {subject.number} is invalid."
            return Text("default_host", (), iter(()), instead=refusal)
        try:
            path = relative_path(self.template or subject.template or DEFAULT_TEMPLATE, subject)
            found = self._found(subject, path, set() if silent is None else silent) if path else _OUTSIDE
        except Problem as problem:
            found = Found((problem.detail, *([problem.hint] if problem.hint else [])))
        lines = [split(text) for text in found.texts]
        shown = [told(one) for one in lines] if self.is_structured else lines
        return Text(subject.hostname, found.notes, merged(shown), is_whole=not subject.may_grow)

    def _found(self, subject: Subject, path: str, silent: set[str]) -> Found:
        remote = self.remote.find(path) if self.remote else NOTHING
        if remote.texts and subject.has_ended:
            return remote
        found = remote + in_folder(self.folder, path)
        if subject.is_working or (subject.has_ended and not found.texts):
            found += self._served(subject, path, silent)
        return found

    def _served(self, subject: Subject, path: str, silent: set[str]) -> Found:
        host, port = subject.hostname, self.worker_port
        if subject.triggerer:
            number, host = subject.triggerer
            path, port = f"{path}.trigger.{number}.log", self.triggerer_port
        if host in silent:
            return Found((f"Could not read served logs: '{host}' did not answer before.",))
        found = self.servers.ask(host, port, path)
        if found.is_silent:
            silent.add(host)
        return found


_OUTSIDE = Found(("The path of this log would lead out of the folder of logs.",))


def _options(settings: Settings) -> Mapping[str, object]:
    """Return what the remote store's protocol is to be told."""
    written = settings.remote_log_options
    try:
        options = orjson.loads(written.get_secret_value()) if written else {}
    except ValueError:
        options = None
    if not isinstance(options, dict):
        raise Invalid("AIRFLOW_GRAPH_REMOTE_LOG_OPTIONS is not a JSON object.", field="remote_log_options")
    return options


def _number(config: AirflowConfig, section: str, option: str, otherwise: int) -> int:
    told_ = config.value(section, option)
    if told_ is None:
        return otherwise
    if not told_.strip().isdecimal():
        raise Invalid(f"[{section}] {option} is not a number: {told_[:40]!r}.")
    return int(told_)
