"""When a cron expression is due, in a time zone whose clocks may be put forward and back."""

from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Literal

from croniter import CroniterError, croniter

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}


class NeverDueError(ValueError):
    """The expression cannot be read, or names no date that exists."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression, or one of Airflow's presets, read on the clocks of a zone.

    All points in time, given and returned, are UTC. As in Airflow, a due time that the clocks skip
    moves on by as much as they are put forward, and one that they show twice is due the second time.
    Only an expression that is due in every hour keeps its pace through such a night.
    """

    expression: str
    zone: tzinfo

    def following(self, at: datetime) -> datetime:
        """Return the first due time after `at`."""
        return self._step(at, "get_next")

    def preceding(self, at: datetime) -> datetime:
        """Return the last due time before `at`."""
        return self._step(at, "get_prev")

    def at_or_after(self, at: datetime) -> datetime:
        """`at` if it is due then, else the first due time after it."""
        following = self.following(at)
        return at if self.preceding(following) == at else following

    def at_or_before(self, at: datetime) -> datetime:
        """`at` if it is due then, else the last due time before it."""
        preceding = self.preceding(at)
        return at if self.following(preceding) == at else preceding

    def _step(self, at: datetime, which: Literal["get_next", "get_prev"]) -> datetime:
        wall = _wall(at, self.zone)
        try:
            # To read an expression takes many times as long as to take a step, which changes the object alone.
            cron = copy(_read(PRESETS.get(self.expression, self.expression)))
            cron.set_current(wall, force=True)
            due: datetime = getattr(cron, which)(datetime)
        except (CroniterError, OverflowError) as error:
            raise NeverDueError(str(error)) from None
        return at + (due - wall) if _every_hour(cron) else _instant(due, self.zone)


@lru_cache(maxsize=1_000)
def _read(expression: str) -> croniter:
    return croniter(expression)


def _every_hour(cron: croniter) -> bool:
    """Whether the field of the hour is open; croniter writes that as a star however it was said."""
    return bool(cron.expanded[1] == ["*"])


def _wall(at: datetime, zone: tzinfo) -> datetime:
    """Return what the clocks of the zone show; croniter knows no zones."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    """When the clocks show that: the later reading where there are two, which also steps over a gap."""
    readings = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(readings)
