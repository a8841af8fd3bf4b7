"""How other people's servers are installed: told beforehand, and without one where it cannot be."""

import sys
from collections.abc import Callable

from tests.live.installing import cache


def prepare(title: str, install: Callable[[], object]) -> str | None:
    """Install a server unless it is there; say in one sentence why that did not work."""
    folder = cache()
    print(f"Preparing {title} in {folder}; the first time takes a minute.", file=sys.stderr, flush=True)
    try:
        install()
    except (OSError, RuntimeError) as error:
        return f"{title} could not be installed: {_gist(str(error))}"
    return None


def _gist(output: str) -> str:
    """Return the line that says most: installers put the cause at the end."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given."
