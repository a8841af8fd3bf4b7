"""The lines of logs: split as they arrive, told as text, and those of several files put in one order."""

import heapq
import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import orjson

# What ends a line, to Python and so to Airflow.
_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"

LONGEST_LINE = 1_000_000
"""Characters after which a line is told as two: a log without any line break must not fill the memory."""

_MOMENT = re.compile(r"\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)")
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def split(chunks: Iterable[bytes]) -> Iterator[str]:
    """Give the lines of a text in pieces, without their ends; empty ones are left out, as Airflow does."""
    decode = getincrementaldecoder("utf-8")("replace").decode
    # The line that has begun: its parts, and how long they are together.
    parts: list[str] = []
    length = 0
    for chunk in chunks:
        text = decode(chunk)
        lines = text.splitlines()
        begun = lines.pop() if lines and text[-1] not in _ENDS else ""
        if lines:
            lines[0] = "".join((*parts, lines[0]))
            yield from filter(None, lines)
            parts, length = [], 0
        if begun:
            parts.append(begun)
            length += len(begun)
        if length >= LONGEST_LINE:
            yield "".join(parts)
            parts, length = [], 0
    yield from filter(None, ["".join((*parts, decode(b"", final=True)))])


def told(lines: Iterable[str]) -> Iterator[str]:
    """Give the lines that Airflow 3 writes, each a JSON document, as text; others as they are."""
    for line in lines:
        event = _event(line) if line.startswith("{") else None
        yield line if event is None else _text(event)


def merged(logs: Sequence[Iterator[str]]) -> Iterator[str]:
    """Give the lines of all logs by the instants in them, and of lines that repeat the one before it the first."""
    lines = logs[0] if len(logs) == 1 else (line for _, _, line in heapq.merge(*map(_dated, logs), key=_place))
    last = None
    for line in lines:
        # Parts of one line that was too long may well be alike.
        if line != last or len(line) >= LONGEST_LINE:
            yield line
        last = line


def _dated(lines: Iterable[str]) -> Iterator[tuple[datetime, int, str]]:
    """Give lines with their instants, or those of the lines before them, and their numbers."""
    latest = _EARLIEST
    for number, line in enumerate(lines):
        latest = _moment(line) or latest
        yield latest, number, line


def _place(line: tuple[datetime, int, str]) -> tuple[datetime, int]:
    return line[0], line[1]


def _moment(line: str) -> datetime | None:
    match = _MOMENT.match(line)
    if match is None:
        return None
    try:
        found = datetime.fromisoformat(match[1].replace(",", "."))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _event(line: str) -> dict[str, object] | None:
    try:
        found = orjson.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "event" in found else None


def _text(event: dict[str, object]) -> str:
    """Return a structured line as text: instant, level, what happened, and the traceback of an error."""
    moment, level = event.get("timestamp"), event.get("level")
    head = f"[{moment}] " if moment else ""
    head += f"{str(level).upper()} - " if level else ""
    details = event.get("error_detail")
    traceback = [line for one in details for line in _traceback(one)] if isinstance(details, list) else []
    return "\n".join([f"{head}{event['event']}", *traceback])


def _traceback(detail: object) -> Iterator[str]:
    if not isinstance(detail, dict):
        return
    frames = detail.get("frames")
    yield "Traceback (most recent call last):"
    for frame in frames if isinstance(frames, list) else ():
        if isinstance(frame, dict):
            yield f'  File "{frame.get("filename")}", line {frame.get("lineno")}, in {frame.get("name")}'
    yield f"{detail.get('exc_type')}: {detail.get('exc_value')}"
