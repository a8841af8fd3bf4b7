"""What Airflow's own configuration says, looked up where and in the order in which Airflow looks."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error, InterpolationError
from dataclasses import dataclass, field
from pathlib import Path

from resolvers.errors import Invalid, Unavailable, Unsupported
from resolvers.settings import Settings

COMMAND_TIMEOUT = 30.0

# Options that Airflow also reads from the output of a command (`_cmd`) or a secrets backend (`_secret`).
_SENSITIVE = frozenset(
    {
        ("api", "secret_key"),
        ("api_auth", "jwt_secret"),
        ("core", "fernet_key"),
        ("core", "sql_alchemy_conn"),
        ("database", "sql_alchemy_conn"),
        ("webserver", "secret_key"),
    }
)

# Where an option lived before it moved; Airflow still looks there.
_FORMER = {
    ("api", "access_control_allow_origins"): ("api", "access_control_allow_origin"),
    ("api", "auth_backends"): ("api", "auth_backend"),
    ("api", "expose_config"): ("webserver", "expose_config"),
    ("api", "log_fetch_timeout_sec"): ("webserver", "log_fetch_timeout_sec"),
    ("api", "secret_key"): ("webserver", "secret_key"),
    ("core", "hide_sensitive_var_conn_fields"): ("admin", "hide_sensitive_variable_fields"),
    ("core", "sensitive_var_conn_names"): ("admin", "sensitive_variable_fields"),
    ("database", "sql_alchemy_conn"): ("core", "sql_alchemy_conn"),
    ("database", "sql_alchemy_schema"): ("core", "sql_alchemy_schema"),
    ("logging", "base_log_folder"): ("core", "base_log_folder"),
    ("logging", "log_filename_template"): ("core", "log_filename_template"),
    ("logging", "worker_log_server_port"): ("celery", "worker_log_server_port"),
}

# What an environment variable is called besides, as the documentation of a plugin has it.
_ALSO = {("airflow_api_plugin", "airflow_api_auth"): "AIRFLOW__AIRFLOW__API__PLUGIN_AIRFLOW_API_AUTH"}

_VARIABLE = re.compile(r"\$(\w+|\{[^}]*\})", re.ASCII)
_TRUE = frozenset({"1", "t", "true", "yes", "on"})
_FALSE = frozenset({"0", "f", "false", "no", "off"})


@dataclass(frozen=True)
class Found:
    """A value of the configuration, and where it was found, for people."""

    value: str = field(repr=False)
    source: str


@dataclass(frozen=True)
class AirflowConfig:
    """The configuration of the Airflow at `home`: its environment variables, then its `airflow.cfg`."""

    home: Path
    file: Path
    environ: Mapping[str, str] = field(repr=False)
    _options: ConfigParser = field(repr=False)

    @classmethod
    def discover(cls, home: Path | None = None, environ: Mapping[str, str] | None = None) -> "AirflowConfig":
        """Read the configuration of `home`, else as `$AIRFLOW_HOME` and `$AIRFLOW_CONFIG` say.

        A file that does not exist is empty; Invalid when it cannot be read as a configuration.
        """
        environ = os.environ if environ is None else environ
        folder = home or Path(_expanded(environ.get("AIRFLOW_HOME") or "~/airflow", environ))
        named = environ.get("AIRFLOW_CONFIG") if home is None else None
        file = Path(_expanded(named, environ)) if named else folder / "airflow.cfg"
        options = ConfigParser()
        try:
            options.read(file, encoding="utf-8")
        except (Error, UnicodeDecodeError) as error:
            # The parser's own text quotes the line, which may hold a password.
            line = getattr(error, "lineno", None)
            where = f"{file}, line {line}" if line else str(file)
            raise Invalid(
                f"{where} cannot be read as a configuration file.",
                hint="Mend it, or say AIRFLOW_GRAPH_DATABASE and leave AIRFLOW_HOME unset.",
            ) from None
        return cls(folder, file, environ, options)

    def find(self, section: str, option: str) -> Found | None:
        """Return the option from the environment, the file, or the command that either names.

        Raises Unavailable when that command fails, Unsupported when only a secrets backend of
        Airflow's knows the value, Invalid when the file holds a malformed one.
        """
        asked = (section, option)
        names = [asked, *([_FORMER[asked]] if asked in _FORMER else [])]
        return next((found for found in self._everywhere(names) if found is not None), None)

    def value(self, section: str, option: str) -> str | None:
        """Return the option's text; None when nobody says any, as Airflow's defaults differ by version."""
        found = self.find(section, option)
        return None if found is None else found.value

    def flag(self, section: str, option: str, *, default: bool) -> bool:
        """Return the option as yes or no; Invalid when it is neither."""
        found = self.find(section, option)
        if found is None:
            return default
        # Airflow allows a comment behind a yes or no.
        word = found.value.partition("#")[0].strip().lower()
        if word in _TRUE | _FALSE:
            return word in _TRUE
        raise Invalid(f"[{section}] {option} ({found.source}) is neither true nor false.")

    def says(self, section: str, option: str) -> bool:
        """Say whether environment or file have the option, be it by a command or a secrets backend."""
        names = [(section, option), *([_FORMER[section, option]] if (section, option) in _FORMER else [])]
        return any(
            _variable_of(near, f"{name}{way}") in self.environ or self._options.has_option(near, f"{name}{way}")
            for near, name in names
            for way in ("", "_cmd", "_secret")
        )

    def sections(self) -> tuple[str, ...]:
        """Return the sections that the file has."""
        return tuple(self._options.sections())

    def named_sections(self) -> tuple[str, ...]:
        """Return the sections that the file has, then those that only the environment has."""
        return tuple(dict.fromkeys((*self.sections(), *(section for section, _ in self._variables()))))

    def options(self, section: str) -> tuple[str, ...]:
        """Return the options that the file has in a section, then those that only the environment has."""
        written = self._options.options(section) if self._options.has_section(section) else ()
        named = (option for own, option in self._variables() if own == section)
        return tuple(dict.fromkeys((*map(_plain_name, written), *map(_plain_name, named))))

    def _variables(self) -> Iterator[tuple[str, str]]:
        """Give section and option of each environment variable that says one."""
        for name in self.environ:
            prefix, _, rest = name.partition("__")
            section, separator, option = rest.partition("__")
            if prefix == "AIRFLOW" and separator and option:
                # The sections of a file may have a dot, for which a variable has another character.
                written = section.lower()
                dotted = (own for own in self.sections() if own.replace(".", "_") == written)
                yield next(dotted, written), option.lower()

    def database(self, settings: Settings) -> Found:
        """Return the URL of the metadata database: as we were told, else as Airflow is, else its SQLite file.

        Raises Invalid when nothing names a database and that file does not exist.
        """
        if settings.database is not None:
            return Found(settings.database.get_secret_value(), "AIRFLOW_GRAPH_DATABASE or --db")
        found = self.find("database", "sql_alchemy_conn")
        if found is not None and found.value.strip():
            return Found(found.value.strip(), found.source)
        file = self.home / "airflow.db"
        if not file.is_file():
            raise Invalid(
                f"Nothing says where Airflow's metadata database is, and there is no {file}.",
                field="database",
                hint="Give --db (AIRFLOW_GRAPH_DATABASE), set AIRFLOW__DATABASE__SQL_ALCHEMY_CONN, or set "
                f"AIRFLOW_HOME to the folder of airflow.cfg; looked in {self.file}.",
            )
        return Found(f"sqlite:///{file}", "Airflow's default, as nothing names another")

    def fernet_key(self, settings: Settings) -> Found | None:
        """Return the Fernet keys, as we were told or as Airflow is; None when nobody says any."""
        if settings.fernet_key is not None:
            return Found(settings.fernet_key.get_secret_value(), "AIRFLOW_GRAPH_FERNET_KEY")
        return self.find("core", "fernet_key")

    def log_folder(self, settings: Settings) -> Found:
        """Return the folder of the task logs, as we were told, as Airflow is, or its default."""
        if settings.log_folder is not None:
            return Found(str(settings.log_folder), "AIRFLOW_GRAPH_LOG_FOLDER")
        found = self.find("logging", "base_log_folder")
        return found or Found(str(self.home / "logs"), "Airflow's default, as nothing names another")

    def _everywhere(self, names: list[tuple[str, str]]) -> Iterator[Found | None]:
        """Look in each place under the present name, then under the former one, before the next place."""
        for section, option in names:
            variable = _variable_of(section, option)
            sensitive = (section, option) in _SENSITIVE
            yield self._variable(variable)
            if (section, option) in _ALSO:
                yield self._variable(_ALSO[section, option])
            if sensitive:
                yield self._output(self._variable(f"{variable}_CMD"))
                _refuse_backend(self._variable(f"{variable}_SECRET"))
        for section, option in names:
            yield self._line(section, option)
        for section, option in names:
            if (section, option) in _SENSITIVE:
                yield self._output(self._line(section, f"{option}_cmd"))
        for section, option in names:
            if (section, option) in _SENSITIVE:
                _refuse_backend(self._line(section, f"{option}_secret"))

    def _variable(self, name: str) -> Found | None:
        if name not in self.environ:
            return None
        return Found(_expanded(self.environ[name], self.environ), f"environment variable {name}")

    def _line(self, section: str, option: str) -> Found | None:
        if not self._options.has_option(section, option):
            return None
        try:
            written = self._options.get(section, option)
        except InterpolationError:
            raise Invalid(
                f"[{section}] {option} in {self.file} cannot be read.",
                hint="Write each % of the value twice: %%.",
            ) from None
        # What Airflow's own template of the file says for the folder that it lies in.
        text = written.replace("{AIRFLOW_HOME}", str(self.home))
        return Found(_expanded(text, self.environ), f"[{section}] {option} in {self.file}")

    def _output(self, command: Found | None) -> Found | None:
        if command is None or not command.value.strip():
            return None
        try:
            done = subprocess.run(  # noqa: S603 - Airflow's configuration names it, and Airflow runs it too
                shlex.split(command.value),
                env=dict(self.environ),
                capture_output=True,
                check=True,
                text=True,
                timeout=COMMAND_TIMEOUT,
            )
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            # Neither the command nor what it printed is told: both may hold the secret.
            raise Unavailable(
                f"The command of {command.source} failed: {_why(error)}.",
                hint="Run it as this user, in this environment, to see why.",
            ) from None
        return Found(done.stdout.rstrip("\r\n"), f"output of the command of {command.source}")


def _variable_of(section: str, option: str) -> str:
    """Return the name of the environment variable that says an option."""
    return f"AIRFLOW__{section.replace('.', '_').upper()}__{option.upper()}"


def _plain_name(option: str) -> str:
    """Return the name of an option without the way in which its value is to be found."""
    return option.removesuffix("_cmd").removesuffix("_secret")


def _refuse_backend(reference: Found | None) -> None:
    if reference is not None:
        raise Unsupported(
            f"{reference.source} refers to a secrets backend of Airflow's, which only Airflow can ask.",
            hint="Say the value itself: AIRFLOW_GRAPH_DATABASE, AIRFLOW_GRAPH_FERNET_KEY, or Airflow's own "
            "variable without _SECRET.",
        )


def _why(error: Exception) -> str:
    match error:
        case subprocess.TimeoutExpired():
            return f"it took longer than {COMMAND_TIMEOUT:.0f} seconds"
        case subprocess.CalledProcessError():
            return f"exit status {error.returncode}"
        case OSError():
            return (error.strerror or "it cannot be started").lower()
        case _:
            return "it is not a command line"


def _expanded(text: str, environ: Mapping[str, str]) -> str:
    """Replace variables and a leading ~ until nothing changes, as Airflow does; unknown ones stay.

    Bounded, for variables that name themselves.
    """
    for _ in range(10):
        known = _VARIABLE.sub(lambda match: environ.get(match[1].strip("{}"), match[0]), text)
        home = environ.get("HOME")
        if home and (known == "~" or known.startswith("~/")):
            known = home + known[1:]
        if known == text:
            break
        text = known
    return text
