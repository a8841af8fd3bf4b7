"""What the real plugin 1.0.9 on Airflow 1.10.15 was asked and answered, and why we answer some of it otherwise.

Of its outputs to stderr, the notices of its Python and of Airflow 2.0 to come are left out: there are none any more.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CAPTURED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "captured.json").read_text())

# What differs, and why, by a word for it. The rest is the same, word for word.
REASONS = {
    "tree": "siblings are in the order of their ids; the original's changed",
    "scheduled": "`queued` until a scheduler runs it; one ran beside the original",
    "now": "the same, but for the moment that it names",
    "usage": "the usage that is printed is a line, not the whole text of a parser",
    "uri": "a password in a connection's URI is not repeated",
    "render": "what never ran is rendered by Airflow's command line, if `AIRFLOW_GRAPH_AIRFLOW_COMMANDS` lists it",
    "description": "a pool's description counts under both of its names",
    "upload": "the uploaded file is not imported and so has no module; its DAGs are paused when Airflow has parsed it",
    "order": "the DAGs are in the order of their ids",
    "masked": "of connections `extra` is masked; the original listed those that Airflow 1.10 came with",
}


def differing(record: Mapping[str, Any]) -> str | None:
    """Return the reason for which an answer differs from the one that was captured."""
    address = record["address"]
    parts = {
        "tree=on": "tree",
        "dag_state&dag_id=demo_etl&execution_date=2021": "scheduled",
        "set=true": "usage",
        "&description=": "description",
        "conn_uri": "uri",
        "api=render": "render",
        "api=connections&list": "masked",
        "refresh_all_dags": "order",
    }
    if address.endswith("api=trigger_dag&dag_id=demo_etl") or record.get("form", {}).get("run_id") == "r3":
        return "now"
    if record.get("form", {}).get("pause"):
        return "upload"
    return next((reason for part, reason in parts.items() if part in address), None)
