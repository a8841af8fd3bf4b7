"""How Airflow names runs that nobody gave a name."""

from datetime import datetime

from resolvers.demo.fate import chance


def run_id_of(airflow: int, run_type: str, run_after: datetime, logical_date: datetime | None) -> str:
    """Return the id of a run: its type, and its logical date (Airflow 2) or when it was due (3).

    A run without a date gets some letters besides, because others may be due at the same moment.
    """
    if airflow == 2:
        prefix = "dataset_triggered" if run_type == "asset_triggered" else run_type
        return f"{prefix}__{(logical_date or run_after).isoformat()}"
    due = run_after if run_type != "backfill" else logical_date or run_after
    name = f"{run_type}__{due.isoformat()}"
    return name if logical_date else f"{name}_{int(chance(name) * 36**4):06x}"
