"""Writes `docs/examples.md` from what the tests of the early dialects ask: `python -m tests.project.examples_page`."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.rest.astronomer import examples as astronomer
from tests.rest.clairvoyant import captured as clairvoyant_captured
from tests.rest.clairvoyant import examples as clairvoyant
from tests.rest.examples import Example
from tests.rest.experimental import captured as experimental_captured
from tests.rest.experimental import examples as experimental

PAGE = Path(__file__).parents[2] / "docs" / "examples.md"

_HEAD = """# Examples of the early dialects

Each line of the documentation of three early REST APIs, and each call of which the answer of the original is known, on
Airflow 1.10.15: whether it is answered here as it was there, and if not, why. "The same" means word for word but for
moments, hosts and numbers of rows, or with more told besides. Of what Airflow's commands wrote to stderr, the notice
that Airflow 2 would call them otherwise is not repeated. [Dialects](dialects.md) tells of the dialects themselves.

This page is written by `python -m tests.project.examples_page` from what the tests ask, on Airflow 2 and 3.
"""

_TABLE = "| asked | answered |\n|---|---|\n"

Row = tuple[str, str]


def page() -> str:
    """Return the page as it should be."""
    sections = {
        "`/api/experimental`: its documentation": _examples(experimental.EXAMPLES),
        "`/api/experimental`: Airflow 1.10.15": [
            (" ".join(filter(None, (call.method, f"/api/experimental{call.path}", call.body))), call.reason)
            for call in experimental_captured.CALLS
        ],
        "Astronomer's plugin: its documentation": _examples(astronomer.EXAMPLES),
        "Astronomer's plugin: the plugin on Airflow 1.10.15": _examples(astronomer.CAPTURED),
        "Clairvoyant's plugin: its documentation": _examples((*clairvoyant.CURL, *clairvoyant.EXAMPLES)),
        "Clairvoyant's plugin: the plugin on Airflow 1.10.15": [
            (_call(record), clairvoyant_captured.REASONS.get(clairvoyant_captured.differing(record) or "", ""))
            for record in clairvoyant_captured.CAPTURED
        ],
    }
    return _HEAD + "".join(f"\n## {title}\n\n{_TABLE}{_lines(rows)}" for title, rows in sections.items())


def _examples(examples: Iterable[Example]) -> list[Row]:
    return [(example.line, example.reason) for example in examples]


def _call(record: Mapping[str, Any]) -> str:
    """Return a captured call in one line."""
    parts = [record.get("method", "GET"), record["address"]]
    if "file" in record:
        parts.append(f"dag_file=@{record['file']}")
    if "form" in record:
        parts.append(urlencode(record["form"]))
    if "json" in record:
        parts.append(json.dumps(record["json"]))
    return " ".join(parts)


def _lines(rows: Iterable[Row]) -> str:
    return "".join(f"| `{_cell(asked)}` | {_cell(reason) or 'the same'} |\n" for asked, reason in rows)


def _cell(text: str) -> str:
    return " ".join(text.replace("\\\n", " ").split()).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page())
