"""Random documents over the schema: valid by its types, in all the ways in which one can ask for the same."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    GraphQLEnumType,
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
)
from hypothesis import strategies as st

from tests.graph.values import present, values

Draw = st.DrawFn


@dataclass(frozen=True)
class Asked:
    """Requests for one document: which of its operations, and the variables of each request as JSON has them."""

    text: str
    variables: Sequence[Mapping[str, Any]] = ({},)
    operation: str | None = None


@dataclass(frozen=True)
class _Fragment:
    """A fragment that may be spread again; what is `apart` gives every field a name of its own."""

    name: str
    type: Any
    text: str
    variables: frozenset[str]
    apart: bool


@dataclass(frozen=True)
class _Told:
    """A field as it was written: its name in the answer, what it is, its arguments, and its type."""

    key: str
    name: str
    passed: str
    type: Any

    @property
    def head(self) -> str:
        return (self.name if self.key == self.name else f"{self.key}: {self.name}") + self.passed


class Writer:
    """Writes one document; what it draws for arguments goes into variables, or stands there as it is.

    A name in the answer is that of the field, where nothing is passed to it, or no other's in the document: so
    whatever is selected twice can be merged.
    """

    def __init__(self, draw: Draw, schema: GraphQLSchema, requests: int) -> None:
        self.draw = draw
        self.schema = schema
        self.variables: tuple[dict[str, object], ...] = tuple({} for _ in range(requests))
        self.declared: dict[str, str] = {}
        self.conditions: list[str] = []
        self.fragments: list[_Fragment] = []
        self.used: list[set[str]] = [set()]
        self.aliases = 0
        self.budget = draw(st.integers(8, 60))

    def chance(self, one_in: int) -> bool:
        """Return true once in so many times; false is what is tried first."""
        number: int = self.draw(st.integers(0, one_in - 1))
        return number == one_in - 1

    def operation(self, kind: str, type_: GraphQLObjectType, depth: int, name: str = "") -> str:
        """Return an operation with up to three root fields."""
        self.used = [set()]
        # Lists find most: half of what is asked for are some.
        lists = sorted(at for at, one in type_.fields.items() if "first" in one.args)
        count = self.draw(st.integers(1, 3 if kind == "query" else 2))
        told: list[str] = []
        for _ in range(count):
            if kind == "query" and self.chance(8):
                told.append(self.about())
                continue
            choice = lists if lists and not self.chance(2) else sorted(type_.fields)
            written = self.field(type_, self.draw(st.sampled_from(choice)), aliased=True)
            told.append(self.shown(written, depth))
            if kind == "query" and self.chance(6):
                told.append(self.shown(written, depth))
        if self.chance(5):
            told.insert(self.draw(st.integers(0, len(told))), f"{self.alias()}: __typename")
        inner = " ".join(told)
        if self.chance(8):
            inner = f"... on {type_.name}{self.directive()} {{ {inner} }}"
        declared = " ".join(f"${at}: {self.declared[at]}" for at in sorted(self.used[0]))
        return f"{kind} {name}{f'({declared})' if declared else ''} {{ {inner} }}"

    def about(self) -> str:
        """Return a field that asks about the schema."""
        if self.chance(3):
            return f"{self.alias()}: __schema{self.directive()} {{ queryType {{ name }} __typename }}"
        what = self.draw(st.sampled_from(["DAG", "Node", "DagRunState", "TriggerDagInput", "Nope"]))
        below = "{ __typename name kind fields { name } possibleTypes { name } }"
        return f'{self.alias()}: __type(name: "{what}"){self.directive()} {below}'

    def alias(self) -> str:
        """Return a name that no other field has."""
        self.aliases += 1
        return f"a{self.aliases}"

    def field(self, type_: Any, name: str, *, aliased: bool = False) -> _Told:
        """Return a field with its name in the answer and its arguments."""
        self.budget -= 1
        field = type_.fields[name]
        given = []
        for at, argument in field.args.items():
            if is_required_argument(argument) or self.chance(4):
                place = f"{type_.name}.{name}" if at == "after" else at
                value = self.passed(place, argument.type, has_default=argument.default is not None)
                given.append(f"{at}: {value}")
        passed = f"({', '.join(given)})" if given else ""
        key = self.alias() if passed or aliased or self.draw(st.booleans()) else name
        return _Told(key, name, passed, get_named_type(field.type))

    def shown(self, told: _Told, depth: int) -> str:
        """Return a field with a selection of its own."""
        directive = self.directive()
        if is_leaf_type(told.type):
            return f"{told.head}{directive}"
        further = depth if told.type.name.endswith(("Connection", "Edge")) else depth - 1
        return f"{told.head}{directive} {self.selection(told.type, further)}"

    def selection(self, type_: Any, depth: int, *, apart: bool = False) -> str:
        """Return a selection of some of a type's fields, some of them through fragments."""
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return self.open(type_, depth)
        told: list[str] = []
        if self.draw(st.integers(0, 2)) == 0:
            told.append(f"{self.alias()}: __typename" if apart or self.chance(4) else "__typename")
        for name in self.names(type_, depth):
            written = self.field(type_, name, aliased=apart)
            told.append(self.shown(written, depth))
            match self.draw(st.integers(0, 11)):
                case 0:  # to be merged
                    told.append(self.shown(written, depth - 1))
                case 1 if written.passed:  # the same list again
                    told.append(self.shown(replace(written, key=self.alias()), depth - 1))
        if self.chance(4):
            told.insert(self.draw(st.integers(0, len(told))), self.spread(type_, depth - 1, apart=apart))
        inner = " ".join(told or ["__typename"])
        match self.draw(st.integers(0, 14)):
            case 0:
                return f"{{ ... on {type_.name}{self.directive()} {{ {inner} }} }}"
            case 1:
                return f"{{ ...{self.directive()} {{ {inner} }} }}"
        return f"{{ {inner} }}"

    def open(self, type_: Any, depth: int) -> str:
        """Return a selection of an interface: of some of the types behind it."""
        possible = self.draw(st.lists(st.sampled_from(self.schema.get_possible_types(type_)), max_size=3))
        told = [f"... on {one.name}{self.directive()} {self.selection(one, depth, apart=True)}" for one in possible]
        if self.draw(st.booleans()):
            told.insert(self.draw(st.integers(0, len(told))), "id")
        if self.chance(4):
            told.append(self.spread(type_, depth, apart=True))
        return "{ " + " ".join(told or ["__typename"]) + " }"

    def spread(self, type_: Any, depth: int, *, apart: bool) -> str:
        """Return a fragment in line, or the spread of one with a name: a new one or one that there is."""
        fits = [one for one in self.fragments if one.type is type_ and (one.apart or not apart)]
        if fits and self.chance(2):
            found = self.draw(st.sampled_from(fits))
            self.used[-1] |= found.variables
            return f"...{found.name}{self.directive()}"
        interfaces = [] if isinstance(type_, GraphQLInterfaceType) else list(type_.interfaces)
        on = self.draw(st.sampled_from([type_, *interfaces]))
        # Within an interface stand fragments on types beside each other.
        apart = apart or on is not type_
        if self.draw(st.booleans()):
            return f"... on {on.name}{self.directive()} {self.selection(on, depth, apart=apart)}"
        self.used.append(set())
        text = self.selection(on, depth, apart=apart)
        variables = frozenset(self.used.pop())
        self.used[-1] |= variables
        name = f"f{len(self.fragments)}"
        self.fragments.append(_Fragment(name, on, f"fragment {name} on {on.name} {text}", variables, apart))
        return f"...{name}{self.directive()}"

    def names(self, type_: GraphQLObjectType, depth: int) -> list[str]:
        """Return names of some fields, leaves alone where the depth or the document's size is used up."""
        leaves = sorted(name for name, field in type_.fields.items() if is_leaf_type(get_named_type(field.type)))
        choice = leaves if depth <= 0 or self.budget <= 0 else sorted(type_.fields)
        if not choice:
            return []
        return self.draw(st.lists(st.sampled_from(choice), min_size=1, max_size=4, unique=True))

    def passed(self, name: str, type_: GraphQLInputType, *, has_default: bool) -> str:
        """Return what an argument of that name is given: a variable, or a value with variables in it or without."""
        if self.draw(st.booleans()):
            return self.variable(name, type_, has_default=has_default)
        told = self.draw(values(type_, name, in_place=True))
        return self.literal(type_, name, told)

    def literal(self, type_: GraphQLInputType, name: str, told: object) -> str:
        """Return a value as a document has it, now and then with a variable in the place of a part."""
        if told is None:
            return "null"
        match type_:
            case GraphQLNonNull():
                return self.literal(type_.of_type, name, told)
            case GraphQLList() if isinstance(told, list):
                item = type_.of_type
                parts = [self.part(item, name.removesuffix("s"), one) for one in told]
                return "[" + ", ".join(parts) + "]"
            case GraphQLInputObjectType() if isinstance(told, dict):
                inner = [f"{at}: {self.part(type_.fields[at].type, at, one)}" for at, one in told.items()]
                return "{" + ", ".join(inner) + "}"
            case GraphQLEnumType():
                return str(told)
        return _literal(told)

    def part(self, type_: GraphQLInputType, name: str, told: object) -> str:
        """Return a part of a value, or a variable in its place."""
        return self.variable(name, type_) if self.chance(6) else self.literal(type_, name, told)

    def variable(self, name: str, type_: GraphQLInputType, *, has_default: bool = False) -> str:
        """Declare a variable for an argument of that name: given, null, left out, with a default or without."""
        needed = isinstance(type_, GraphQLNonNull)
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        at = f"v{len(self.declared)}"
        default = ""
        if self.chance(4):
            told = self.draw(present(inner, name, in_place=True))
            default = f" = {_constant(inner, told)}"
        # What may be null may stand where null may not, if something stands in for what is left out.
        nullable = not needed or ((has_default or bool(default)) and self.draw(st.booleans()))
        self.declared[at] = f"{inner}{'' if nullable and not self.chance(6) else '!'}{default}"
        self.used[-1].add(at)
        may_be_null = not self.declared[at].removesuffix(default).endswith("!")
        for variables in self.variables:
            match self.draw(st.integers(0, 7)):
                case 6 if may_be_null or default:
                    pass  # left out
                case 7 if may_be_null:
                    variables[at] = None
                case _:
                    variables[at] = self.draw(present(inner, name))
        return f"${at}"

    def directive(self) -> str:
        """Return directives, or mostly none."""
        told = [
            f" @{name}(if: {self.condition()})"
            for name, here in zip(("include", "skip"), _DIRECTIVES[self.draw(st.integers(0, 15))], strict=True)
            if here
        ]
        return "".join(told)

    def condition(self) -> str:
        """Return a condition: true or false, a new variable, or one that is used elsewhere."""
        match self.draw(st.integers(0, 7)):
            case 0:
                return "true"
            case 1:
                return "false"
            case 2 | 3 | 4 if self.conditions:
                found = self.draw(st.sampled_from(self.conditions))
                self.used[-1].add(found)
                return f"${found}"
        at = f"v{len(self.declared)}"
        self.conditions.append(at)
        self.used[-1].add(at)
        declared = self.draw(st.sampled_from(["Boolean!", "Boolean!", "Boolean! = true", "Boolean = false"]))
        self.declared[at] = declared
        for variables in self.variables:
            if "=" not in declared or self.draw(st.booleans()):
                variables[at] = self.draw(st.booleans())
        return f"${at}"

    def document(self, operations: Sequence[str]) -> str:
        """Return the document of these operations, with the fragments."""
        return " ".join([*operations, *(one.text for one in self.fragments)])


# Whether there is @include, and whether there is @skip.
_DIRECTIVES = [(False, False)] * 12 + [(True, False)] * 2 + [(False, True), (True, True)]


def _constant(type_: Any, told: object) -> str:
    """Return a value without variables as a document has it."""
    match type_:
        case GraphQLNonNull():
            return _constant(type_.of_type, told)
        case GraphQLList() if isinstance(told, list):
            return "[" + ", ".join(_constant(type_.of_type, one) for one in told) + "]"
        case GraphQLInputObjectType() if isinstance(told, dict):
            inner = (f"{at}: {_constant(type_.fields[at].type, one)}" for at, one in told.items())
            return "{" + ", ".join(inner) + "}"
        case GraphQLEnumType():
            return "null" if told is None else str(told)
    return _literal(told)


def _literal(told: object) -> str:
    match told:
        case list():
            return "[" + ", ".join(map(_literal, told)) + "]"
        case dict():
            return "{" + ", ".join(f"{at}: {_literal(one)}" for at, one in told.items()) + "}"
    return json.dumps(told)


@st.composite
def requests(draw: Draw, schema: GraphQLSchema, kind: str, *, several: bool = True, times: int = 1) -> Asked:
    """Return requests for an operation of a kind (`query` or `mutation`), so many of them with other variables."""
    writer = Writer(draw, schema, times)
    type_ = schema.query_type if kind == "query" else schema.mutation_type
    if type_ is None:
        raise TypeError(f"the schema has no {kind}")
    names = ["One", "Other"] if several and writer.chance(6) else [""]
    written = [writer.operation(kind, type_, draw(st.integers(1, 3)), name) for name in names]
    name = draw(st.sampled_from(names)) or None
    # What a client sends comes as JSON.
    return Asked(writer.document(written), json.loads(json.dumps(writer.variables)), name)


@st.composite
def documents(draw: Draw, schema: GraphQLSchema, kind: str) -> tuple[str, dict[str, object]]:
    """Return a document of one operation of a kind (`query` or `mutation`), and its variables."""
    told = draw(requests(schema, kind, several=False))
    return told.text, dict(told.variables[0])
