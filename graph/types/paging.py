"""Lists in pages: Relay's connections, with the nodes alone beside the edges."""

from typing import Generic, TypeVar

import strawberry
from strawberry import UNSET
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

T = TypeVar("T")


def argument(name: str, annotation: object, description: str, *, default: object = UNSET) -> StrawberryArgument:
    """Return an argument of a field that no Python function resolves."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(annotation),
        description=description,
        default=default,
    )


def with_arguments(field: StrawberryField, *arguments: StrawberryArgument) -> StrawberryField:
    """Return the field with these arguments."""
    field.arguments = list(arguments)
    return field


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether this page was asked for by `after`, so that rows precede it."
    )
    start_cursor: str | None = strawberry.field(description="Cursor of the first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last row, for `after` of the next page; null on an empty page."
    )


@strawberry.type(description="One row of a list, with its place.")
class Edge(Generic[T]):
    """One row of a list, with its place."""

    cursor: str = strawberry.field(description="The row's place: `after` takes it.")
    node: T = strawberry.field(description="The row.")


@strawberry.type(name="Connection", description="A page of a list.")
class Page(Generic[T]):
    """A page of a list."""

    edges: list[Edge[T]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[T] = strawberry.field(description="The rows alone, for those who need no cursors.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = with_arguments(
        strawberry.field(
            description=(
                "How many rows the whole list has, counted only when asked for and no further than `upTo`: "
                "an answer of `upTo` means at least so many."
            )
        ),
        argument("up_to", int, "Where counting stops; 1 to 1,000,000.", default=10_000),
    )  # type: ignore[assignment] # a field, as strawberry wants it
