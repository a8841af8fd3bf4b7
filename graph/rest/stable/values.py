"""Values that the stable API writes in a form of its own."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta

from graph.rest.codec import Json
from graph.types.enums import TaskInstanceState
from resolvers.errors import Invalid

# What Python prints of a timedelta, which is how Airflow 3 keeps the schedule of one.
_SPAN = re.compile(r"(?:(-?\d+) days?, )?(\d+):(\d\d):(\d\d)(?:\.(\d{6}))?")

# Airflow 3's reasons for a run, in the words of Airflow 2: strict clients refuse any other.
_RUN_TYPES: Mapping[str, str] = {
    "asset_triggered": "dataset_triggered",
    "operator_triggered": "manual",
    "asset_materialization": "manual",
}
_TASK_STATES: Mapping[str, str] = {"awaiting_input": "deferred"}

# What a client may call a state.
TASK_STATES = ("none", *(str(state.value) for state in TaskInstanceState))
_TRIGGER_RULES: Mapping[str, str] = {"all_done_min_one_success": "all_done"}


def run_type(stored: str) -> str:
    """Return why a run exists."""
    return _RUN_TYPES.get(stored, stored)


def conf_json(stored: object) -> Json:
    """Return what a run was given: always an object, which says so where it cannot be read."""
    match stored:
        case None:
            return {}
        case dict():
            return stored
        case _:
            return {"__unreadable": str(stored)}


def task_state(stored: str | None) -> str | None:
    """Return where a task instance stands."""
    return _TASK_STATES.get(stored, stored) if stored else None


def task_states(names: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """Return the states that are stored for those that a client names; `none` is the state of no state."""
    unknown = next((name for name in names if name is not None and name not in TASK_STATES), None)
    if unknown is not None:
        # Airflow's own crashes at it.
        raise Invalid(f"{unknown!r} is no state of a task instance.", field="state")
    told = [None if name in (None, "none") else name for name in names if name not in _TASK_STATES]
    return (*told, *(stored for stored, name in _TASK_STATES.items() if name in told))


def trigger_rule(stored: str) -> str:
    """Return when a task runs."""
    return _TRIGGER_RULES.get(stored, stored)


def span(value: timedelta | None) -> Json | None:
    """Return a length of time in its parts, of which only the days can be negative."""
    if value is None:
        return None
    return {
        "__type": "TimeDelta",
        "days": value.days,
        "seconds": value.seconds,
        "microseconds": value.microseconds,
    }


def schedule(stored: str | None, summary: str | None) -> Json | None:
    """Return when a DAG is scheduled: from the JSON that Airflow 2 stores, else from Airflow 3's summary."""
    told = json.loads(stored) if stored else summary
    match told:
        case None:
            return None
        case {"type": "timedelta", "attrs": Mapping() as parts}:
            return span(timedelta(**{name: float(number) for name, number in parts.items()}))
        case {"type": "relativedelta", "attrs": Mapping() as parts}:
            return {"__type": "RelativeDelta", **parts}
        case str() if (length := _SPAN.fullmatch(told)) is not None:
            days, hours, minutes, seconds, microseconds = (int(part or 0) for part in length.groups())
            return span(timedelta(days, seconds, microseconds, 0, minutes, hours))
        case _:
            return {"__type": "CronExpression", "value": str(told)}


def split_owners(stored: str | None) -> list[str]:
    """Return the owners as Airflow splits them: at commas, blanks left where they are."""
    return (stored or "").split(",") if stored else []


def dataset_expression(stored: object) -> object:
    """Return which datasets a DAG waits for. It is an object, of one dataset alone too: strict clients take no text."""
    told = _expression(stored)
    return {"all": [told]} if isinstance(told, str) else told


def _expression(stored: object) -> object:
    """Return a part of an expression; Airflow 3 says `asset` around what Airflow 2 says alone."""
    match stored:
        case {"asset": {"uri": uri}} | {"asset_ref": {"uri": uri}}:
            return uri
        case {"alias": {"name": name}}:
            return {"alias": name}
        case dict():
            return {kind: _expression(inner) for kind, inner in stored.items()}
        case list():
            return [_expression(inner) for inner in stored]
        case _:
            return stored
