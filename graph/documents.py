"""GraphQL documents, parsed and validated once, within the limits of what one may ask."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

import orjson
from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    VariableNode,
    parse,
    validate,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import Visitor

from graph.keeping import Kept
from graph.limits import MOST_ERRORS, limits, refused, too_many_tokens
from graph.planned import Planned, Planner
from resolvers.errors import Invalid, TooExpensive
from resolvers.settings import Settings

# How many documents are kept, and of how many characters with their plans: each takes some hundred bytes.
_KEPT = 500
_HEAVIEST = 500_000

_PLANS_KEPT = 32

# Of a document's variables, how many are kept as they were coerced, and of how many bytes at most.
_VARIABLES_KEPT = 64
_LONGEST_KEPT = 2_000

# As many faults of variables are told as graphql-core tells.
_MOST_FAULTS = 50

_NO_VARIABLES = VariableValues({}, {})

# In which words graphql-core gives up reading.
_TOO_MANY_TOKENS = re.compile("contains more than .* tokens")


@dataclass(frozen=True)
class Prepared:
    """A document that was parsed, what is wrong with it (nothing where it may be executed), and its plans so far."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    planner: Planner | None = None
    # Told of each plan that is kept.
    grew: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)
    kept: dict[object, Planned] = field(default_factory=dict, repr=False)
    _variables: dict[tuple[int, bytes], VariableValues] = field(default_factory=dict, repr=False)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Return the operation to execute; `Invalid` where the name does not decide on one."""
        found = self._operations
        if name is None and len(found) == 1:
            return found[0]
        for one in found:
            if name is not None and one.name is not None and one.name.value == name:
                return one
        names = ", ".join(one.name.value for one in found if one.name)
        raise Invalid(
            f"The document has no operation named {name!r}." if name else "The document has several operations.",
            field="operationName",
            hint=f"Name one of: {names}." if names else "Send a document with one operation.",
        )

    @cached_property
    def _operations(self) -> tuple[OperationDefinitionNode, ...]:
        definitions = self.document.definitions if self.document else ()
        return tuple(one for one in definitions if isinstance(one, OperationDefinitionNode))

    @cached_property
    def conditions(self) -> tuple[str, ...]:
        """The variables on which it depends what the document asks for: those of @skip and @include."""
        return _conditions(self.document) if self.document else ()

    def variables(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, object] | None
    ) -> VariableValues | list[GraphQLError]:
        """Return the variables of an operation as graphql-core coerces them, or what is wrong with them.

        A page that asks for the same every few seconds has the same ones each time: the latest are kept.
        """
        if not operation.variable_definitions:
            return _NO_VARIABLES
        try:
            key = (id(operation), orjson.dumps(given or {}))
        except orjson.JSONEncodeError:
            return _coerced(schema, operation, given)
        found = self._variables.get(key)
        if found is not None:
            return found
        coerced = _coerced(schema, operation, given)
        if not isinstance(coerced, list) and len(key[1]) <= _LONGEST_KEPT:
            if len(self._variables) >= _VARIABLES_KEPT:
                self._variables.clear()
            self._variables[key] = coerced
        return coerced

    def planned(self, operation: OperationDefinitionNode, variables: VariableValues) -> Planned:
        """Return the plan of an operation, made once for each way in which its conditions fall out."""
        values: dict[str, object] = {}
        if self.conditions:
            values = {name: variables.coerced[name] for name in self.conditions if name in variables.coerced}
        key = (id(operation), *values.items())
        found = self.kept.get(key)
        if found is None:
            if self.planner is None or self.document is None:
                raise TypeError("a document that is wrong has no plan")
            if len(self.kept) >= _PLANS_KEPT:
                self.kept.clear()
            sources = {name: variables.sources[name] for name in values}
            found = self.planner.plan(self.document, operation, VariableValues(sources, values))
            self.kept[key] = found
            self.grew()
        return found


def _coerced(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, object] | None
) -> VariableValues | list[GraphQLError]:
    declared = operation.variable_definitions or ()
    return get_variable_values(schema, declared, dict(given or {}), max_errors=_MOST_FAULTS)


class _Conditions(Visitor):
    """Finds the variables of @skip and @include."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, None] = {}

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.found[argument.value.name.value] = None


def _conditions(document: DocumentNode) -> tuple[str, ...]:
    finder = _Conditions()
    visit(document, finder)
    return tuple(finder.found)


@dataclass(frozen=True)
class Documents:
    """Prepares documents for a schema, and keeps the latest of them."""

    schema: GraphQLSchema
    settings: Settings
    planner: Planner = field(init=False, repr=False, compare=False)
    _kept: Kept[str, Prepared] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "planner", Planner(self.schema, self.settings.max_page_size))
        object.__setattr__(self, "_kept", Kept(self._prepared, most=_KEPT, heaviest=_HEAVIEST))

    def prepare(self, text: str) -> Prepared:
        """Return the document of a text; `TooExpensive` where it is longer or deeper than allowed."""
        length = len(text.encode())
        if length > self.settings.max_document_bytes:
            raise TooExpensive(
                f"This document has {length:,} bytes; {self.settings.max_document_bytes:,} are allowed.",
                field="query",
                hint="Use variables for values, fragments for what repeats; or raise AIRFLOW_GRAPH_MAX_DOCUMENT_BYTES.",
            )
        return self._kept.of(text)

    def _prepared(self, text: str) -> Prepared:
        try:
            document = parse(text, max_tokens=self.settings.max_tokens)
        except GraphQLSyntaxError as error:
            too_long = _TOO_MANY_TOKENS.search(error.message)
            return Prepared(None, (refused(too_many_tokens(self.settings)) if too_long else error,))
        except RecursionError:
            return Prepared(None, (_too_deep(),))
        try:
            # Limits first: the rules of GraphQL recurse as deep as the document, and compare all fields of one name.
            wrong = limits(self.schema, document, self.settings) or validate(
                self.schema, document, max_errors=MOST_ERRORS
            )
        except RecursionError:
            wrong = [_too_deep()]
        return Prepared(document, tuple(wrong), self.planner, partial(self._kept.grew, text))


def _too_deep() -> GraphQLError:
    return refused(TooExpensive("The document is nested too deeply.", hint="Nest fields and values less."))
