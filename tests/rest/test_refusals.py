"""What the headers and the statuses of the stable API say of a refusal."""

from graph.rest.stable.problems import render
from resolvers.errors import TooMany


def test_too_many_requests_are_told_when_to_come_again() -> None:
    answer = render(TooMany("This was asked for too often.", retry_after=2.1))

    assert (answer.status, answer.headers) == (429, {"Retry-After": "3"})
    assert answer.body == {
        "detail": "This was asked for too often.",
        "status": 429,
        "title": "Too Many Requests",
        "type": "https://airflow.apache.org/docs/apache-airflow/2.11.2/stable-rest-api-ref.html#section/Errors/Unknown",
    }
