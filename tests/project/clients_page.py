"""Writes `docs/clients.md` from what the tests ask by Airflow's own clients: `python -m tests.project.clients_page`."""

from pathlib import Path

from tests.rest.client_calls import CALLS, methods
from tests.rest.client_likeness import LIKENESS

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"

_HEAD = """# Airflow's own clients

Airflow generated clients of its stable API for two languages. Both work here, on the metadata of Airflow 2 and of 3:
give them the address of this server, `Configuration(host="https://graph.example.org/api/v1", ...)`.

## Go

`airflow-client-go` of 2.2 cannot parse a `schedule_interval`, nor states and rules that are newer than itself, whoever
answers. By its `User-Agent`, `OpenAPI-Generator/.../go`, it is told what it can parse:

| member | is told as |
|---|---|
| `schedule_interval` | null; `timetable_description` says when a DAG runs |
| `state` of a task instance | `running` for `restarting` |
| `trigger_rule` | `dummy` for `always`; null for a rule that came after 2.2 |
| `weight_rule` | null for a strategy of one's own |
| `used_slots` of a pool | what is now `running_slots` |

What is within `conf`, `extra` or a value is left as it is. Its later releases name no release by which they could be
told apart, and are told the same.

## Python

`apache-airflow-client` 2.10.0, the last for `/api/v1`, checks the type of all that it is told. Tests call each of its
methods over HTTP, and it parses every answer (`tests/rest/test_client_methods.py`). What answers are like, tests ask of
real Airflows beside us, on the same database (`tests/live/test_client_on_2.py` and `test_client_on_3.py`):

- On **Airflow 2** an answer is equal to that of 2.11's own API, but for what the table says.
- On **Airflow 3**, which has no `/api/v1`, an operation of its `/api/v2` that means the same is named where there is
  one. What that tells is told in the words of 2.11: members that v1 does not have are left out, and those that Airflow
  3 no longer has are what they were by default (`default_view: grid`, `is_subdag: false`, null); `asset_triggered` is
  `dataset_triggered`, `awaiting_input` is `deferred`. "The effect of 3.3's own" is that of its operation of that name;
  `tests/live/test_effects.py` compares those on runs and task instances, by the mutations that are the same operations.

This table is written by `python -m tests.project.clients_page` from what the tests ask.

| method | operation | on Airflow 2 | on Airflow 3 |
|---|---|---|---|
"""


def page() -> str:
    """Return the page as it should be."""
    operations = methods()
    return _HEAD + "".join(_row(name, *operations[name]) for name in sorted(CALLS))


def _row(name: str, verb: str, path: str) -> str:
    likeness = LIKENESS[name]
    equal = f"equal to `GET /api/v2{likeness.v2}`" if likeness.v2 else ""
    three = "; ".join(told for told in (equal, likeness.three) if told)
    return f"| `{name}` | `{verb} {path}` | {likeness.two or 'equal'} | {three} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
