"""Random documents over the schema: valid by its types, hostile in their values."""

import json
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from hypothesis import strategies as st

from graph.types.node import global_id

Draw = st.DrawFn

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
_IDS = st.one_of(
    st.sampled_from(
        [
            global_id("DAG", "etl"),
            global_id("DagRun", "etl", "r2"),
            global_id("TaskInstance", "etl", "r4", "t1", -1),
            global_id("Task", "mapped", "double"),
            global_id("Pool", "narrow"),
            global_id("Variable", "plain"),
            global_id("Nope", "x"),
            global_id("DAG", "etl", "etl"),
        ]
    ),
    _TEXTS,
)
_INTEGERS = st.sampled_from([-(2**31), -1000, -1, 0, 1, 2, 5, 100, 1000, 1001, 10**6, 2**31 - 1])
_INSTANTS = st.sampled_from(
    [
        "2026-03-01T00:00:00Z",
        "2026-03-03T00:00:00+02:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "1900-01-01T00:00:00+00:00",
        "2026-02-29T00:00:00Z",
        "2026-03-01T00:00:00",
        "soon",
    ]
)
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


# What an argument of such a name is likely to hold, so that documents find something to work on.
_NAMED = {
    "dagId": ["etl", "described", "mapped", "nested_groups", "idle", "gone"],
    "runId": ["r0", "r1", "r2", "r3", "r4", "m", "d", "g"],
    "taskId": ["extract", "load", "double", "numbers", "shown", "work", "t3"],
    "key": ["plain", "encrypted", "unreadable"],
    "name": ["narrow", "endless", "default_pool"],
}


def values(type_: GraphQLInputType, name: str) -> st.SearchStrategy[Any]:
    """Return a strategy of values for an argument of that name, as variables hold them."""
    if isinstance(type_, GraphQLNonNull):
        return _present(type_.of_type, name)
    return st.one_of(_present(type_, name), st.none())


def _present(type_: Any, name: str) -> st.SearchStrategy[Any]:
    match type_:
        case GraphQLList():
            return st.lists(values(type_.of_type, name.removesuffix("s")), max_size=3)
        case GraphQLEnumType():
            return st.sampled_from(sorted(type_.values))
        case GraphQLInputObjectType():
            fields = type_.fields
            strategies = {at: values(field.type, at) for at, field in fields.items()}
            needed = {at for at, field in fields.items() if is_required_input_field(field)}
            return st.fixed_dictionaries(
                {at: one for at, one in strategies.items() if at in needed},
                optional={at: one for at, one in strategies.items() if at not in needed},
            )
    scalar = _SCALARS[type_.name]
    return st.one_of(st.sampled_from(_NAMED[name]), scalar) if name in _NAMED else scalar


class Writer:
    """Writes one document; what it draws for arguments goes into variables."""

    def __init__(self, draw: Draw, schema: GraphQLSchema) -> None:
        self.draw = draw
        self.schema = schema
        self.variables: dict[str, object] = {}
        self.declared: list[str] = []
        self.fragments: list[str] = []
        self.aliases = 0

    def operation(self, kind: str, type_: GraphQLObjectType, depth: int) -> str:
        """Return a document with one or two root fields, or one mutation."""
        names = self.draw(
            st.lists(st.sampled_from(sorted(type_.fields)), min_size=1, max_size=2 if kind == "query" else 1)
        )
        told = [self.field(name, type_.fields[name], depth, f"root{at}: ") for at, name in enumerate(names)]
        head = f"{kind} ({' '.join(self.declared)})" if self.declared else kind
        return f"{head} {{ {' '.join(told)} }} {' '.join(self.fragments)}"

    def field(self, name: str, field: GraphQLField, depth: int, alias: str = "") -> str:
        """Return a field with its arguments, directives and selection."""
        given = [
            f"{at}: ${self.variable(at, argument.type)}"
            for at, argument in field.args.items()
            if is_required_argument(argument) or self.draw(st.booleans())
        ]
        passed = f"({', '.join(given)})" if given else ""
        named = get_named_type(field.type)
        below = "" if is_leaf_type(named) else self.selection(named, depth - 1)
        return f"{alias}{name}{passed}{self.directive()} {below}"

    def selection(self, type_: Any, depth: int) -> str:
        """Return a selection of some of a type's fields, now and then through a fragment."""
        told = ["__typename"] if self.draw(st.booleans()) else []
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            possible = self.draw(st.lists(st.sampled_from(self.schema.get_possible_types(type_)), max_size=2))
            told += [f"... on {one.name} {self.selection(one, depth)}" for one in possible]
            return "{ " + " ".join(told or ["__typename"]) + " }"
        for name in self.names(type_, depth):
            self.aliases += 1
            alias = f"a{self.aliases}: " if type_.fields[name].args or self.draw(st.booleans()) else ""
            told.append(self.field(name, type_.fields[name], depth, alias))
        inner = "{ " + " ".join(told or ["__typename"]) + " }"
        match self.draw(st.integers(0, 9)):
            case 0:
                return f"{{ ... on {type_.name}{self.directive()} {inner} }}"
            case 1:
                name = f"f{len(self.fragments)}"
                self.fragments.append(f"fragment {name} on {type_.name} {inner}")
                return f"{{ ...{name}{self.directive()} ...{name} }}"
        return inner

    def names(self, type_: GraphQLObjectType, depth: int) -> list[str]:
        """Return names of some fields, leaves alone where the depth is used up."""
        leaves = sorted(name for name, field in type_.fields.items() if is_leaf_type(get_named_type(field.type)))
        choice = leaves if depth <= 0 else sorted(type_.fields)
        if not choice:
            return []
        return self.draw(st.lists(st.sampled_from(choice), min_size=1, max_size=4, unique=True))

    def variable(self, argument: str, type_: GraphQLInputType) -> str:
        """Declare a variable with a drawn value for an argument of that name; return the variable's."""
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {type_}")
        self.variables[name] = self.draw(values(type_, argument))
        return name

    def directive(self) -> str:
        """Return a directive, or nothing."""
        match self.draw(st.integers(0, 11)):
            case 0:
                return f" @include(if: ${self.variable('if', self.boolean)})"
            case 1:
                return " @skip(if: false)"
        return ""

    @property
    def boolean(self) -> GraphQLInputType:
        """The type of a condition."""
        type_: Any = self.schema.type_map["Boolean"]
        return GraphQLNonNull(type_)


@st.composite
def documents(draw: Draw, schema: GraphQLSchema, kind: str) -> tuple[str, dict[str, object]]:
    """Return a document of a kind (`query` or `mutation`), and its variables."""
    writer = Writer(draw, schema)
    type_ = schema.query_type if kind == "query" else schema.mutation_type
    if type_ is None:
        raise TypeError(f"the schema has no {kind}")
    written = writer.operation(kind, type_, draw(st.integers(2, 4)))
    # What a client sends comes as JSON.
    return written, json.loads(json.dumps(writer.variables))
