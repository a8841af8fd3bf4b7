"""Code that writes the rows of a statement as the answer holds them, generated once for each form of them.

What a general writer asks of every value anew (which column, which type, may it be null, whose object is it) is
known when a plan is made. So each statement gets a function of its own, in which a row becomes its part of the
answer by one expression. Such a function knows the usual alone: at the first value that it cannot write (a null
where none may be, a state that no enumeration has) it raises, and the caller takes the careful road.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from resolvers.access.permissions import Guard
from resolvers.access.scopes import Scopes
from resolvers.binding import FirstOf, Otherwise
from resolvers.output import Kind, Leaf, Linked, Needed, Output, Parts, Several
from resolvers.plan.cursor import encode_cursor
from resolvers.plan.sight import Secrets
from resolvers.plan.statement import Decode
from resolvers.plan.steps import (
    AggregateForm,
    Computed,
    EdgesPart,
    Fetched,
    Fixed,
    FixedPart,
    Form,
    Hidden,
    InfoPart,
    Joined,
    ListForm,
    Maker,
    NodesPart,
    OneForm,
    PageForm,
    Part,
    PluckForm,
    Reduced,
    Secret,
    Shape,
    TotalPart,
    Value,
    tells_next,
)

Row = tuple[Any, ...]


class AwkwardError(Exception):
    """A value that is not written as usual."""


@dataclass(frozen=True)
class Layout:
    """What the columns of a statement's rows are.

    With parents (`has_parents`) the place of the parent comes before them. `decoders` are those of columns that
    do not come as what they stand for; `kinds` the kind of those that always are of one, or null.
    `order` are the columns by which the rows of a list are ordered, `counted` those of them that the database counts
    over all DAGs; `tag` marks its cursors.
    """

    has_parents: bool
    decoders: tuple[Decode | None, ...]
    kinds: tuple[Kind | None, ...]
    order: tuple[int, ...]
    tag: str
    counted: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Below:
    """The answers of a child, the first of them for nothing found, and which of them is each row's."""

    answers: Sequence[Any]
    positions: Sequence[int]


@dataclass(frozen=True)
class Frame:
    """What an answer needs to know of its request beside the rows.

    `scopes` say to whom secrets are shown. `totals` are by the place of their limit in the request's arguments, and
    then by the parent's place.
    """

    scopes: Scopes
    first: int = 0
    after: bool = False
    totals: Mapping[int | None, Sequence[int]] = field(default_factory=dict)


# Returns the answer for each parent by its place; that at 0 is for parents of which nothing was found.
Write = Callable[[Sequence[Row], int, Sequence[Below], Frame], list[Any]]


def writer_of(form: Form, layout: Layout, children: int, secrets: Secrets) -> Write:
    """Return a function that writes rows of this layout in this form."""
    code = _Code(layout, secrets)
    body = code.body(form)
    lines = ["def write(rows, count, below, frame):"]
    lines += [f"    a{at}, P{at} = below[{at}].answers, below[{at}].positions" for at in range(children)]
    lines += [f"    s{at} = frame.scopes.of({code.name(guard)})" for at, guard in enumerate(code.revealing)]
    source = "\n".join([*code.functions, *lines, *(f"    {line}" for line in body)])
    exec(compile(source, "<writer>", "exec"), code.names)  # noqa: S102 - of names and places alone, no value is in it
    write: Write = code.names["write"]  # type: ignore[assignment]
    return write


def _missing() -> object:
    raise AwkwardError


class _Code:
    """The source of one writer, and the objects that it names."""

    def __init__(self, layout: Layout, secrets: Secrets) -> None:
        self.layout = layout
        self.secrets = secrets
        self.functions: list[str] = []
        self.names: dict[str, object] = {
            "datetime": datetime,
            "UTC": UTC,
            "missing": _missing,
            "cursor": encode_cursor,
            "AwkwardError": AwkwardError,
            "decrypt": secrets.decrypt,
            "opened": secrets.opened,
            "hidden": secrets.numbers.hidden,
        }
        self.named: dict[int, str] = {}
        self.children: dict[int, None] = {}
        self.revealing: list[Guard] = []
        self.temporaries = 0

    def body(self, form: Form) -> list[str]:
        """Return the lines of the function."""
        match form:
            case PageForm(parts):
                return self.page(parts, after_each=tells_next(form))
            case ListForm(shape):
                return self.gathered([self.described(shape)], "return g0")
            case OneForm(shape):
                return self.single(self.described(shape))
            case PluckForm(output):
                element = self.written("c0", output, self.layout.kinds[0], self.layout.decoders[0])
                return self.gathered([element], "return g0")
            case AggregateForm():
                return self.grouped()

    # The loops over the rows.

    def gathered(self, expressions: list[str], *after: str) -> list[str]:
        """Return lines that gather what each expression makes of each row, in a list per parent."""
        start = [f"g{at} = [[] for _ in range(count + 1)]" for at in range(len(expressions))]
        if self.layout.has_parents:
            each = [f"    g{at}[o].append({one})" for at, one in enumerate(expressions)]
        else:
            start += [f"n{at} = g{at}[1].append" for at in range(len(expressions))]
            each = [f"    n{at}({one})" for at, one in enumerate(expressions)]
        return [*start, self.loop(), *(each or ["    pass"]), *after]

    def single(self, expression: str) -> list[str]:
        """Return lines that make an object of the first row of each parent."""
        place = "o" if self.layout.has_parents else "1"
        start = "told = [None] * (count + 1)"
        return [start, self.loop(), f"    if told[{place}] is None: told[{place}] = {expression}", "return told"]

    def grouped(self) -> list[str]:
        """Return lines that make a mapping from group to number for each parent."""
        decode = self.decoded(0)
        return [
            "told = [{} for _ in range(count + 1)]",
            "for o, c0, number in rows:",
            f"    told[o][{decode}] = int(number or 0)",
            "return told",
        ]

    def loop(self) -> str:
        columns = [f"c{at}" for at in range(len(self.layout.decoders))]
        row = f"({', '.join(['o', *columns] if self.layout.has_parents else columns)},)"
        if not self.children:
            return f"for {row} in rows:"
        positions = ", ".join(f"p{at}" for at in self.children)
        return f"for {row}, {positions} in zip(rows, {', '.join(f'P{at}' for at in self.children)}):"

    # Pages.

    def page(self, parts: tuple[Part, ...], *, after_each: bool) -> list[str]:
        """Return lines that make a page for each parent."""
        expressions: list[str] = []
        told: list[str] = []
        for part in parts:
            match part:
                case NodesPart(key, shape):
                    told.append(f"{key!r}: g{len(expressions)}[at]")
                    expressions.append(self.described(shape))
                case EdgesPart(key, inner):
                    told.append(f"{key!r}: g{len(expressions)}[at]")
                    expressions.append(self.edge(inner))
                case InfoPart(key, fields):
                    told.append(f"{key!r}: {{{self.info(fields, len(expressions))}}}")
                    expressions.append(self.place())
                case TotalPart(key, given):
                    told.append(f"{key!r}: frame.totals[{given!r}][at]")
                case FixedPart(key, value):
                    told.append(f"{key!r}: {value!r}")
        start = []
        if after_each:
            # The row beyond the page says that there is one, and is no part of the answer.
            start = ["first = frame.first", "more = [len(rows_) > first for rows_ in g0]"]
            start += [f"for rows_ in g{at}: del rows_[first:]" for at in range(len(expressions))]
        page = f"return [{{{', '.join(told)}}} for at in range(count + 1)]"
        return [*self.gathered(expressions), *start, page] if expressions else [page]

    def edge(self, parts: tuple[tuple[str, Shape | Fixed | None], ...]) -> str:
        def part(told: Shape | Fixed | None) -> str:
            if told is None:
                return self.place()
            return repr(told.value) if isinstance(told, Fixed) else self.described(told)

        return "{" + ", ".join(f"{key!r}: {part(told)}" for key, told in parts) + "}"

    def info(self, fields: tuple[tuple[str, str], ...], at: int) -> str:
        places = f"g{at}[at]"
        known = {
            "hasNextPage": "more[at]",
            "hasPreviousPage": "frame.after",
            "startCursor": f"{places}[0] if {places} else None",
            "endCursor": f"{places}[-1] if {places} else None",
            "__typename": "'PageInfo'",
        }
        return ", ".join(f"{key!r}: {known[field]}" for key, field in fields)

    def place(self) -> str:
        """Return an expression of a row's cursor."""
        values = ", ".join(
            f"hidden({self.decoded(at)})" if at in self.layout.counted else self.decoded(at) for at in self.layout.order
        )
        return f"cursor({self.layout.tag!r}, ({values},))"

    # Objects, and the values in them.

    def described(self, shape: Shape) -> str:
        return "{" + ", ".join(f"{key!r}: {self.made(maker)}" for key, maker in shape) + "}"

    def made(self, maker: Maker) -> str:
        match maker:
            case Value(at, output):
                return self.written(f"c{at}", output, self.layout.kinds[at], self.layout.decoders[at])
            case Computed(indexes, by, output):
                return self.written(self.computed(by, [self.decoded(at) for at in indexes]), output)
            case Secret(_, _, output):
                return self.written(self.opened(maker, output), output)
            case Hidden():
                return self.written(self.hidden(maker), maker.output)
            case Fixed(value):
                return repr(value) if value is None or isinstance(value, str) else self.name(value)
            case Joined(present, shape, output):
                nothing = "missing()" if isinstance(output, Needed) else "None"
                return f"({nothing} if c{present} is None else {self.described(shape)})"
            case Fetched(child, output):
                self.children[child] = None
                found = f"a{child}[p{child}]"
                return f"present({found})" if self.is_needed(output) else found
            case Reduced(child, by, indexes, output):
                self.children[child] = None
                arguments = "".join(f", {self.decoded(at)}" for at in indexes)
                return self.written(f"{self.name(by)}(a{child}[p{child}]{arguments})", output)

    def opened(self, maker: Secret, output: Output | None) -> str:
        """Return an expression of a text in the clear."""
        # Without a form to be written in, a refusal stands for the value; else it is for the careful road.
        function = "opened" if output is None else "decrypt"
        return f"{function}({self.decoded(maker.value)}, bool({self.decoded(maker.flag)}))"

    def hidden(self, maker: Hidden) -> str:
        """Return an expression of a value that is shown as it is to some alone."""
        value = self.opened(maker.of, maker.output) if isinstance(maker.of, Secret) else self.made(maker.of)
        name = "None" if maker.name is None else self.decoded(maker.name)
        hidden = f"{self.name(self.secrets.hiding(maker.secrecy))}({value}, {name})"
        if maker.unless is None:
            return hidden
        if maker.unless not in self.revealing:
            self.revealing.append(maker.unless)
        dag = "None" if maker.dag is None else self.decoded(maker.dag)
        return f"({value} if {dag} in s{self.revealing.index(maker.unless)} else {hidden})"

    def computed(self, by: Callable[..., object], columns: list[str]) -> str:
        """Return an expression of what a function makes of columns, without a call where the value is there."""
        if isinstance(by, FirstOf):
            return f"({' or '.join(columns)})"
        if not isinstance(by, Otherwise):
            return f"{self.name(by)}({', '.join(columns)})"
        name, first = self.bound(columns[0])
        return f"({name} if {first} is not None else {self.name(by.by)}({', '.join(columns[1:])}))"

    def is_needed(self, output: Output | None) -> bool:
        if isinstance(output, Needed) and isinstance(output.of, Linked):
            self.names["present"] = _present
            return True
        return False

    def decoded(self, at: int) -> str:
        decode = self.layout.decoders[at]
        return f"c{at}" if decode is None else f"{self.name(decode)}(c{at})"

    def written(self, value: str, output: Output | None, kind: Kind | None = None, decode: Decode | None = None) -> str:
        """Return an expression that writes what `value` is an expression of; `kind` is what it is known to be."""
        if decode is not None:
            value, kind = f"{self.name(decode)}({value})", kind if kind is Kind.INSTANT else None
        if output is None:
            return value
        needed = isinstance(output, Needed)
        inner = output.of if isinstance(output, Needed) else output
        name, first = self.bound(value)
        if isinstance(inner, Leaf) and inner.kind is kind:
            # Known to be of the kind, or null.
            return f"({name} if {first} is not None else missing())" if needed else value
        if isinstance(inner, Leaf):
            return self.leaf(name, first, inner, needed=needed)
        told = f"{self.list_of(inner.of)}({name})" if isinstance(inner, Several) else self.parts(name, inner)
        nothing = "missing()" if needed else "None"
        return f"({nothing} if {first} is None else {told})"

    def bound(self, value: str) -> tuple[str, str]:
        """Return a name for a value, and the expression that must come first for it to be bound."""
        if value.isidentifier():
            return value, value
        name = f"t{self.temporaries}"
        self.temporaries += 1
        return name, f"({name} := {value})"

    def leaf(self, name: str, first: str, leaf: Leaf, *, needed: bool) -> str:
        if leaf.words is not None:
            words = self.name(leaf.words)
            if needed:
                return f"{words}[{first if first != name else name}]"
            return f"(None if {first} is None else {words}[{name}])"
        test = _TESTS.get(leaf.kind)
        write = self.name(leaf.write)
        if test is None:
            nothing = "missing()" if needed else "None"
            return f"({nothing} if {first} is None else {write}({name}))"
        if needed:
            otherwise = f"({write}({name}) if {name} is not None else missing())"
            return f"({name} if {test.format(first=first, name=name)} else {otherwise})"
        return f"({name} if {first} is None or {test.format(first=name, name=name)} else {write}({name}))"

    def list_of(self, output: Output) -> str:
        name = f"l{len(self.functions)}"
        self.functions.append("")
        at = len(self.functions) - 1
        element = self.written("x", output)
        self.functions[at] = (
            f"def {name}(values):\n"
            "    if values.__class__ is not list and values.__class__ is not tuple: raise AwkwardError\n"
            f"    return [{element} for x in values]"
        )
        return name

    def parts(self, name: str, output: Output) -> str:
        """Return an expression of what is selected of a mapping."""
        if not isinstance(output, Parts):
            raise TypeError(f"{output} is not written from a value")
        parts = ", ".join(
            f"{key!r}: {repr(told) if isinstance(told, str) else self.written(f'{name}[{source!r}]', told)}"
            for key, source, told in output.parts
        )
        return f"({{{parts}}} if {name}.__class__ is dict else missing())"

    def name(self, value: object) -> str:
        """Return a name of the source for an object."""
        if id(value) not in self.named:
            self.named[id(value)] = f"f{len(self.names)}"
            self.names[self.named[id(value)]] = value
        return self.named[id(value)]


# Whether a value is written as it is; `first` binds its name where that has not been done.
_TESTS = {
    Kind.TEXT: "{first}.__class__ is str",
    Kind.INTEGER: "{first}.__class__ is int and -2147483648 <= {name} <= 2147483647",
    Kind.NUMBER: "{first}.__class__ is float and {name} - {name} == 0.0",
    Kind.BOOLEAN: "{first} is True or {name} is False",
    Kind.INSTANT: "{first}.__class__ is datetime and {name}.tzinfo is UTC",
}


def _present(value: object) -> object:
    if value is None:
        raise AwkwardError
    return value
