"""Wrapped values come back as what they were, and strange ones come back as themselves."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import FR, relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from resolvers.serialized.encoding import NOT_SET, Opaque, unwrap

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
KINDS = st.sampled_from(
    ["dict", "set", "tuple", "datetime", "timedelta", "timezone", "relativedelta", "arg_not_set", "xcomref", "new"]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=6), inner, max_size=4)
        | st.builds(lambda kind, value: {"__type": kind, "__var": value}, KINDS, inner)
        | st.builds(lambda value: {"__type": value}, inner)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("kind", "stored", "value"),
    [
        ("dict", {"a": 1, "b": {"__type": "tuple", "__var": [1]}}, {"a": 1, "b": (1,)}),
        ("set", ["b", "a"], {"a", "b"}),
        ("tuple", [1, {"__type": "set", "__var": []}], (1, set())),
        ("datetime", 1704067200.0, datetime(2024, 1, 1, tzinfo=UTC)),
        ("timedelta", 90.5, timedelta(seconds=90.5)),
        ("timedelta", 0, timedelta(0)),
        ("timezone", "Europe/Paris", ZoneInfo("Europe/Paris")),
        ("timezone", "UTC", UTC),
        ("timezone", -19800, timezone(timedelta(hours=-5, minutes=-30))),
        ("relativedelta", {"months": 1, "weekday": [4, 2]}, relativedelta(months=1, weekday=FR(2))),
        ("arg_not_set", None, NOT_SET),
    ],
)
def test_a_known_kind_comes_back(kind: str, stored: object, value: object) -> None:
    assert unwrap({"__type": kind, "__var": stored}) == value


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("k8s.V1Pod", {"metadata": {}}),
        ("xcomref", {"task_id": "make", "key": "return_value"}),
        ("datetime", "soon"),
        ("datetime", 1e300),
        ("timedelta", "long"),
        ("timezone", "Atlantis/Centre"),
        ("timezone", "../../etc/passwd"),
        ("relativedelta", {"fortnights": 1}),
        ("set", [[1]]),
        ("tuple", "word"),
        ("dict", []),
    ],
)
def test_what_is_unknown_or_damaged_stays_as_it_is(kind: str, stored: object) -> None:
    assert unwrap({"__type": kind, "__var": stored}) == Opaque(kind, stored)


def test_assets_stand_flat_beside_their_kind() -> None:
    assert unwrap({"__type": "asset", "name": "a", "uri": "b"}) == Opaque("asset", {"name": "a", "uri": "b"})


@given(JSON)
@settings(deadline=None)
def test_no_json_whatever_raises(value: object) -> None:
    unwrap(value)
