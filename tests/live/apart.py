"""Where two answers in JSON differ."""

from collections.abc import Iterator
from typing import Any


def apart(ours: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """Say where two JSON values differ, one line for each leaf; true is not 1."""
    match ours, theirs:
        case dict(), dict():
            for name in [*theirs, *(ours.keys() - theirs.keys())]:
                yield from apart(ours.get(name, "absent"), theirs.get(name, "absent"), f"{place}.{name}")
        case list(), list() if len(ours) == len(theirs):
            for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
                yield from apart(one, other, f"{place}[{number}]")
        case _ if ours != theirs or isinstance(ours, bool) != isinstance(theirs, bool):
            yield f"{place}: ours {ours!r:.600}, theirs {theirs!r:.600}"
