"""Every example of the documentation, letter by letter but for the names in it, is answered in both forms."""

import pytest

from tests.rest.early import early_of
from tests.rest.examples import agrees, asked_by
from tests.rest.experimental.examples import EXAMPLES, NAMES


@pytest.mark.parametrize("kind", ["2.11-sqlite", "3.3-postgresql"])
@pytest.mark.parametrize("form", ["original", "documented"])
def test_every_example_of_the_documentation_is_answered(request: pytest.FixtureRequest, kind: str, form: str) -> None:
    apart = {}
    with early_of(request, kind, experimental_answers=form) as early:
        for example in EXAMPLES:
            line = example.line
            for placeholder, name in NAMES.items():
                line = line.replace(placeholder, name)
            asked = asked_by(line)
            answer = early.send(asked.pop("method"), asked.pop("place"), **asked)
            if answer.status_code != example.status or not agrees(example.expected(form), answer.json()):
                apart[example.line] = answer.text
        (run,) = early.world.rows("dag_run", "conf", state="queued")

    assert apart == {}
    assert run == {"conf": {"key": "value"}}
