"""Why a run exists, in one vocabulary: Airflow 2's datasets are Airflow 3's assets."""

from sqlalchemy import Dialect, String, TypeDecorator

_STORED = {"asset_triggered": "dataset_triggered"}
_TOLD = {stored: told for told, stored in _STORED.items()}


class RunType(TypeDecorator[str]):
    """Airflow 2's `dag_run.run_type`, told in Airflow 3's words."""

    impl = String
    cache_ok = True

    @property
    def python_type(self) -> type[str]:
        """What its values are."""
        return str

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what Airflow 2 stores."""
        del dialect
        return None if value is None else _STORED.get(value, value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what Airflow 3 would store."""
        del dialect
        return None if value is None else _TOLD.get(value, value)
