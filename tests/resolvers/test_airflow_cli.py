"""Airflow's command line: asked by argument lists of our own, for a while, and for so much."""

import sys
from pathlib import Path

import pytest

from resolvers import airflow_cli
from resolvers.airflow_cli import AirflowCli, Question, Verdict
from resolvers.errors import Unavailable, Unsupported
from tests.world import COMMAND


def python(tmp_path: Path, program: str) -> AirflowCli:
    """Return a command line that runs a program, whatever it is asked."""
    file = tmp_path / "airflow.py"
    file.write_text(program)
    return AirflowCli.of(f"{sys.executable} {file}", {})


def test_rows_are_found_behind_what_was_logged() -> None:
    cli = AirflowCli.of(str(COMMAND), {})

    assert [row["package_name"] for row in cli.rows(Question.PROVIDERS)] == ["apache-airflow-providers-http"]
    assert [row["name"] for row in cli.rows(Question.PLUGINS)] == ["lights"]


def test_nothing_to_list_is_an_empty_list(tmp_path: Path) -> None:
    assert python(tmp_path, "print('No plugins loaded')").rows(Question.PLUGINS) == ()


def test_an_answer_is_kept_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = python(tmp_path, "import time; print('[{\"at\": %d}]' % time.monotonic_ns())")

    first = cli.rows(Question.PLUGINS)
    assert cli.rows(Question.PLUGINS) == first
    monkeypatch.setattr(airflow_cli, "FRESH_SECONDS", -1)
    assert cli.rows(Question.PLUGINS) != first


def test_a_connection_is_tested_through_the_command_s_environment() -> None:
    cli = AirflowCli.of(str(COMMAND), {})

    assert cli.test({"conn_type": "sqlite"}) == Verdict(works=True, message="Connection successfully tested")
    assert cli.test({"conn_type": "http", "password": "p"}) == Verdict(works=False, message="nobody is there")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise SystemExit(3)", "ended with status 3"),
        ("print('hello')", "something else"),
        ("print('[1, 2]')", "something else"),
        ("print('[{')", "something else"),
        ("print('x' * 10_000)", "more than 5,000 bytes"),
        ("import time; print('[{}]', flush=True); time.sleep(60)", "longer than"),
        ("import os, time; os.fork() or time.sleep(60)", "longer than"),
    ],
)
def test_a_command_that_fails_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, said: str
) -> None:
    monkeypatch.setattr(airflow_cli, "TIMEOUT", 2.0)
    monkeypatch.setattr(airflow_cli, "MOST_BYTES", 5_000)

    with pytest.raises(Unavailable, match=said) as refused:
        python(tmp_path, program).rows(Question.PROVIDERS)

    assert refused.value.hint is not None


def test_a_command_that_is_not_there_says_so() -> None:
    with pytest.raises(Unavailable, match="cannot be started"):
        AirflowCli.of("/nowhere/airflow", {}).rows(Question.PROVIDERS)


def test_without_a_command_nothing_is_asked() -> None:
    with pytest.raises(Unsupported):
        AirflowCli.of(None, {}).rows(Question.PROVIDERS)
