"""The settings that a real Airflow of the tests runs with, as environment variables."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

FERNET_KEY = "Zm9yIHRlc3RzIG9ubHksIG5vdCBhIHNlY3JldCEhISE="
SECRET = "for the tests of airflow-graph only, long enough for HS512 to be content with it"
USER = "admin"
PASSWORD = "admin"
SIMPLE_AUTH = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"


@dataclass(frozen=True)
class Layout:
    """The folders and ports of one installation."""

    home: Path
    database: str
    """A URL that psycopg understands."""
    server_port: int
    log_port: int

    @property
    def dags(self) -> Path:
        return self.home / "dags"

    @property
    def markers(self) -> Path:
        return self.home / "markers"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def passwords(self) -> Path:
        return self.home / "passwords.json"


def environment(layout: Layout, *, major: int, venv: Path) -> dict[str, str]:
    """List all that Airflow's processes are told, and of our own environment what none can do without."""
    settings = _common(layout) | (_three(layout) if major >= 3 else _two(layout))
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR", "USER") if name in os.environ}
    return {
        **kept,
        "PATH": f"{venv / 'bin'}:{os.environ.get('PATH', os.defpath)}",
        "AIRFLOW_HOME": str(layout.home),
        "LIVE_MARKERS": str(layout.markers),
        "NO_PROXY": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": "1",
        **{f"AIRFLOW__{section}__{key}".upper(): value for (section, key), value in settings.items()},
    }


def _common(layout: Layout) -> dict[tuple[str, str], str]:
    return {
        ("api", "maximum_page_limit"): "1000",
        ("core", "dags_folder"): str(layout.dags),
        ("core", "dag_discovery_safe_mode"): "False",
        ("core", "executor"): "LocalExecutor",
        ("core", "parallelism"): "3",
        ("core", "load_examples"): "False",
        ("core", "fernet_key"): FERNET_KEY,
        ("core", "dags_are_paused_at_creation"): "False",
        ("database", "sql_alchemy_conn"): layout.database.replace("postgresql:", "postgresql+psycopg2:"),
        ("database", "load_default_connections"): "False",
        ("logging", "colored_console_log"): "False",
        ("logging", "base_log_folder"): str(layout.logs),
        ("logging", "worker_log_server_port"): str(layout.log_port),
        ("scheduler", "scheduler_idle_sleep_time"): "0.3",
        ("scheduler", "scheduler_heartbeat_sec"): "2",
        ("scheduler", "job_heartbeat_sec"): "2",
        ("usage_data_collection", "enabled"): "False",
    }


def _two(layout: Layout) -> dict[tuple[str, str], str]:
    return {
        ("api", "auth_backends"): "airflow.api.auth.backend.basic_auth",
        ("api", "enable_experimental_api"): "True",
        ("scheduler", "min_file_process_interval"): "60",
        ("scheduler", "dag_dir_list_interval"): "5",
        ("scheduler", "parsing_processes"): "1",
        ("webserver", "secret_key"): SECRET,
        ("webserver", "expose_config"): "True",
    }


def _three(layout: Layout) -> dict[tuple[str, str], str]:
    base = f"http://127.0.0.1:{layout.server_port}"
    layout.passwords.write_text(json.dumps({USER: PASSWORD}))
    return {
        ("api", "base_url"): base,
        ("api", "secret_key"): SECRET,
        ("api", "expose_config"): "True",
        ("api_auth", "jwt_secret"): SECRET,
        ("core", "auth_manager"): SIMPLE_AUTH,
        ("core", "simple_auth_manager_users"): f"{USER}:admin",
        ("core", "simple_auth_manager_passwords_file"): str(layout.passwords),
        ("core", "execution_api_server_url"): f"{base}/execution/",
        ("dag_processor", "min_file_process_interval"): "60",
        ("dag_processor", "refresh_interval"): "5",
        ("dag_processor", "parsing_processes"): "1",
        ("workers", "min_heartbeat_interval"): "1",
    }
