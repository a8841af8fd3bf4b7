"""How Astronomer's plugin says no: an object with an `error` in its envelope."""

from graph.problems import problem_headers
from graph.rest.dialect import Answer, RefusedError
from graph.rest.early import common_refusal, status_of
from resolvers.errors import Problem, Unauthenticated


def envelope(payload: object) -> dict[str, object]:
    """Return what every answer is wrapped in."""
    return {"response": payload}


def refused(status: int, error: str) -> RefusedError:
    """Return a refusal in words of the plugin's own."""
    return RefusedError(status, error)


def render(refusal: Problem | RefusedError) -> Answer:
    """Return the answer of a refusal."""
    if isinstance(refusal, RefusedError):
        return common_refusal(refusal) or Answer(envelope({"error": refusal.detail}), refusal.status)
    known = not isinstance(refusal, Unauthenticated)
    error = refusal.detail if known else "You are not authorized to use this resource"
    return Answer(envelope({"error": error}), status_of(refusal), headers=problem_headers(refusal))
