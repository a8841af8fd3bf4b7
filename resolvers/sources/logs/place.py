"""Where a log lies: the path that Airflow's template of log files makes of a try."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath

from resolvers.errors import Unsupported
from resolvers.sources.logs.subject import Subject

# What Airflow has named log files by since 2.3, unless it is told otherwise.
DEFAULT_TEMPLATE = (
    "dag_id={{ ti.dag_id }}/run_id={{ ti.run_id }}/task_id={{ ti.task_id }}/"
    "{% if ti.map_index >= 0 %}map_index={{ ti.map_index }}/{% endif %}attempt={{ try_number }}.log"
)

# The part of Jinja that templates of file names use: values, a default, and conditions that are not nested.
_CONDITION = re.compile(
    r"\{%%?-?\s*if\s+(.+?)\s*-?%%?\}(.*?)(?:\{%%?-?\s*else\s*-?%%?\}(.*?))?\{%%?-?\s*endif\s*-?%%?\}"
)
_VALUE = re.compile(r"\{\{-?\s*([\w.]+)\s*(?:\|\s*(?:default|string)\b[^}]*)?-?\}\}")
_COMPARISON = re.compile(r"([\w.]+)(?:\s*(>=|>|!=|==|<=|<)\s*(-?\d+))?")
_LEFT_OVER = re.compile(r"\{[{%]")


def relative_path(template: str, subject: Subject) -> str | None:
    """Return the path of a log below the folder of logs; none where it would lead out of that.

    Raises `Unsupported` for a template that says more than values and simple conditions.
    """
    names = _names(subject)
    path = _rendered(template, names) if "{{" in template else _formatted(template, names)
    parts = PurePosixPath(path).parts
    # Ids may hold slashes: whoever names a run must not name another file by that.
    is_inside = bool(parts) and not path.startswith("/") and ".." not in parts and "\0" not in path
    return str(PurePosixPath(*parts)) if is_inside else None


def _rendered(template: str, names: Mapping[str, object]) -> str:
    def chosen(match: re.Match[str]) -> str:
        return match[2] if _holds(match[1], names) else match[3] or ""

    def value(match: re.Match[str]) -> str:
        if match[1] not in names:
            raise _unknown(f"the name {match[1]!r}")
        return str(names[match[1]])

    plain = _CONDITION.sub(chosen, template)
    left = _LEFT_OVER.search(_VALUE.sub("", plain))
    if left:
        raise _unknown(f"{_VALUE.sub('', plain)[left.start() :][:40]!r}")
    return _VALUE.sub(value, plain)


def _holds(condition: str, names: Mapping[str, object]) -> bool:
    match = _COMPARISON.fullmatch(condition)
    if match is None or match[1] not in names:
        raise _unknown(f"the condition {condition!r}")
    value = names[match[1]]
    if match[2] is None:
        return bool(value)
    if not isinstance(value, int):
        raise _unknown(f"the condition {condition!r}")
    number = int(match[3])
    return {
        ">=": value >= number,
        ">": value > number,
        "!=": value != number,
        "==": value == number,
        "<=": value <= number,
        "<": value < number,
    }[match[2]]


def _formatted(template: str, names: Mapping[str, object]) -> str:
    """Return a template in the form of Python's `str.format`, which Airflow takes too."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in names:
            raise _unknown(f"the name {match[1]!r}")
        return str(names[match[1]])

    return re.sub(r"\{(\w+)\}", value, template)


def _names(subject: Subject) -> dict[str, object]:
    """Return what a template may name."""
    date = subject.date
    own = {
        "dag_id": subject.dag_id,
        "run_id": subject.run_id,
        "task_id": subject.task_id,
        "map_index": subject.map_index,
        "try_number": subject.number,
    }
    dates = {
        "logical_date": _iso(date),
        "execution_date": _iso(date),
        "data_interval_start": _iso(subject.interval_start),
        "data_interval_end": _iso(subject.interval_end),
    }
    texts = {
        "ts": _iso(date),
        "ts_nodash": f"{date:%Y%m%dT%H%M%S}" if date else "",
        "ds": f"{date:%Y-%m-%d}" if date else "",
        "ds_nodash": f"{date:%Y%m%d}" if date else "",
    }
    objects = {
        **{f"ti.{name}": value for name, value in own.items()},
        **{f"task_instance.{name}": value for name, value in own.items()},
        **{f"dag_run.{name}": value for name, value in {**dates, "run_id": subject.run_id}.items()},
        "dag.dag_id": subject.dag_id,
        "task.task_id": subject.task_id,
    }
    return {**own, **dates, **texts, **objects}


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _unknown(what: str) -> Unsupported:
    return Unsupported(
        f"Airflow's template of log files holds {what}, which is not known here.",
        hint="Values of ti, dag_run and dates, and conditions like `ti.map_index >= 0`, are.",
    )
