"""Cron expressions are due on the clocks of their zone, also on the nights when these are changed."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from resolvers.serialized.cron import Cron, NeverDueError

PARIS = ZoneInfo("Europe/Paris")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_preset_is_the_expression_it_stands_for() -> None:
    assert Cron("@quarterly", UTC).following(utc("2026-02-01")) == utc("2026-04-01")


def test_a_time_that_the_clocks_skip_is_due_as_much_later_as_they_are_put_forward() -> None:
    cron = Cron("30 2 * * *", PARIS)
    assert cron.following(utc("2026-03-28T12:00")) == utc("2026-03-29T01:30")
    assert cron.following(utc("2026-03-29T01:30")) == utc("2026-03-30T00:30")


def test_a_time_that_the_clocks_show_twice_is_due_the_second_time() -> None:
    cron = Cron("30 2 * * *", PARIS)
    assert cron.following(utc("2026-10-24T12:00")) == utc("2026-10-25T01:30")
    assert cron.preceding(utc("2026-10-25T12:00")) == utc("2026-10-25T01:30")


@pytest.mark.parametrize("night", ["2026-03-28T22:15", "2026-10-24T22:15"])
def test_what_is_due_every_hour_keeps_its_pace_through_such_a_night(night: str) -> None:
    cron, at = Cron("15 * * * *", PARIS), utc(night)
    for _ in range(6):
        assert cron.following(at) == at + timedelta(hours=1)
        at = cron.following(at)
        assert cron.preceding(at) == at - timedelta(hours=1)


def test_a_due_time_is_its_own_alignment_and_any_other_moves() -> None:
    cron = Cron("0 6 * * *", UTC)
    for align in (cron.at_or_after, cron.at_or_before):
        assert align(utc("2026-01-02T06:00")) == utc("2026-01-02T06:00")
    assert cron.at_or_after(utc("2026-01-02T06:00:01")) == utc("2026-01-03T06:00")
    assert cron.at_or_before(utc("2026-01-02T05:59:59")) == utc("2026-01-01T06:00")


@pytest.mark.parametrize("expression", ["", "often", "61 * * * *", "0 0 30 2 *", "@reboot", "* * * *"])
def test_an_expression_that_is_never_due_is_refused(expression: str) -> None:
    with pytest.raises(NeverDueError):
        list(islice(iter(lambda: Cron(expression, UTC).following(utc("2026-01-01")), None), 1))
