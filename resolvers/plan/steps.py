"""What a plan consists of: statements, each with the shape that its rows take in the answer."""

from collections.abc import Callable
from dataclasses import dataclass

from resolvers.access.permissions import Guard
from resolvers.binding import Filter, Order, Secrecy
from resolvers.output import Output


@dataclass(frozen=True)
class Value:
    """A column of the row as it is."""

    index: int
    output: Output | None


@dataclass(frozen=True)
class Computed:
    """What a function makes of columns of the row."""

    indexes: tuple[int, ...]
    by: Callable[..., object]
    output: Output | None


@dataclass(frozen=True)
class Secret:
    """A text that the flag beside it may declare encrypted."""

    value: int
    flag: int
    output: Output | None


@dataclass(frozen=True)
class Hidden:
    """What `of` makes, with its secrets hidden unless the actor holds `unless` for the DAG in the column `dag`."""

    of: Value | Computed | Secret
    secrecy: Secrecy
    unless: Guard | None
    dag: int | None
    name: int | None
    output: Output | None


@dataclass(frozen=True)
class Fixed:
    """A constant."""

    value: object


@dataclass(frozen=True)
class Joined:
    """An object from columns joined to the row; none where the `present` column is null."""

    present: int
    shape: "Shape"
    output: Output | None


@dataclass(frozen=True)
class Fetched:
    """What a child statement brought for this row."""

    child: int
    output: Output | None


@dataclass(frozen=True)
class Reduced:
    """What a function makes of a child's aggregate and of columns of the row."""

    child: int
    by: Callable[..., object]
    indexes: tuple[int, ...]
    output: Output | None


Maker = Value | Computed | Secret | Hidden | Fixed | Joined | Fetched | Reduced
Shape = tuple[tuple[str, Maker], ...]


@dataclass(frozen=True)
class NodesPart:
    """The rows of the page under a name."""

    key: str
    shape: Shape


@dataclass(frozen=True)
class EdgesPart:
    """Edges under a name; each part is (name, shape of the node, "cursor" or a constant)."""

    key: str
    parts: tuple[tuple[str, "Shape | Fixed | None"], ...]


@dataclass(frozen=True)
class InfoPart:
    """The page's PageInfo under a name."""

    key: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TotalPart:
    """The count under a name."""

    key: str
    given: int | None


@dataclass(frozen=True)
class FixedPart:
    """A constant under a name."""

    key: str
    value: str


Part = NodesPart | EdgesPart | InfoPart | TotalPart | FixedPart


@dataclass(frozen=True)
class PageForm:
    """The rows of one parent become a page."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class ListForm:
    """The rows of one parent become a list of objects."""

    shape: Shape


@dataclass(frozen=True)
class OneForm:
    """The first row of one parent becomes an object; none where there is no row."""

    shape: Shape


@dataclass(frozen=True)
class PluckForm:
    """The rows of one parent become the list of their first column."""

    output: Output | None


@dataclass(frozen=True)
class AggregateForm:
    """The rows of one parent, (group, number) each, become a mapping."""

    group: str
    measure: str | None


Form = PageForm | ListForm | OneForm | PluckForm | AggregateForm


@dataclass(frozen=True)
class Join:
    """A to-one link joined to the statement; `path` is the chain of links that leads there.

    Where it is `needed`, rows without it are none.
    """

    path: tuple[str, ...]
    relation: str
    pairs: tuple[tuple[str, str], ...]
    guard: Guard
    needed: bool = False


@dataclass(frozen=True)
class Child:
    """A statement that follows, and the columns of the row whose values are its parent key."""

    step: "Step"
    parents: tuple[int, ...]


UNORDERED = Order(())

# The place of a root list's own arguments: behind those of the lists within.
ROOT = -1

# A column of a statement: the path of the joined link, then the logical column.
Reference = tuple[tuple[str, ...], str]


@dataclass(frozen=True)
class Step:
    """One statement: from which relation, for which parents, which columns, in which form.

    `theirs` are the logical columns that the parent keys are compared with; empty for a root.
    `order` is the usual one, behind which `ties` make any order total. `given` is the place of
    the list's arguments among the request's; `leading` asks for the first row alone.
    """

    relation: str
    guard: Guard
    form: Form
    columns: tuple[Reference, ...] = ()
    joins: tuple[Join, ...] = ()
    theirs: tuple[str, ...] = ()
    filter: Filter = ()
    order: Order = UNORDERED
    ties: tuple[str, ...] = ()
    given: int | None = None
    leading: bool = False
    children: tuple[Child, ...] = ()

    @property
    def needs_rows(self) -> bool:
        """Whether the answer needs any row of the page, or counts alone."""
        if not isinstance(self.form, PageForm):
            return True
        return any(isinstance(part, NodesPart | EdgesPart | InfoPart) for part in self.form.parts)

    @property
    def totals(self) -> tuple[int | None, ...]:
        """The limits of the totals that the answer tells, by their places in the request's arguments."""
        if not isinstance(self.form, PageForm):
            return ()
        return tuple(dict.fromkeys(part.given for part in self.form.parts if isinstance(part, TotalPart)))


def tells_next(form: Form) -> bool:
    """Say whether an answer of this form tells if there is a next page."""
    if not isinstance(form, PageForm):
        return False
    return any(field == "hasNextPage" for part in form.parts if isinstance(part, InfoPart) for _, field in part.fields)


def tells_places(form: Form) -> bool:
    """Say whether an answer of this form holds cursors, or what is known by where rows stand."""
    if not isinstance(form, PageForm):
        return False
    edges = (told for part in form.parts if isinstance(part, EdgesPart) for _, told in part.parts)
    return any(isinstance(part, InfoPart) for part in form.parts) or any(told is None for told in edges)
