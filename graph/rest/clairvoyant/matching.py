"""Which tasks a caller's regular expression means, without letting it keep the server busy."""

import re
from collections.abc import Iterable

from graph.rest.clairvoyant.told import FailedError

# What keeps a search short: no repetition of what itself has parts, and few repetitions in all.
_LONGEST = 250
_MOST_REPETITIONS = 4
_REPEATED_GROUP = re.compile(r"\)[*+{]")
_REFERENCE = re.compile(r"\\[1-9]|\(\?P=|\(\?\(")


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """Return the names in which the pattern is found; `FailedError` for one that might search for ever."""
    repetitions = sum(pattern.count(each) for each in "*+{")
    if (
        len(pattern) > _LONGEST
        or repetitions > _MOST_REPETITIONS
        or _REPEATED_GROUP.search(pattern)
        or _REFERENCE.search(pattern)
    ):
        raise FailedError(
            f"task_regex is too costly. It may have {_LONGEST} characters, {_MOST_REPETITIONS} repetitions, "
            "and neither repeated groups nor references to them.",
            "ValueError",
        )
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise FailedError(str(error), "re.error") from None
    return [name for name in names if compiled.search(name)]
