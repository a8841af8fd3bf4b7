"""How much one document may ask for, refused before anything that takes long is done with it."""

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    NoFragmentCyclesRule,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    OperationType,
    validate,
)

from graph.extent import Extent, Size, written
from resolvers.errors import Problem, TooExpensive
from resolvers.settings import Settings

MOST_ERRORS = 20
"""Of a document's faults, how many are told."""

# Comparing so many pairs takes some tenth of a second at worst; fifty fragments that all select `id` make 10,000.
_MOST_PAIRS = 50_000


def limits(schema: GraphQLSchema, document: DocumentNode, settings: Settings) -> list[GraphQLError]:
    """Return what a document asks too much of; nothing where the rules of GraphQL may have a look at it."""
    counts = written(document)
    if counts.aliases > settings.max_aliases:
        return [refused(_too_many_aliases(counts.aliases, settings))]
    if counts.directives > settings.max_directives:
        return [refused(_too_many_directives(counts.directives, settings))]
    extent = Extent(document)
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    sizes = [(operation, extent.size(operation.selection_set)) for operation in operations]
    # What has no size is not measured, but told in GraphQL's own words.
    if extent.has_cycle:
        return validate(schema, document, [NoFragmentCyclesRule], max_errors=MOST_ERRORS)
    if operations and extent.unused:
        return validate(schema, document, [NoUnusedFragmentsRule], max_errors=MOST_ERRORS)
    found = [
        refused(problem, operation) for operation, size in sizes for problem in _too_large(operation, size, settings)
    ]
    fields = sum(size.all for _, size in sizes)
    if not found and fields > settings.max_fields:
        found = [refused(_too_many_fields(fields, settings))]
    return found or [refused(problem, one) for one in operations for problem in _repeated(extent, one)]


def too_many_tokens(settings: Settings) -> TooExpensive:
    """Return the refusal of a document of which so much was read already."""
    return TooExpensive(
        f"This document has more than the {settings.max_tokens:,} tokens that are allowed.",
        field="query",
        hint="Ask for less at once, use variables for values; or raise AIRFLOW_GRAPH_MAX_TOKENS.",
    )


def refused(problem: Problem, node: Node | None = None) -> GraphQLError:
    """Return a refusal as an error of GraphQL."""
    return GraphQLError(problem.detail, node, original_error=problem)


def introspects(operation: OperationDefinitionNode) -> bool:
    """Say whether an operation asks about the schema alone."""
    selections = operation.selection_set.selections
    return operation.operation is OperationType.QUERY and all(
        isinstance(node, FieldNode) and node.name.value.startswith("__") for node in selections
    )


def _too_large(operation: OperationDefinitionNode, size: Size, settings: Settings) -> Iterator[TooExpensive]:
    # Introspection is nested deeply by nature; how deeply, GraphQL's own rules limit.
    if size.depth > settings.max_depth and not introspects(operation):
        yield TooExpensive(
            f"This operation is {_figure(size.depth)} levels deep; {settings.max_depth:,} are allowed.",
            hint="Ask for what is deeper in a request of its own, by its id; or raise AIRFLOW_GRAPH_MAX_DEPTH.",
        )
    if size.here > settings.max_root_fields:
        yield TooExpensive(
            f"This operation has {_figure(size.here)} root fields; {settings.max_root_fields:,} are allowed.",
            hint="Send several requests, or ask for a list; or raise AIRFLOW_GRAPH_MAX_ROOT_FIELDS.",
        )


def _repeated(extent: Extent, operation: OperationDefinitionNode) -> Iterator[TooExpensive]:
    repetition = extent.repetition(operation.selection_set)
    if repetition.pairs > _MOST_PAIRS:
        yield TooExpensive(
            f"This operation repeats itself: {_figure(repetition.pairs)} comparisons of fields would be needed; "
            f"{_MOST_PAIRS:,} are allowed. {repetition.name!r} stands {repetition.times:,} times in one place.",
            hint="Name each field once in one place.",
        )


def _too_many_aliases(number: int, settings: Settings) -> TooExpensive:
    return TooExpensive(
        f"This document has {number:,} aliases; {settings.max_aliases:,} are allowed.",
        hint="Ask for a list with a filter instead of many objects by aliases; or raise AIRFLOW_GRAPH_MAX_ALIASES.",
    )


def _too_many_directives(number: int, settings: Settings) -> TooExpensive:
    return TooExpensive(
        f"This document has {number:,} directives; {settings.max_directives:,} are allowed.",
        hint="Put what is skipped or included together into one fragment; or raise AIRFLOW_GRAPH_MAX_DIRECTIVES.",
    )


def _too_many_fields(number: int, settings: Settings) -> TooExpensive:
    return TooExpensive(
        f"This document selects {_figure(number)} fields, each fragment counted where it is spread; "
        f"{settings.max_fields:,} are allowed.",
        hint="Ask for less at once; or raise AIRFLOW_GRAPH_MAX_FIELDS.",
    )


def _figure(number: int) -> str:
    """Return a number, which may have any length where fragments multiply."""
    return f"{number:,}" if number < 10**15 else "more than a quadrillion"
