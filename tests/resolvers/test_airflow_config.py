"""Airflow's configuration is found where and in the order in which Airflow finds it."""

import sys
from pathlib import Path

import pytest

from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Invalid, Unavailable, Unsupported
from resolvers.settings import Settings

ENV = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
OLD_ENV = "AIRFLOW__CORE__SQL_ALCHEMY_CONN"


class Installation:
    """An Airflow home, and the environment that it is asked in."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {"AIRFLOW_HOME": str(home), "HOME": str(home / "user"), "PATH": "/usr/bin:/bin"}

    def write(self, text: str, name: str = "airflow.cfg") -> Path:
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return path

    def prints(self, text: str) -> str:
        script = self.write(f"print({text!r})", f"print{len(list(self.home.iterdir()))}.py")
        return f"{sys.executable} '{script}'"

    def config(self) -> AirflowConfig:
        return AirflowConfig.discover(environ=self.environ)

    def database(self, **settings: str) -> str:
        return self.config().database(Settings.model_validate(settings)).value


@pytest.fixture
def airflow(tmp_path: Path) -> Installation:
    home = tmp_path / "air flow"
    home.mkdir()
    return Installation(home)


def test_the_database_is_looked_up_in_airflows_order(airflow: Installation) -> None:
    (airflow.home / "airflow.db").touch()
    found = [airflow.database()]
    command = airflow.prints("postgresql://from/old-file-command")
    airflow.write(f"[core]\nsql_alchemy_conn_cmd = {command}")
    found.append(airflow.database())
    newer = airflow.prints("postgresql://from/file-command")
    airflow.write(f"[core]\nsql_alchemy_conn_cmd = {command}\n[database]\nsql_alchemy_conn_cmd = {newer}")
    found.append(airflow.database())
    airflow.write(f"[core]\nsql_alchemy_conn = postgresql://from/old-file\n[database]\nsql_alchemy_conn_cmd = {newer}")
    found.append(airflow.database())
    airflow.write("[core]\nsql_alchemy_conn = no\n[database]\nsql_alchemy_conn = postgresql://from/file")
    found.append(airflow.database())
    airflow.environ[f"{OLD_ENV}_CMD"] = airflow.prints("postgresql://from/old-command")
    found.append(airflow.database())
    airflow.environ[OLD_ENV] = "postgresql://from/old-variable"
    found.append(airflow.database())
    airflow.environ[f"{ENV}_CMD"] = airflow.prints("postgresql://from/command")
    found.append(airflow.database())
    airflow.environ[ENV] = "postgresql://from/variable"
    found.append(airflow.database())
    found.append(airflow.database(database="postgresql://from/setting"))
    assert found == [
        f"sqlite:///{airflow.home}/airflow.db",
        "postgresql://from/old-file-command",
        "postgresql://from/file-command",
        "postgresql://from/old-file",
        "postgresql://from/file",
        "postgresql://from/old-command",
        "postgresql://from/old-variable",
        "postgresql://from/command",
        "postgresql://from/variable",
        "postgresql://from/setting",
    ]


def test_where_a_value_was_found_is_told_and_the_value_is_not(airflow: Installation) -> None:
    path = airflow.write("[database]\nsql_alchemy_conn = postgresql://u:s3cr3t@h/d")
    in_file = airflow.config().database(Settings())
    assert in_file.source == f"[database] sql_alchemy_conn in {path}"
    airflow.environ[ENV] = "postgresql://u:s3cr3t@h/d"
    in_environment = airflow.config().database(Settings())
    assert in_environment.source == f"environment variable {ENV}"
    del airflow.environ[ENV]
    airflow.environ[f"{ENV}_CMD"] = airflow.prints("postgresql://u:s3cr3t@h/d")
    assert airflow.config().database(Settings()).source == f"output of the command of environment variable {ENV}_CMD"
    assert "s3cr3t" not in f"{in_file} {in_environment} {airflow.config()!r}"


def test_without_any_database_it_says_where_it_looked(airflow: Installation) -> None:
    with pytest.raises(Invalid, match="Nothing says where") as raised:
        airflow.database()
    assert str(airflow.home / "airflow.cfg") in str(raised.value.hint)


def test_the_home_is_the_setting_then_the_variable_then_in_the_users_folder(airflow: Installation) -> None:
    user = Path(airflow.environ["HOME"])
    airflow.environ["AIRFLOW_HOME"] = "~/here"
    assert airflow.config().home == user / "here"
    del airflow.environ["AIRFLOW_HOME"]
    assert airflow.config().home == user / "airflow"
    assert AirflowConfig.discover(airflow.home, airflow.environ).home == airflow.home


def test_the_file_may_lie_elsewhere(airflow: Installation) -> None:
    airflow.write("[core]\nfernet_key = at home")
    airflow.environ["AIRFLOW_CONFIG"] = str(airflow.write("[core]\nfernet_key = elsewhere", "other.cfg"))
    assert airflow.config().value("core", "fernet_key") == "elsewhere"
    assert AirflowConfig.discover(airflow.home, airflow.environ).value("core", "fernet_key") == "at home"


def test_variables_in_values_are_replaced_as_airflow_replaces_them(airflow: Installation) -> None:
    airflow.environ |= {"PG_USER": "bob", "OUTER": "$PG_USER", "LOOP": "$LOOP+"}
    airflow.environ[ENV] = "postgresql://${OUTER}:$UNSET@host/$PG_USER"
    assert airflow.database() == "postgresql://bob:$UNSET@host/bob"
    airflow.write("[logging]\nbase_log_folder = {AIRFLOW_HOME}/logs/$PG_USER\nlog_filename_template = ~/x")
    assert airflow.config().value("logging", "base_log_folder") == f"{airflow.home}/logs/bob"
    assert airflow.config().value("logging", "log_filename_template") == f"{airflow.home}/user/x"
    airflow.environ["AIRFLOW__CORE__FERNET_KEY"] = "$LOOP"
    assert str(airflow.config().value("core", "fernet_key")).startswith("$LOOP+")


def test_percent_signs_of_the_file_are_read_as_airflow_reads_them(airflow: Installation) -> None:
    airflow.write("[database]\nhost = db\nsql_alchemy_conn = postgresql://u:a%%40b@%(host)s/d")
    assert airflow.database() == "postgresql://u:a%40b@db/d"
    airflow.environ[ENV] = "postgresql://u:a%40b@db/d"
    assert airflow.database() == "postgresql://u:a%40b@db/d"


def test_a_single_percent_sign_in_the_file_is_told_with_its_cure(airflow: Installation) -> None:
    airflow.write("[database]\nsql_alchemy_conn = postgresql://u:s3cr3t%40@db/d")
    with pytest.raises(Invalid, match=r"sql_alchemy_conn in .* cannot be read") as raised:
        airflow.database()
    assert "%%" in str(raised.value.hint)
    assert "s3cr3t" not in f"{raised.value.detail} {raised.value.hint}"


@pytest.mark.parametrize("text", ["s3cr3t without a section", "[core]\na = 1\n[core]\ns3cr3t", "[core]\ns3cr3t\n"])
def test_a_broken_file_is_told_without_its_text(airflow: Installation, text: str) -> None:
    airflow.write(text)
    with pytest.raises(Invalid, match="cannot be read") as raised:
        airflow.config()
    assert "s3cr3t" not in f"{raised.value.detail} {raised.value.hint}"


def test_a_missing_file_is_an_empty_one(airflow: Installation) -> None:
    assert airflow.config().find("core", "fernet_key") is None
    assert airflow.config().value("core", "fernet_key") is None


def test_a_variable_that_is_empty_counts(airflow: Installation) -> None:
    airflow.write("[core]\nfernet_key = of the file")
    airflow.environ["AIRFLOW__CORE__FERNET_KEY"] = ""
    assert airflow.config().value("core", "fernet_key") == ""


def test_a_failing_command_is_told_without_what_it_printed(airflow: Installation) -> None:
    script = airflow.write("import sys; print('s3cr3t'); sys.exit('s3cr3t')", "fails.py")
    airflow.environ[f"{ENV}_CMD"] = f"{sys.executable} '{script}' s3cr3t"
    with pytest.raises(Unavailable, match=f"command of environment variable {ENV}_CMD failed: exit status 1") as raised:
        airflow.database()
    assert "s3cr3t" not in f"{raised.value.detail} {raised.value.hint}"


@pytest.mark.parametrize(
    ("command", "why"), [("/no/such/program", "no such file"), ("'open quote", "not a command line")]
)
def test_a_command_that_cannot_be_run_is_told(airflow: Installation, command: str, why: str) -> None:
    airflow.environ[f"{ENV}_CMD"] = command
    with pytest.raises(Unavailable, match=why):
        airflow.database()


def test_a_command_that_takes_too_long_is_given_up(airflow: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.airflow_config.COMMAND_TIMEOUT", 0.2)
    airflow.environ[f"{ENV}_CMD"] = f"{sys.executable} -c 'import time; time.sleep(60)'"
    with pytest.raises(Unavailable, match="took longer"):
        airflow.database()


def test_an_empty_command_says_nothing(airflow: Installation) -> None:
    airflow.environ[f"{ENV}_CMD"] = " "
    airflow.write("[database]\nsql_alchemy_conn = postgresql://h/d")
    assert airflow.database() == "postgresql://h/d"


def test_commands_get_no_shell(airflow: Installation) -> None:
    airflow.environ[f"{ENV}_CMD"] = "echo postgresql://h/d; touch pwned"
    assert airflow.database() == "postgresql://h/d; touch pwned"


def test_a_command_is_not_run_for_an_option_that_airflow_does_not_hide(airflow: Installation) -> None:
    airflow.environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER_CMD"] = "echo /logs"
    assert airflow.config().value("logging", "base_log_folder") is None


def test_a_command_is_not_run_when_its_value_is_not_needed(airflow: Installation) -> None:
    airflow.environ[ENV] = "postgresql://h/d"
    airflow.environ[f"{ENV}_CMD"] = "false"
    airflow.write("[database]\nsql_alchemy_conn_cmd = false")
    assert airflow.database() == "postgresql://h/d"


def test_a_secrets_backend_is_named_as_what_cannot_be_asked(airflow: Installation) -> None:
    airflow.environ[f"{ENV}_SECRET"] = "path/to/it"
    with pytest.raises(Unsupported, match=f"{ENV}_SECRET refers to a secrets backend") as raised:
        airflow.database()
    assert "AIRFLOW_GRAPH_DATABASE" in str(raised.value.hint)
    assert airflow.database(database="postgresql://h/d") == "postgresql://h/d"
    del airflow.environ[f"{ENV}_SECRET"]
    airflow.write("[database]\nsql_alchemy_conn_secret = path/to/it")
    with pytest.raises(Unsupported, match=r"sql_alchemy_conn_secret in .* refers"):
        airflow.database()


def test_options_that_moved_are_found_in_their_old_place(airflow: Installation) -> None:
    airflow.environ["AIRFLOW__WEBSERVER__SECRET_KEY"] = "shared"
    airflow.write("[core]\nbase_log_folder = /old/logs")
    assert airflow.config().value("api", "secret_key") == "shared"
    assert airflow.config().log_folder(Settings()).value == "/old/logs"


@pytest.mark.parametrize(
    ("text", "expected"), [("True", True), ("t", True), ("1 # yes", True), ("FALSE", False), ("0", False), ("f", False)]
)
def test_a_flag_is_read_as_airflow_writes_it(airflow: Installation, text: str, *, expected: bool) -> None:
    airflow.environ["AIRFLOW__SCHEDULER__CREATE_CRON_DATA_INTERVALS"] = text
    assert airflow.config().flag("scheduler", "create_cron_data_intervals", default=not expected) is expected


def test_a_flag_that_is_neither_is_told_and_one_that_is_not_said_has_a_default(airflow: Installation) -> None:
    assert airflow.config().flag("scheduler", "catchup", default=True)
    airflow.environ["AIRFLOW__SCHEDULER__CATCHUP"] = "maybe"
    with pytest.raises(Invalid, match="neither true nor false"):
        airflow.config().flag("scheduler", "catchup", default=True)


def test_our_settings_go_before_airflows_for_key_and_logs(airflow: Installation) -> None:
    airflow.write("[core]\nfernet_key = theirs\n[logging]\nbase_log_folder = /theirs")
    config = airflow.config()
    ours = Settings.model_validate({"fernet_key": "ours", "log_folder": "/ours"})
    keys = [config.fernet_key(Settings()), config.fernet_key(ours)]
    assert [key.value for key in keys if key] == ["theirs", "ours"]
    assert config.log_folder(Settings()).value == "/theirs"
    assert config.log_folder(ours).value == "/ours"


def test_unsaid_keys_are_none_and_unsaid_logs_lie_at_home(airflow: Installation) -> None:
    assert airflow.config().fernet_key(Settings()) is None
    assert airflow.config().log_folder(Settings()).value == str(airflow.home / "logs")


@pytest.mark.parametrize(
    "name",
    ["AIRFLOW__AIRFLOW_API_PLUGIN__AIRFLOW_API_AUTH", "AIRFLOW__AIRFLOW__API__PLUGIN_AIRFLOW_API_AUTH"],
)
def test_the_secret_of_astronomer_s_plugin_is_read_by_the_name_that_its_page_gives(tmp_path: Path, name: str) -> None:
    config = AirflowConfig.discover(tmp_path, {name: "s3cret"})

    assert config.value("airflow_api_plugin", "airflow_api_auth") == "s3cret"
