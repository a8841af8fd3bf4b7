"""Which lines of a scheduler's log tell of trouble."""

import re

BAD = re.compile(
    r"^Traceback \(most|^\w+(\.\w+)*(Error|Exception)\b"  # a trace, wherever it came from
    r"|\b(ERROR|CRITICAL)\b"  # 2.x
    r"|\[(error|critical)\s*\]"  # 3.x
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
EXPECTED = re.compile(
    r"ERROR - Marking run <.*> failed"  # 2.x says so of every failed run
    r"|Task failed with exception"  # 3.x repeats the task's own log; our DAGs fail on purpose
    r"|Server indicated the task shouldn't be running"  # 3.x: a running task was cleared, or its run ended
    r"|XCom not found"  # 3.x: how a task that looks for values meets their end
)


def troubles(log: str) -> list[str]:
    """List the lines that tell of an error other than those that our DAGs cause on purpose."""
    lines = (COLOUR.sub("", line) for line in log.splitlines())
    return [line for line in lines if BAD.search(line) and not EXPECTED.search(line)]
