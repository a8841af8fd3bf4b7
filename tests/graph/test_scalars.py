"""What the scalars make of values that JSON cannot say."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from graphql import GraphQLError

from graph.types.scalars import plain


def test_what_json_has_no_word_for_becomes_text_or_a_number() -> None:
    told = plain(
        {"at": datetime(2026, 3, 1, tzinfo=UTC), "for": timedelta(minutes=1), "of": {1}, "x": math.inf, "y": 1j}
    )

    assert told == {"at": "2026-03-01T00:00:00+00:00", "for": 60.0, "of": [1], "x": "inf", "y": "1j"}


def test_what_is_nested_deeper_than_an_answer_can_be_written_is_refused() -> None:
    value: dict[str, object] = {}
    for _ in range(300):
        value = {"a": value}

    with pytest.raises(GraphQLError, match="nested deeper than the 200 levels"):
        plain(value)
