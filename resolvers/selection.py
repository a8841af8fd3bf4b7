"""What somebody wants to read: fields of an entity under the names they are to have in the answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from resolvers.binding import Binding, Entity, Filter, Order
from resolvers.output import Output


@dataclass(frozen=True)
class Window:
    """Which rows of an ordered list: `first` of them after a cursor, or after an offset."""

    first: int
    after: str | None = None
    offset: int = 0


@dataclass(frozen=True)
class Arguments:
    """What a request says of one list: which rows, in which order, which page, and how far to count.

    An order that is not given is the list's own.
    """

    filter: Filter = ()
    order: Order | None = None
    window: Window | None = None
    up_to: int | None = None


@dataclass(frozen=True)
class Wanted:
    """One field under its name in the answer.

    `within` says what is wanted of the rows behind a link. `given` is the place of a list's arguments
    among those of the request. `output` says how the value is written; without one, as it is.
    """

    key: str
    binding: Binding
    within: "Selection | PageSelection | None" = None
    given: int | None = None
    output: Output | None = None


@dataclass(frozen=True, eq=False)
class Selection:
    """What is wanted of one entity. Made once, and read with many times: what is planned for it is kept."""

    entity: Entity
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True)
class Nodes:
    """The rows of a page."""

    key: str
    selection: Selection


@dataclass(frozen=True)
class EdgePart:
    """One field of an edge: its `node`, its cursor, or a constant."""

    key: str
    node: Selection | None = None
    constant: str | None = None


@dataclass(frozen=True)
class Edges:
    """The rows of a page with their cursors."""

    key: str
    parts: tuple[EdgePart, ...]


@dataclass(frozen=True)
class PageInfo:
    """Where a page stands: pairs of (name in the answer, field of PageInfo)."""

    key: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Total:
    """How many rows there are beyond the page.

    `given` is the place, among the request's arguments, of the limit up to which they are counted; none for no limit.
    """

    key: str
    given: int | None


@dataclass(frozen=True)
class Fixed:
    """A constant beside the rows of a page."""

    key: str
    value: str


PagePart = Nodes | Edges | PageInfo | Total | Fixed


@dataclass(frozen=True, eq=False)
class PageSelection:
    """What is wanted of a page of an entity's rows; made once, like a `Selection`."""

    entity: Entity
    parts: tuple[PagePart, ...]


@dataclass(frozen=True)
class Listing:
    """A root read of a page of an entity's rows; `given` are the arguments of the lists within."""

    page: PageSelection
    order: Order
    window: Window
    filter: Filter = ()
    given: tuple[Arguments, ...] = ()


@dataclass(frozen=True)
class Lookup:
    """A root read of rows by their keys, each a mapping from the entity's key columns to values."""

    selection: Selection
    keys: tuple[Mapping[str, object], ...]
    given: tuple[Arguments, ...] = ()
