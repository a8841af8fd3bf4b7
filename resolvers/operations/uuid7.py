"""Ids that sort by the moment at which they were made, as Airflow 3 gives them to task instances."""

from secrets import randbits
from time import time_ns
from uuid import UUID

_VERSION = 7 << 76
_VARIANT = 2 << 62


def uuid7() -> UUID:
    """Return a UUID of version 7 (RFC 9562): milliseconds, then their fraction in 4096ths, then chance.

    The fraction keeps the rows of one run in the order in which they were made.
    """
    milliseconds, rest = divmod(time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    return UUID(int=milliseconds << 80 | _VERSION | fraction << 64 | _VARIANT | randbits(62))
