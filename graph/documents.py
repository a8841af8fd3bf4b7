"""GraphQL documents, parsed and validated once, within the limits of what one may ask."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)

from resolvers.errors import Invalid, TooExpensive
from resolvers.settings import Settings

_KEPT = 500
_MOST_TOKENS = 15_000


@dataclass(frozen=True)
class Prepared:
    """A document that was parsed, and what is wrong with it; empty where it may be executed."""

    document: DocumentNode | None
    errors: tuple[GraphQLError, ...] = ()

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


@dataclass(frozen=True)
class Documents:
    """Prepares documents for a schema, and keeps the latest of them."""

    schema: GraphQLSchema
    settings: Settings
    _prepare: object = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
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
            return Prepared(None, (GraphQLError("The document is nested too deeply."),))
        try:
            # Depth first: the rules of GraphQL recurse as deep as the document.
            refused = self._limits(document) or validate(self.schema, document, max_errors=20)
        except RecursionError:
            refused = [GraphQLError("The document is nested too deeply.")]
        return Prepared(document, tuple(refused))

    def _limits(self, document: DocumentNode) -> list[GraphQLError]:
        fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
        found = []
        for operation in document.definitions:
            if not isinstance(operation, OperationDefinitionNode):
                continue
            if introspects(operation):
                continue
            depth = _depth(operation.selection_set, fragments, ())
            if depth > self.settings.max_depth:
                text = f"This operation is {depth} levels deep; {self.settings.max_depth} are allowed."
                found.append(GraphQLError(text, operation, extensions={"code": TooExpensive.code}))
            roots = sum(1 for _ in _fields(operation.selection_set, fragments, ()))
            if roots > self.settings.max_root_fields:
                text = f"This operation has {roots} root fields; {self.settings.max_root_fields} are allowed."
                found.append(GraphQLError(text, operation, extensions={"code": TooExpensive.code}))
        return found


def introspects(operation: OperationDefinitionNode) -> bool:
    """Say whether an operation asks about the schema alone."""
    selections = operation.selection_set.selections
    return operation.operation is OperationType.QUERY and all(
        isinstance(node, FieldNode) and node.name.value.startswith("__") for node in selections
    )


def _depth(selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], spread: tuple[str, ...]) -> int:
    deepest = 0
    for node in _fields(selections, fragments, spread):
        below = _depth(node.selection_set, fragments, spread) if node.selection_set else 0
        deepest = max(deepest, 1 + below)
    return deepest


def _fields(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], spread: tuple[str, ...]
) -> Iterator[FieldNode]:
    for node in selections.selections:
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode():
                yield from _fields(node.selection_set, fragments, spread)
            case FragmentSpreadNode():
                name = node.name.value
                # A fragment that contains itself is left to validation, which refuses it.
                if name in fragments and name not in spread:
                    yield from _fields(fragments[name].selection_set, fragments, (*spread, name))
