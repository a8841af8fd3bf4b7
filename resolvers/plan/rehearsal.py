"""What a read would be refused for, found out before there is anything to read."""

from collections.abc import Sequence

from resolvers.access.scopes import Scopes
from resolvers.plan.cursor import decode_cursor
from resolvers.plan.numbers import Numbers
from resolvers.plan.stage import Stage
from resolvers.selection import Arguments


def rehearse(stage: Stage, given: Sequence[Arguments], scopes: Scopes, numbers: Numbers) -> None:
    """Raise what reading would for its arguments alone: a filter that this Airflow lacks, another list's cursor."""
    arguments = stage.arguments(given)
    variant = stage.variant((arguments,), scopes, single=True)
    window = arguments.window
    if window is not None and window.after is not None:
        decode_cursor(window.after, variant.layout.tag, variant.cursor_types, numbers)
    for child, _ in stage.below:
        rehearse(child, given, scopes, numbers)
