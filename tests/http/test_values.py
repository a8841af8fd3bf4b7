"""Values at the edge of what JSON and the database can hold, there and back over HTTP."""

import json
from typing import Any

import pytest

from tests.http.server import Served

TRIGGER = 'mutation ($conf: JSON) { triggerDag(input: {dagId: "idle", conf: $conf}) { dagRun { runId conf } } }'


def triggered(server: Served, conf: str) -> tuple[Any, list[str]]:
    """Trigger a run with the JSON of its configuration; return what it was given, or the codes of the refusal.

    Whatever is refused leaves no run behind.
    """
    count = '{ dag(dagId: "idle") { runs { totalCount } } }'
    before = server.ask(count)["dag"]["runs"]["totalCount"]
    body = json.dumps({"query": TRIGGER, "variables": {"conf": "HERE"}}).replace('"HERE"', conf)
    answer = server.post(body.encode())
    told = json.loads(answer.content)
    if "errors" in told:
        assert server.ask(count)["dag"]["runs"]["totalCount"] == before
        return None, [error["extensions"]["code"] for error in told["errors"]]
    run = told["data"]["triggerDag"]["dagRun"]
    again = server.ask('query ($run: String!) { dagRun(dagId: "idle", runId: $run) { conf } }', run=run["runId"])
    assert again["dagRun"]["conf"] == run["conf"]
    return run["conf"], []


def test_what_a_run_is_given_comes_back_as_it_was(changing_server: Served) -> None:
    confs: list[dict[str, object]] = [
        {},
        {"a": None, "b": True, "c": 0.1, "d": -0.0, "e": 1e-300, "f": 2**53 + 1, "g": 2**63 - 1},
        {"": "", " ": "\t", "ключ": "значение ✓ 🛩", 'quote"': "back\\slash"},
        {"list": [1, [2, [3]], {"x": []}]},
        {"__type": "datetime", "__var": 5},
        {"long": "x" * 100_000},
    ]
    for conf in confs:
        assert triggered(changing_server, json.dumps(conf)) == (conf, [])


def test_what_a_run_is_given_is_an_object(changing_server: Served) -> None:
    for conf in ('"text"', "5", "[1]", "true"):
        assert triggered(changing_server, conf) == (None, ["INVALID"])


def test_a_nul_is_kept_or_refused(changing_server: Served) -> None:
    assert triggered(changing_server, '{"a": "nul\\u0000"}') in [({"a": "nul\x00"}, []), (None, ["INVALID"])]


@pytest.mark.parametrize("levels", [10, 60, 100, 300, 900, 1_100])
def test_a_value_of_any_depth_is_kept_or_refused(changing_server: Served, levels: int) -> None:
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]

    kept, codes = triggered(changing_server, '{"deep": ' + "[" * (levels + 1) + "]" * (levels + 1) + "}")

    if levels <= 10:
        assert kept == {"deep": nested}
    else:
        assert kept == {"deep": nested} or codes in (["INVALID"], ["BAD_REQUEST"])


def test_a_number_of_any_length_comes_back(changing_server: Served) -> None:
    number = 10**30 + 1
    document = TRIGGER.replace("($conf: JSON) ", "").replace("$conf", f"{{big: {number}, small: -{2**64}}}")

    answer = changing_server.post({"query": document})

    assert answer.status_code == 200
    told = json.loads(answer.content)
    assert "errors" not in told
    conf = told["data"]["triggerDag"]["dagRun"]["conf"]
    # SQLite and PostgreSQL differ in whether such a number stays whole.
    assert {name: float(value) for name, value in conf.items()} == {"big": float(number), "small": float(-(2**64))}
