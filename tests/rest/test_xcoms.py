"""XComs by the stable API: printed as Python prints them, unless they are wanted as they are."""

import ast
from typing import Any

import pytest

from graph.rest.printed import printed
from tests.rest.api import Api

ENTRIES = "/dags/etl/dagRuns/r0/taskInstances/extract/xcomEntries"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (True, "True"),
        ({"a": None, "b": [1, "x"]}, "{'a': None, 'b': [1, 'x']}"),
        ({"__classname__": "builtins.tuple", "__version__": 1, "__data__": [1, "a"]}, "(1,a)"),
        (
            {"__classname__": "datetime.datetime", "__version__": 2, "__data__": {"timestamp": 1.5, "tz": "UTC"}},
            "datetime.datetime@version=2(timestamp=1.5,tz=UTC)",
        ),
        (
            [{"__classname__": "m.C", "__version__": 1, "__data__": {"of": {"__type": "dict", "__var": {"k": 1}}}}],
            "[\"m.C@version=1(of={'k': 1})\"]",
        ),
        ({"__classname__": "m.C", "__version__": 1, "__data__": "x"}, "m.C@version=1(x)"),
        ({"__classname__": "m.C", "__data__": "x"}, "{'__classname__': 'm.C', '__data__': 'x'}"),
    ],
)
def test_a_value_is_printed_as_airflow_2_prints_it(value: object, text: str | None) -> None:
    assert printed(value) == text


def test_entries_are_listed_without_their_values(furnished: Api) -> None:
    told = furnished.get(ENTRIES)

    assert told["total_entries"] == 2
    assert told["xcom_entries"][0] == {
        "dag_id": "etl",
        "execution_date": "2026-03-01T00:00:00+00:00",
        "key": "nothing",
        "map_index": -1,
        "task_id": "extract",
        "timestamp": "2026-03-01T00:00:00+00:00",
    }


def test_entries_of_all_runs_are_narrowed(furnished: Api) -> None:
    def found(**query: Any) -> list[tuple[str, int]]:
        told = furnished.get("/dags/~/dagRuns/~/taskInstances/~/xcomEntries", **query)
        return [(one["task_id"], one["map_index"]) for one in told["xcom_entries"]]

    assert found(xcom_key="return_value") == [
        ("extract", -1),
        ("load", -1),
        ("double", 0),
        ("double", 1),
        ("double", 2),
    ]
    assert found(map_index=1) == [("double", 1)]
    assert found(limit=1, offset=2) == [("load", -1)]


def test_a_value_is_text_unless_it_is_wanted_as_it_is(furnished: Api) -> None:
    def value(key: str, **query: Any) -> Any:
        return furnished.get(f"{ENTRIES}/{key}", **query)["value"]

    # PostgreSQL has an order of its own for the keys of Airflow 3.
    assert ast.literal_eval(value("return_value")) == {"rows": 3, "of": ["a", None, 1.5]}
    assert value("return_value", stringify="false") == {"rows": 3, "of": ["a", None, 1.5]}
    assert value("nothing") is None


def test_a_key_with_slashes_is_found(api: Api) -> None:
    api.world.xcom("etl", "r0", "extract", "a/b", 1)

    assert api.get(f"{ENTRIES}/a%2Fb")["value"] == "1"


def test_what_is_not_there_or_not_enabled_is_refused(furnished: Api) -> None:
    missing = furnished.send("GET", f"{ENTRIES}/nope")
    mapped = furnished.send("GET", f"{ENTRIES}/return_value", params={"map_index": 3})
    disabled = furnished.send("GET", f"{ENTRIES}/return_value", params={"deserialize": "true"})

    assert (missing.status_code, missing.json()["title"]) == (404, "XCom entry not found")
    assert mapped.status_code == 404
    assert disabled.json()["detail"] == "XCom deserialization is disabled in configuration."
