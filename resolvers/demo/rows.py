"""What the demo's rows are made of: logical columns and their values, and ids that sort by time."""

import uuid
from datetime import datetime

Row = dict[str, object]

ACCOUNT = "demo"
"""The account that everything in the demo runs under."""


def time_ordered_id(at: datetime, *, chance: float) -> uuid.UUID:
    """Return a UUID of version 7: those of later moments sort later."""
    milliseconds = int(at.timestamp() * 1000)
    filling = int(chance * 2**53) * 0x9E3779B97F4A7C15 % 2**74
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | filling >> 62 << 64 | 0b10 << 62 | filling & (2**62 - 1))
