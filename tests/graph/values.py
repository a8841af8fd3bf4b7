"""Random values for arguments: mostly such as find something, else hostile."""

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    is_required_input_field,
)
from hypothesis import strategies as st

from graph.types.node import global_id

_TEXTS = st.one_of(
    st.sampled_from(
        [
            "etl", "described", "mapped", "nested_groups", "r0", "r2", "r4", "m", "extract", "load", "double", "narrow",
            "default_pool", "plain", "encrypted", "", "a/b", "'", '"', "\\", "%", "_", "✓", "\u0000", "x" * 300,
            "scheduled__2026-03-01T00:00:00+00:00", "../..", "[", "(", "*", "~", "-1",
        ]
    ),
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
)  # fmt: skip


def _mostly(usual: st.SearchStrategy[Any], others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy of the usual, and of others once in ten times."""
    return st.integers(0, 9).flatmap(lambda at: others if at == 9 else usual)


_IDS = _mostly(
    st.sampled_from(
        [
            global_id("DAG", "etl"),
            global_id("DagRun", "etl", "r2"),
            global_id("TaskInstance", "etl", "r4", "t1", -1),
            global_id("Task", "mapped", "double"),
            global_id("Pool", "narrow"),
            global_id("Variable", "plain"),
            global_id("DAG", "spoiled"),
            global_id("DagRun", "spoiled", "bad0"),
            global_id("DagRun", "spoiled", "bad4"),
            global_id("TaskInstance", "spoiled", "bad0", "b", -1),
            global_id("Task", "odd", "strange"),
            global_id("Pool", "holes"),
            global_id("Variable", "unreadable"),
            global_id("TaskGroup", "nested_groups", "outer"),
            global_id("DAG", "none"),
            global_id("Nope", "x"),
            global_id("DAG", "etl", "etl"),
        ]
    ),
    _TEXTS,
)
_INTEGERS = st.sampled_from([-(2**31), -1000, -1, 0, 1, 2, 5, 100, 1000, 1001, 10**6, 2**31 - 1])
_GOOD_INSTANTS = st.sampled_from(
    [
        "2026-03-01T00:00:00Z",
        "2026-03-03T00:00:00+02:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "1900-01-01T00:00:00+00:00",
    ]
)
_NO_INSTANTS = st.sampled_from(["2026-02-29T00:00:00Z", "2026-03-01T00:00:00", "soon"])
_INSTANTS = st.one_of(_GOOD_INSTANTS, _GOOD_INSTANTS, _GOOD_INSTANTS, _NO_INSTANTS)
_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), _INTEGERS, st.sampled_from([0.5, 1e300, 10**30, -(2**63) - 1]), _TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXTS, inner, max_size=3)),
    max_leaves=6,
)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "String": _TEXTS,
    "ID": _IDS,
    "Int": _INTEGERS,
    "Float": st.sampled_from([-1.0, 0.0, 0.5, 1e308]),
    "Boolean": st.booleans(),
    "DateTime": _INSTANTS,
    "Duration": st.sampled_from([-1.0, 0.0, 0.5, 1e308]),
    "JSON": _JSON,
}


# As values stand in a document, where one that is none would make it no valid one.
_IN_PLACE: dict[str, st.SearchStrategy[Any]] = {
    **_SCALARS,
    "DateTime": _GOOD_INSTANTS,
    "JSON": st.sampled_from([None, True, 3, 0.5, "x", [1, [None]], {"a": {"b": []}}]),
}

# What an argument of such a name is likely to hold, so that documents find something to work on.
_NAMED: dict[str, list[Any]] = {
    "dagId": ["etl", "etl", "etl", "etl", "mapped", "described", "mapped", "nested_groups", "idle", "gone", "spoiled"],
    "runId": ["r0", "r1", "r2", "r3", "r4", "r4", "r2", "m", "d", "g", "bad0", "bad1"],
    "taskId": ["extract", "load", "double", "numbers", "shown", "work", "t3"],
    "key": ["plain", "encrypted", "unreadable", "new"],
    "name": ["narrow", "endless", "default_pool", "fresh"],
    "first": [1, 2, 3, 5, 25, 100],
    "upTo": [1, 2, 1000],
    "mapIndex": [-1, -1, 0, 1],
    "dagIdContains": ["e", "D", "_"],
    "nameContains": ["e", "N"],
    "keyContains": ["e", "A"],
    "ownerContains": ["a", "DATA"],
    "tag": ["daily", "attribute"],
    "pool": ["narrow", "default_pool"],
    "queue": ["default", "slow"],
    "operator": ["EmptyOperator"],
    "slots": [1, 5, -1],
}


def values(type_: GraphQLInputType, name: str, *, in_place: bool = False) -> st.SearchStrategy[Any]:
    """Return a strategy of values for an argument of that name, as variables or documents hold them."""
    if isinstance(type_, GraphQLNonNull):
        return present(type_.of_type, name, in_place=in_place)
    told = present(type_, name, in_place=in_place)
    return st.one_of(told, told, told, st.none())


def present(type_: Any, name: str, *, in_place: bool = False) -> st.SearchStrategy[Any]:
    """Return a strategy of such values without null."""
    match type_:
        case GraphQLNonNull():
            return present(type_.of_type, name, in_place=in_place)
        case GraphQLList():
            return st.lists(values(type_.of_type, name.removesuffix("s"), in_place=in_place), max_size=3)
        case GraphQLEnumType():
            return st.sampled_from(sorted(type_.values))
        case GraphQLInputObjectType():
            return _objects(type_, in_place=in_place)
    if "." in name:
        # A cursor, that whoever sends the document finds in the world: of that list, and so far down.
        return st.integers(0, 4).map(lambda at: f"@{name}:{at}")
    scalar = (_IN_PLACE if in_place else _SCALARS)[type_.name]
    if name not in _NAMED:
        return scalar
    named = st.sampled_from(_NAMED[name])
    return _mostly(named, scalar)


def _objects(type_: GraphQLInputObjectType, *, in_place: bool) -> st.SearchStrategy[Any]:
    """Return a strategy of input objects: few conditions in each, as few rows fulfil many."""
    fields = type_.fields
    strategies = {at: values(field.type, at, in_place=in_place) for at, field in fields.items()}
    needed = [at for at, field in fields.items() if is_required_input_field(field)]
    others = sorted(set(fields) - set(needed))
    chosen = st.lists(st.sampled_from(others), max_size=2, unique=True) if others else st.just([])
    return chosen.flatmap(lambda more: st.fixed_dictionaries({at: strategies[at] for at in [*needed, *more]}))
