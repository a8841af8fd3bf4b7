"""The benchmark of lists: it leaves no list of the stable API out."""

import re

from tests.bench.lists import LISTS
from tests.rest.test_budgets import lists


def test_every_list_is_measured() -> None:
    # By a map index as without, and in a body as in an address.
    wanted = {row.path for row in lists() if row.method == "GET" and "map_index" not in row.path}

    measured = [path.partition("?")[0] for path in LISTS]
    assert {path for path in wanted if not any(_is_of(path, one) for one in measured)} == set()


def _is_of(path: str, address: str) -> bool:
    """Say whether an address is of the row of this path."""
    return re.fullmatch(re.sub(r"{[^}]*}", "[^/]+", path), address) is not None
