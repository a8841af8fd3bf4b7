"""How an object of `/api/v2` reads in the words of `/api/v1`, for comparing what the two tell of the same thing."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]

_CALLED = {
    "datasets": "assets",
    "dataset_events": "asset_events",
    "consuming_dags": "scheduled_dags",
    "dataset_expression": "asset_expression",
    "dataset_id": "asset_id",
    "dataset_uri": "uri",
    "next_dagrun": "next_dagrun_logical_date",
    "next_dagrun_create_after": "next_dagrun_run_after",
}
"""What is only called otherwise."""

_RUN_TYPES = {"asset_triggered": "dataset_triggered", "operator_triggered": "manual", "asset_materialization": "manual"}
_BY_HAND = ("manual", "operator_triggered", "asset_materialization")


def _date(told: Json) -> Any:
    return told["logical_date"] or told.get("run_after")


def _made(told: Json) -> list[Json]:
    """Return the runs that an update made, which v2 calls otherwise; when one was due is in its name alone."""
    return [
        {**run, "dag_run_id": run["run_id"], "run_after": run["run_id"].split("__")[1].rpartition("_")[0]}
        for run in told["created_dagruns"]
    ]


def _schedule(told: Json) -> Any:
    summary = told["timetable_summary"]
    return None if summary is None else {"__type": "CronExpression", "value": summary}


_TOLD: Mapping[str, Callable[[Json], Any]] = {
    "is_active": lambda told: not told["is_stale"],
    "tags": lambda told: [{"name": tag["name"]} for tag in told["tags"]],
    "schedule_interval": _schedule,
    "execution_date": _date,
    "logical_date": _date,
    "created_dagruns": _made,
    "run_type": lambda told: _RUN_TYPES.get(told["run_type"], told["run_type"]),
    "external_trigger": lambda told: told["run_type"] in _BY_HAND,
    "conf": lambda told: told["conf"] or {},
    "state": lambda told: "deferred" if told["state"] == "awaiting_input" else told["state"],
    "retry_exponential_backoff": lambda told: bool(told["retry_exponential_backoff"]),
    # By default v1 prints what was left.
    "value": lambda told: str(told["value"]) if "run_after" in told else told["value"],
}

_ONLY_V1 = {
    *("default_view", "is_subdag", "root_dag_id", "pickle_id", "last_pickled", "scheduler_lock", "orientation"),
    *("sla_miss", "template_searchpath", "triggerer_job"),
}
"""What Airflow 3 has no more."""

_APART = {
    # Signed, or of the moment in which it is told.
    *("file_token", "last_parsed", "last_parsed_time"),
    # Told in another form: see the facts about 3.x in the tests of each.
    *("rendered_map_index", "extra_links", "params", "trigger"),
}


def apart(ours: Any, theirs: Any, place: str = "") -> Iterator[str]:
    """Say where an answer of v1 tells otherwise than one of v2, one line for each leaf."""
    match ours, theirs:
        case dict(), dict():
            for name, value in ours.items():
                if name in _APART or name in _ONLY_V1:
                    continue
                try:
                    told = _TOLD[name](theirs) if name in _TOLD else theirs[_CALLED.get(name, name)]
                except KeyError:
                    yield f"{place}.{name}: {value!r}, of which v2 tells nothing"
                    continue
                yield from apart(value, told, f"{place}.{name}")
        case list(), list() if len(ours) == len(theirs):
            for number, (one, other) in enumerate(zip(_sorted(ours), _sorted(theirs), strict=True)):
                yield from apart(one, other, f"{place}[{number}]")
        case str(), str() if _moment(ours) and _moment(ours) == _moment(theirs):
            return
        case _ if ours != theirs:
            yield f"{place}: ours {ours!r}, theirs {theirs!r}"


def _sorted(values: list[Any]) -> list[Any]:
    """Return objects in an order in which both have them, whatever else they tell."""
    keys = ("dag_id", "dag_run_id", "task_id", "map_index", "try_number", "key", "name", "event_log_id", "state", "uri")
    if all(isinstance(one, dict) for one in values):
        return sorted(values, key=lambda one: [str(one.get(key, "")) for key in keys])
    return sorted(values, key=str)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
