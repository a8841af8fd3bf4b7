"""GraphQL documents, parsed and validated once, within the limits of what one may ask."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import orjson
from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    parse,
    validate,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values
from graphql.language import Visitor

from graph.planned import Planned, Planner
from resolvers.errors import Invalid, TooExpensive
from resolvers.settings import Settings

_KEPT = 500
_PLANS_KEPT = 32

# Of a document's variables, how many are kept as they were coerced, and of how many bytes at most.
_VARIABLES_KEPT = 64
_LONGEST_KEPT = 2_000

# As many faults of variables are told as graphql-core tells.
_MOST_FAULTS = 50

_NO_VARIABLES = VariableValues({}, {})
_MOST_TOKENS = 15_000
_MOST_FIELDS = 5_000


@dataclass(frozen=True)
class Prepared:
    """A document that was parsed, what is wrong with it (nothing where it may be executed), and its plans so far."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()
    planner: Planner | None = None
    kept: dict[object, Planned] = field(default_factory=dict, repr=False)
    _variables: dict[tuple[int, bytes], VariableValues] = field(default_factory=dict, repr=False)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Return the operation to execute; `Invalid` where the name does not decide on one."""
        found = [
            one
            for one in (self.document.definitions if self.document else ())
            if isinstance(one, OperationDefinitionNode)
        ]
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
    _prepare: object = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "planner", Planner(self.schema, self.settings.max_page_size))
        object.__setattr__(self, "_prepare", lru_cache(maxsize=_KEPT)(self._prepared))

    def prepare(self, text: str) -> Prepared:
        """Return the document of a text; `TooExpensive` where it is longer or deeper than allowed."""
        if len(text.encode()) > self.settings.max_document_bytes:
            raise TooExpensive(
                f"The document is longer than {self.settings.max_document_bytes:,} bytes.",
                field="query",
                hint="Use variables for values, fragments for what repeats.",
            )
        prepared: Prepared = self._prepare(text)  # type: ignore[operator]
        return prepared

    def _prepared(self, text: str) -> Prepared:
        try:
            document = parse(text, max_tokens=_MOST_TOKENS)
        except GraphQLSyntaxError as error:
            return Prepared(None, (error,))
        except RecursionError:
            return Prepared(None, (_too_deep(),))
        try:
            # Depth first: the rules of GraphQL recurse as deep as the document.
            refused = self._limits(document) or validate(self.schema, document, max_errors=20)
        except RecursionError:
            refused = [_too_deep()]
        return Prepared(document, tuple(refused), self.planner)

    def _limits(self, document: DocumentNode) -> list[GraphQLError]:
        measure = _Measure(document)
        found = []
        for operation in document.definitions:
            if isinstance(operation, OperationDefinitionNode):
                size = measure.size(operation.selection_set)
                found += [_refused(problem, operation) for problem in self._too_much(size, introspects(operation))]
        return found

    def _too_much(self, size: "_Size", introspection: bool) -> Iterator[TooExpensive]:  # noqa: FBT001 - private
        depth, roots = self.settings.max_depth, self.settings.max_root_fields
        # Introspection is nested deeply by nature; how deeply, GraphQL's own rules limit.
        if size.depth > depth and not introspection:
            yield TooExpensive(f"This operation is {size.depth} levels deep; {depth} are allowed.")
        if size.here > roots:
            yield TooExpensive(f"This operation has more root fields than the {roots} that are allowed.")
        if size.all > _MOST_FIELDS:
            yield TooExpensive(
                f"This operation selects more than {_MOST_FIELDS:,} fields, each fragment counted where it is spread.",
                hint="Ask for less at once.",
            )


def _refused(problem: TooExpensive, node: Node | None = None) -> GraphQLError:
    return GraphQLError(problem.detail, node, original_error=problem)


def _too_deep() -> GraphQLError:
    return _refused(TooExpensive("The document is nested too deeply.", hint="Nest fields and values less."))


def introspects(operation: OperationDefinitionNode) -> bool:
    """Say whether an operation asks about the schema alone."""
    selections = operation.selection_set.selections
    return operation.operation is OperationType.QUERY and all(
        isinstance(node, FieldNode) and node.name.value.startswith("__") for node in selections
    )


@dataclass(frozen=True)
class _Size:
    """How many levels of fields a selection has, and how many fields: at its own level, and in all."""

    depth: int = 0
    here: int = 0
    all: int = 0


class _Measure:
    """Measures selections, each fragment once: spreading them may multiply without end."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._sizes: dict[str, _Size] = {}

    def size(self, selections: SelectionSetNode) -> _Size:
        """Return the size of a selection with its fragments spread, before equal fields are merged."""
        parts = [self._part(node) for node in selections.selections]
        return _Size(
            max((part.depth for part in parts), default=0),
            sum(part.here for part in parts),
            sum(part.all for part in parts),
        )

    def _part(self, node: SelectionNode) -> _Size:
        match node:
            case FieldNode():
                below = self.size(node.selection_set) if node.selection_set else _Size()
                return _Size(1 + below.depth, 1, 1 + below.all)
            case InlineFragmentNode():
                return self.size(node.selection_set)
            case FragmentSpreadNode():
                return self._spread(node.name.value)
        return _Size()

    def _spread(self, name: str) -> _Size:
        if name not in self._fragments:
            return _Size()
        if name not in self._sizes:
            # A fragment that contains itself is left to validation, which refuses it.
            self._sizes[name] = _Size()
            self._sizes[name] = self.size(self._fragments[name].selection_set)
        return self._sizes[name]
