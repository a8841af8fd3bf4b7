"""What the field of an entity stands for: a logical column, a link, or something derived from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from resolvers.access.permissions import Guard


class Operator(StrEnum):
    """How a condition compares a logical column with a value."""

    EQUALS = "equals"
    SPELLED = "equals in any case"
    IN = "in"
    NOT_IN = "not in"
    AT_LEAST = "at least"
    AT_MOST = "at most"
    AFTER = "after"
    BEFORE = "before"
    IS_NULL = "is null"
    CONTAINS = "contains"
    STARTS_WITH = "starts with"
    LIKE = "like"
    EITHER = "either"


@dataclass(frozen=True)
class Match:
    """One condition on a logical column.

    With a `link`, the condition is met by a row that has at least one linked row which meets it;
    `guard` is then that of the linked rows. `IN` takes a tuple, in which None stands for null; so does `NOT_IN`,
    which a null never meets. `EITHER` takes a tuple of conditions, at least one of which is to be met, whatever the
    column.
    Text is compared without regard to case by `SPELLED`, `CONTAINS` and `LIKE` only; to `LIKE` alone `%` and `_`
    mean what they do in SQL.
    """

    column: str
    operator: Operator
    value: object
    link: str | None = None
    guard: Guard | None = None


Filter = tuple[Match, ...]


@dataclass(frozen=True)
class Order:
    """An order by logical columns, all in one direction; the entity's key settles ties."""

    columns: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True)
class Column:
    """The value of a logical column as it is stored."""

    source: str


@dataclass(frozen=True)
class Derived:
    """A value computed from logical columns by a plain function of their values."""

    needs: tuple[str, ...]
    by: Callable[..., object]


@dataclass(frozen=True)
class Otherwise:
    """A function of logical columns: the first one's value, or what `by` makes of the others where it is null."""

    by: Callable[..., object]

    def __call__(self, value: object, *others: object) -> object:
        """Return the value, or what stands for it."""
        return self.by(*others) if value is None else value


@dataclass(frozen=True)
class FirstOf:
    """A function of logical columns: the first value that is neither null nor empty, or else the last one."""

    def __call__(self, *values: object) -> object:
        """Return that value."""
        return next(filter(None, values), values[-1])


@dataclass(frozen=True)
class Decrypted:
    """A stored text that a flag beside it may declare to be a Fernet token."""

    value: str
    flag: str


class Secrecy(StrEnum):
    """How a value may hold secrets."""

    JSON = "json"  # a value under whose keys there may be some
    TEXT = "text"  # a text that may be JSON, or secret as a whole
    DOCUMENT = "document"  # a text that is a JSON object, and is hidden where it is none


@dataclass(frozen=True)
class Masked:
    """A value whose secrets, by Airflow's rules for sensitive names, are shown to some alone.

    `unless` says to whom: whoever holds all of its permissions, for the row's DAG where it names one; to nobody
    without it. `name` is the logical column that holds the name of the value itself, where it has one.
    """

    of: Column | Derived | Decrypted
    secrecy: Secrecy
    unless: Guard | None = None
    name: str = ""


@dataclass(frozen=True)
class Constant:
    """A value that is the same for every row, such as the name of the type."""

    value: object


@dataclass(frozen=True)
class One:
    """The single row at the other end of a link, or none."""

    link: str


@dataclass(frozen=True)
class Many:
    """The rows at the other end of a link, in pages."""

    link: str
    order: Order


@dataclass(frozen=True)
class Each:
    """All rows at the other end of a link that never leads to many.

    With `through`, the linked rows only join one thing to another: the objects are those to which this link leads on
    from them, as far as they may be seen.
    """

    link: str
    order: Order
    through: str | None = None


@dataclass(frozen=True)
class Leading:
    """The first row, in this order, at the other end of a link."""

    link: str
    order: Order


@dataclass(frozen=True)
class Plucked:
    """The values of one column of all the rows at the other end of a link, in their order."""

    link: str
    column: str
    guard: Guard


@dataclass(frozen=True)
class Aggregated:
    """What a function makes of the linked rows' number, or of a measure's sum, by group.

    `by` receives a mapping from group to number, then the values of the columns it `needs`.
    """

    link: str
    group: str
    guard: Guard
    by: Callable[..., object]
    measure: str | None = None
    needs: tuple[str, ...] = ()
    match: Filter = ()


Binding = Column | Derived | Decrypted | Masked | Constant | One | Many | Each | Leading | Plucked | Aggregated


@dataclass(frozen=True)
class Entity:
    """A noun of the graph: where its rows are, what identifies one, who may read it, what it tells.

    `key` are logical columns. `fields` maps a field's Python name to what it stands for.
    """

    name: str
    relation: str
    key: tuple[str, ...]
    guard: Guard
    fields: Mapping[str, Binding] = field(default_factory=dict, hash=False, compare=False)
