"""A process of its own that answers one document, `python -m tests.graph.peak URL MINOR DOCUMENT`: what that takes."""

import json
import re
import resource
import sys
from pathlib import Path

from tests.world import World


def main() -> None:
    """Print the codes of the errors, and by how many megabytes the process grew at its peak."""
    url, minor, document = sys.argv[1:]
    world = World.open(url, minor, max_cost=0)
    # What is made at the first request, whatever it asks for, is not what the answer takes.
    world.graph("{ dags(first: 1) { nodes { dagId runs(first: 1) { nodes { runId } } } } }")
    before = _peak()
    told = world.graph(document)
    codes = [error["extensions"]["code"] for error in told["errors"]]
    hints = [error["extensions"].get("hint") for error in told["errors"]]
    print(json.dumps({"codes": codes, "hints": hints, "data": told["data"], "megabytes": _peak() - before}))
    world.close()


def _peak() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells on Linux begins with the peak of whoever started this process.
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1024  # type: ignore[index] # it is there
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


if __name__ == "__main__":
    main()
