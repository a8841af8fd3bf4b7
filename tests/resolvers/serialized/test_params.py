"""A conf that fits the parameters is taken, and any other is refused with the reason."""

from typing import Any

import pytest

from resolvers.errors import Invalid
from resolvers.serialized.encoding import NOT_SET
from resolvers.serialized.params import Param, decode_params, resolve_params

NUMBER = Param(5, "From one to ten.", {"type": "integer", "minimum": 1, "maximum": 10})


def test_params_of_every_age_are_read() -> None:
    pair = [
        "n",
        {"__class": "airflow.models.param.Param", "default": 5, "schema": {"__type": "dict", "__var": {"a": 1}}},
    ]
    assert decode_params([pair])["n"].schema == {"a": 1}
    assert decode_params({"n": pair[1]})["n"].default == 5
    assert decode_params({"n": 3}) == {"n": Param(3)}
    bare = {"__class": "airflow.models.param.Param", "default": {"k": [1]}, "schema": {"type": "object"}}
    assert decode_params([["n", bare]])["n"] == Param({"k": [1]}, None, {"type": "object"})
    assert decode_params(None) == decode_params("x") == {}


def test_a_param_without_default_knows_that_it_has_none() -> None:
    stored = {"__class": "p.Param", "default": {"__type": "arg_not_set", "__var": None}, "schema": {}}
    assert not decode_params([["n", stored]])["n"].has_default
    assert decode_params([["n", {**stored, "default": None}]])["n"].has_default


def test_a_key_of_the_conf_replaces_a_default_whole() -> None:
    params = {"nested": Param({"a": 1, "b": 2}), "n": NUMBER}
    assert resolve_params(params, {"nested": {"c": 3}, "other": True}) == {"nested": {"c": 3}, "n": 5, "other": True}
    assert resolve_params(params, None) == {"nested": {"a": 1, "b": 2}, "n": 5}


def test_what_does_not_fit_is_refused_as_airflow_does_it() -> None:
    with pytest.raises(Invalid) as refused:
        resolve_params({"n": NUMBER}, {"n": 11})
    assert refused.value.detail.startswith("Invalid input for param n: 11 is greater than the maximum of 10\n\nFailed")
    assert (refused.value.field, refused.value.hint) == ("conf", "From one to ten.")


def test_a_default_that_does_not_fit_must_be_overridden() -> None:
    params = {"n": Param(None, None, {"type": "integer"})}
    with pytest.raises(Invalid, match="None is not of type 'integer'"):
        resolve_params(params, {})
    assert resolve_params(params, {"n": 1}) == {"n": 1}


def test_a_value_that_must_be_given_is_asked_for() -> None:
    with pytest.raises(Invalid, match="Invalid input for param n: No value passed") as refused:
        resolve_params({"n": Param(NOT_SET)}, {})
    assert "'n'" in str(refused.value.hint)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2026-02-03T04:05:06Z", True),
        ("2026-02-03T04:05:06+02:00", True),
        ("2026-02-03T04:05:06", True),
        ("2026-02-03 04:05", True),
        ("2026-02-03", False),
        ("tomorrow at noon", False),
    ],
)
def test_a_date_with_a_time_may_be_written_in_every_way_that_airflow_takes(text: str, fits: bool) -> None:
    params = {"when": Param(schema={"type": "string", "format": "date-time"})}
    if fits:
        assert resolve_params(params, {"when": text}) == {"when": text}
    else:
        with pytest.raises(Invalid, match="is not a 'date-time'"):
            resolve_params(params, {"when": text})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "no such type"},
        {"pattern": "("},
        {"$ref": "#"},
        {"$ref": "http://127.0.0.1:9/schema"},
        {"$ref": "#/nowhere"},
    ],
)
def test_a_schema_at_fault_is_named_and_nothing_is_fetched(schema: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="Invalid input for param n") as refused:
        resolve_params({"n": Param("one", None, schema)}, {})
    assert "schema" in str(refused.value.hint)
