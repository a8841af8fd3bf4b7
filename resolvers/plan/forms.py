"""From the rows of a step to the values of the answer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from resolvers.errors import Problem
from resolvers.plan.cursor import encode_cursor
from resolvers.plan.steps import (
    AggregateForm,
    Computed,
    EdgesPart,
    Fetched,
    Fixed,
    FixedPart,
    InfoPart,
    Joined,
    ListForm,
    Maker,
    NodesPart,
    OneForm,
    PageForm,
    PluckForm,
    Reduced,
    Secret,
    Shape,
    Step,
    TotalPart,
    Value,
)

Row = tuple[Any, ...]
Make = Callable[[Row], object]
Decrypt = Callable[[str | None, bool], object]
Totals = Mapping[int | None, int]


def shaped(shape: Shape, children: Sequence[Make], decrypt: Decrypt) -> Make:
    """Return a function from a row to the object of this shape."""
    makers = [(key, _maker(maker, children, decrypt)) for key, maker in shape]

    def make(row: Row) -> object:
        return {key: maker(row) for key, maker in makers}

    return make


def _maker(maker: Maker, children: Sequence[Make], decrypt: Decrypt) -> Make:
    match maker:
        case Value(index):
            return lambda row: row[index]
        case Computed(indexes, by):
            return lambda row: by(*(row[at] for at in indexes))
        case Secret(text, flag):
            return lambda row: _opened(decrypt, row[text], row[flag])
        case Fixed(value):
            return lambda row: value
        case Joined(present, shape):
            inner = shaped(shape, children, decrypt)
            return lambda row: None if row[present] is None else inner(row)
        case Fetched(child):
            return children[child]
        case Reduced(child, by, indexes):
            numbers = children[child]
            return lambda row: by(numbers(row), *(row[at] for at in indexes))


def _opened(decrypt: Decrypt, value: str | None, flag: object) -> object:
    """Return the text in the clear, or the refusal: one unreadable value must not hide the others."""
    try:
        return decrypt(value, bool(flag))
    except Problem as problem:
        return problem


def page(
    step: Step, form: PageForm, rows: list[Row], children: Sequence[Make], decrypt: Decrypt, totals: Totals
) -> dict[str, object]:
    """Return the page that these rows are, the last of which may only say that more follow."""
    first = step.window.first if step.window else len(rows)
    after = bool(step.window and (step.window.after or step.window.offset))
    shown, more = rows[:first], len(rows) > first
    told: dict[str, object] = {}
    for part in form.parts:
        match part:
            case NodesPart(key, shape):
                make = shaped(shape, children, decrypt)
                told[key] = [make(row) for row in shown]
            case EdgesPart(key, parts):
                told[key] = _edges(step, form, parts, shown, children, decrypt)
            case InfoPart(key, fields):
                info = {
                    "hasNextPage": more,
                    "hasPreviousPage": after,
                    "startCursor": _cursor(step, form, shown[0]) if shown else None,
                    "endCursor": _cursor(step, form, shown[-1]) if shown else None,
                    "__typename": "PageInfo",
                }
                told[key] = {name: info[field] for name, field in fields}
            case TotalPart(key, up_to):
                told[key] = totals.get(up_to, 0)
            case FixedPart(key, value):
                told[key] = value
    return told


def _edges(
    step: Step,
    form: PageForm,
    parts: tuple[tuple[str, Shape | Fixed | None], ...],
    rows: list[Row],
    children: Sequence[Make],
    decrypt: Decrypt,
) -> list[dict[str, object]]:
    def part(told: Shape | Fixed | None) -> Make:
        if told is None:
            return lambda row: _cursor(step, form, row)
        if isinstance(told, Fixed):
            return lambda row: told.value
        return shaped(told, children, decrypt)

    makers = [(key, part(told)) for key, told in parts]
    return [{key: make(row) for key, make in makers} for row in rows]


def _cursor(step: Step, form: PageForm, row: Row) -> str:
    return encode_cursor(form.tag, [row[at] for at in step.order_indexes])


def empty(step: Step) -> object:
    """Return the answer for a parent of which the step found nothing."""
    match step.form:
        case PageForm() as form:
            # No row is made, so that nothing is ever asked of these.
            return page(step, form, [], [lambda row: None] * len(step.children), lambda value, _: value, {})
        case ListForm() | PluckForm():
            return []
        case AggregateForm():
            return {}
        case OneForm():
            return None
