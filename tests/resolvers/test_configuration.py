"""What of Airflow's configuration may be shown, and how."""

from pathlib import Path

import pytest

from resolvers.airflow_config import AirflowConfig
from resolvers.sources.configuration import HIDDEN, Configuration


def configuration(tmp_path: Path, text: str = "", generation: int = 2, **environ: str) -> Configuration:
    (tmp_path / "airflow.cfg").write_text(text)
    return Configuration(AirflowConfig.discover(tmp_path, environ), generation)


@pytest.mark.parametrize(
    ("told", "exposed"), [("True", True), ("false", False), ("non-sensitive-only", True), (None, False)]
)
@pytest.mark.parametrize(("generation", "section"), [(2, "WEBSERVER"), (3, "API")])
def test_it_is_shown_where_its_administrator_says_so(
    tmp_path: Path, told: str | None, *, exposed: bool, generation: int, section: str
) -> None:
    environ = {} if told is None else {f"AIRFLOW__{section}__EXPOSE_CONFIG": told}

    assert configuration(tmp_path, generation=generation, **environ).is_exposed is exposed


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    shown = configuration(
        tmp_path,
        "[core]\nparallelism = 4\nexecutor = LocalExecutor\n[kubernetes.pods]\na = 1\n",
        AIRFLOW__CORE__PARALLELISM="8",
        AIRFLOW__KUBERNETES_PODS__B="2",
        AIRFLOW__CELERY__POOL="solo",
        AIRFLOW_HOME="/x",
    )

    assert {one.name: dict(one.options) for one in shown.sections()} == {
        "core": {"parallelism": "8", "executor": "LocalExecutor"},
        "kubernetes.pods": {"a": "1", "b": "2"},
        "celery": {"pool": "solo"},
    }
    # Airflow knows only sections of its file by name.
    assert (shown.has_section("core"), shown.has_section("celery")) == (True, False)


def test_a_secret_is_hidden_however_it_is_said(tmp_path: Path) -> None:
    shown = configuration(
        tmp_path,
        "[core]\nfernet_key_cmd = exit 1\n[smtp]\nsmtp_password = hush\n",
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="postgresql://u:p@h/d",
        AIRFLOW__WEBSERVER__SECRET_KEY_SECRET="vault/key",
    )

    assert {(one.name, key): value for one in shown.sections() for key, value in one.options.items()} == {
        ("core", "fernet_key"): HIDDEN,
        ("smtp", "smtp_password"): HIDDEN,
        ("database", "sql_alchemy_conn"): HIDDEN,
        ("webserver", "secret_key"): HIDDEN,
    }
    assert shown.value("sentry", "sentry_dsn") is None


def test_airflow_2_adds_the_way_to_authenticate_that_its_pages_need(tmp_path: Path) -> None:
    basic = {"AIRFLOW__API__AUTH_BACKENDS": "some.backend"}

    old, new = (configuration(tmp_path, generation=number, **basic).value("API", "AUTH_BACKENDS") for number in (2, 3))

    assert (old, new) == ("some.backend,airflow.api.auth.backend.session", "some.backend")
