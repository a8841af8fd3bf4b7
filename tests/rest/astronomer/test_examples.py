"""Every example of the documentation is answered in both forms, and every call of which the answer is known."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.rest.astronomer.conftest import CONFIGURED, SECRET
from tests.rest.astronomer.examples import CAPTURED, EXAMPLES
from tests.rest.early import Early, early_of
from tests.rest.examples import Example, agrees, asked_by

KINDS = pytest.mark.parametrize("kind", ["2.11-sqlite", "3.3-postgresql"])


@contextmanager
def furnished(request: pytest.FixtureRequest, kind: str, form: str) -> Iterator[Early]:
    """Serve the DAGs of which the examples speak: one of them is due at noon."""
    with early_of(request, kind, CONFIGURED, astronomer_answers=form, astronomer_shares_dags=True) as early:
        (daily,) = early.world.rows("serialized_dag", "data", dag_id="when_daily")
        for dag_id, expression in (("noonday", "0 12 * * *"), ("example_dag", "@once")):
            text = json.dumps(daily["data"]).replace("when_daily", dag_id)
            text = text.replace('"@daily"', f'"{expression}"').replace('"0 0 * * *"', f'"{expression}"')
            early.world.dag(dag_id, serialized=json.loads(text))
        yield early


def told_apart(early: Early, form: str, examples: tuple[Example, ...]) -> dict[str, str]:
    """Return the answers that are not what they should be."""
    apart = {}
    for example in examples:
        asked = asked_by(example.line)
        answer = early.send(asked.pop("method"), asked.pop("place"), authorization=SECRET, **asked)
        told = answer.text if example.told == "..." else answer.json()
        if answer.status_code != example.status or not agrees(example.expected(form), told):
            apart[example.line] = answer.text
    return apart


@KINDS
@pytest.mark.parametrize("form", ["original", "documented"])
def test_every_example_of_the_documentation_is_answered(request: pytest.FixtureRequest, kind: str, form: str) -> None:
    with furnished(request, kind, form) as early:
        # Those that only read come first: the others add to what they tell.
        reading = sorted(EXAMPLES, key=lambda example: example.line.startswith("POST"))
        assert told_apart(early, form, tuple(reading)) == {}


@KINDS
def test_every_call_of_which_the_answer_is_known_is_answered(request: pytest.FixtureRequest, kind: str) -> None:
    with furnished(request, kind, "original") as early:
        assert told_apart(early, "original", CAPTURED) == {}
