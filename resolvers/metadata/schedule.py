"""How Airflow 2 writes a DAG's schedule in its own row, and how it reads in words."""

import json
from datetime import timedelta

from sqlalchemy import Dialect, Text, TypeDecorator


class ScheduleSummary(TypeDecorator[str]):
    """Airflow 2's `dag.schedule_interval` as the text that Airflow 3 keeps in `timetable_summary`.

    Stored is JSON: a cron expression or preset as a string, null, or a timedelta in the form
    `{"type": "timedelta", "attrs": {...}}`.
    """

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        """What its values are."""
        return str

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the schedule in words; text that is not JSON as it is."""
        del dialect
        if value is None:
            return None
        try:
            told = json.loads(value)
        except ValueError:
            return value
        if isinstance(told, dict):
            attributes = told.get("attrs", {})
            if told.get("type") == "timedelta" and isinstance(attributes, dict):
                return str(timedelta(**{name: float(number) for name, number in attributes.items()}))
            return str(told.get("type", "custom"))
        return None if told is None else str(told)
