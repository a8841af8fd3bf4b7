"""The lines of logs: whole however they arrive, in one order, readable whoever wrote them."""

import json
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from resolvers.sources.logs.lines import LONGEST_LINE, merged, split, told


@given(st.text(alphabet="ab\n\r\u2028\u00e9\U0001f4a5", max_size=40), st.lists(st.integers(0, 60), max_size=5))
def test_lines_are_the_same_wherever_the_pieces_end(text: str, cuts: list[int]) -> None:
    content = text.encode()
    places = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]

    lines = list(split(content[start:end] for start, end in pairwise(places)))

    assert lines == [line for line in text.splitlines() if line]


def test_bytes_that_are_no_text_spoil_nothing() -> None:
    assert list(split([b"fine\n\xff\xfe\nfine too"])) == ["fine", "\ufffd\ufffd", "fine too"]


def test_a_log_without_line_ends_comes_in_parts() -> None:
    lines = list(split(b"x" * 65_536 for _ in range(50)))

    assert sum(map(len, lines)) == 50 * 65_536
    assert all(len(line) < LONGEST_LINE + 65_536 for line in lines)
    assert list(merged([iter(lines)])) == lines


def test_several_logs_are_one_by_their_instants() -> None:
    worker = [
        "[2026-03-01T00:00:00.000+0000] began",
        "  a line without an instant",
        "[2026-03-01T00:00:09.000+0000] ended",
    ]
    triggerer = ["[2026-03-01T00:00:05.000+0000] waited", "[2026-03-01T00:00:05.000+0000] waited"]

    assert list(merged([iter(worker), iter(triggerer)])) == [*worker[:2], triggerer[0], worker[2]]


FAILURE = """[2026-03-01T00:00:01Z] ERROR - failed
Traceback (most recent call last):
  File "dag.py", line 3, in f
ValueError: bad"""


def test_what_airflow_3_writes_is_told_as_text() -> None:
    error = {"exc_type": "ValueError", "exc_value": "bad", "frames": [{"filename": "dag.py", "lineno": 3, "name": "f"}]}
    written = [
        {"timestamp": "2026-03-01T00:00:00Z", "level": "info", "event": "began", "logger": "task"},
        {"event": "::group::Details"},
        {"timestamp": "2026-03-01T00:00:01Z", "level": "error", "event": "failed", "error_detail": [error]},
    ]
    lines = [*(json.dumps(one) for one in written), "a line of before", '{"event', '{"no": "event"}']

    assert list(told(lines)) == [
        "[2026-03-01T00:00:00Z] INFO - began",
        "::group::Details",
        FAILURE,
        "a line of before",
        '{"event',
        '{"no": "event"}',
    ]
