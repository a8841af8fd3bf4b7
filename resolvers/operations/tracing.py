"""The trace context that Airflow 3 keeps with runs and task instances, so that their spans find each other."""

from collections.abc import Mapping
from secrets import token_hex

from resolvers.metadata.stored import wrap
from resolvers.operations.work import Work

# With this key in its conf, a run of 3.3 says how much of its tasks is traced.
_DETAIL = "airflow/task_span_detail_level"


def run_carrier(work: Work, conf: Mapping[str, object]) -> object:
    """Return the context of a run's new trace, in the form in which it is stored.

    Empty before 3.2. From then on a W3C `traceparent`, marked as sampled; 3.3 marks it so only where
    `[traces] otel_on` has the spans collected.
    """
    if not work.generation.is_since("3.2"):
        return wrap({})
    leaves_choice = work.generation.is_since("3.3")
    sampled = not leaves_choice or work.config.flag("traces", "otel_on", default=False)
    carrier = {"traceparent": f"00-{token_hex(16)}-{token_hex(8)}-{int(sampled):02}"}
    if leaves_choice and (level := _level(conf)):
        carrier["tracestate"] = f"{_DETAIL}={level}"
    return wrap(carrier)


def task_carrier(work: Work) -> object:
    """Return the context of a new task instance: empty from 3.2 on, none before, until Airflow starts its span."""
    return wrap({}) if work.generation.is_since("3.2") else None


def _level(conf: Mapping[str, object]) -> int:
    level = conf.get(_DETAIL)
    try:
        return int(level) if isinstance(level, int | float | str) else 0
    except (ValueError, OverflowError):
        return 0
