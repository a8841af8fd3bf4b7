"""What Airflow's Go client of 2.2 fails at, as it was measured: for tests that have no Go."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

AGENTS = ("OpenAPI-Generator/1.0.0/go", "OpenAPI-Generator/2.1.0/go", "OpenAPI-Generator/2.2.0/go")
"""How its releases call themselves."""

_STATES = {
    *("success", "running", "failed", "upstream_failed", "skipped", "up_for_retry", "up_for_reschedule", "queued"),
    *("none", "scheduled", "deferred", "sensing", "removed"),
}
_RUN_STATES = {"queued", "running", "success", "failed"}
_TRIGGER_RULES = {
    *("all_success", "all_failed", "all_done", "one_success", "one_failed", "none_failed", "none_skipped"),
    *("none_failed_or_skipped", "none_failed_min_one_success", "dummy"),
}
_WEIGHT_RULES = {"downstream", "upstream", "absolute"}


def failures(answer: Any) -> Iterator[str]:
    """Say where the client cannot parse the answer of a row; it fails at the first of these."""
    collections = [value for value in answer.values() if isinstance(value, list)] if "total_entries" in answer else []
    for told in [one for collection in collections for one in collection] or [answer]:
        yield from (f"{name}: {value!r}" for name, value in told.items() if not _parses(told, name, value))


def _parses(told: Mapping[str, Any], name: str, value: Any) -> bool:
    """Say whether it takes a member of an object; null is what anything may be."""
    if value is None:
        return True
    match name:
        case "schedule_interval":
            return False
        case "state":
            return value in (_STATES if "task_id" in told else _RUN_STATES)
        case "trigger_rule":
            return value in _TRIGGER_RULES
        case "weight_rule":
            return value in _WEIGHT_RULES
        case "value" if "key" in told:
            return isinstance(value, str)
        case "execution_date" | "logical_date" | "start_date" | "end_date":
            return datetime.fromisoformat(value).tzinfo is not None
        case _:
            return True
