"""What Airflow 1.10.15 answered, call by call in its order, and ours: the same, or the difference that is meant."""

from tests.rest.early import Early
from tests.rest.examples import agrees
from tests.rest.experimental.captured import CALLS

AT = "/api/experimental"


def test_each_call_is_answered_as_the_original_answered_it_or_as_is_said_here(early: Early) -> None:
    for call in CALLS:
        answer = early.send(call.method, f"{AT}{call.path}", **({"content": call.body} if call.body else {}))
        status, told = call.ours or (call.status, call.told)

        assert answer.status_code == status, (call, answer.text)
        if told is not None:
            assert agrees(told, answer.json()), (call, answer.text)
        assert call.reason or not call.ours
