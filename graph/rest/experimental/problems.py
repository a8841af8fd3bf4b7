"""How Airflow's experimental API says no: an object with an `error`, and texts where nobody may."""

from graph.problems import problem_headers
from graph.rest.call import Call
from graph.rest.dialect import Answer, RefusedError
from graph.rest.early import HTML, common_refusal, status_of
from resolvers.errors import Forbidden, Problem, Unauthenticated


def render(refusal: Problem | RefusedError) -> Answer:
    """Return the answer of a refusal."""
    if isinstance(refusal, RefusedError):
        return common_refusal(refusal) or Answer({"error": refusal.detail}, refusal.status)
    status = status_of(refusal)
    if isinstance(refusal, Unauthenticated):
        # Airflow names the scheme alone, which is what old clients look for.
        schemes = ", ".join(challenge.split(" ")[0] for challenge in refusal.challenges)
        return Answer("Unauthorized", status, HTML, {"WWW-Authenticate": schemes} if schemes else {})
    if isinstance(refusal, Forbidden):
        return Answer("Forbidden", status, HTML)
    return Answer({"error": refusal.detail}, status, headers=problem_headers(refusal))


def refused(status: int, error: str) -> RefusedError:
    """Return a refusal in words of the API's own."""
    return RefusedError(status, error)


def no_dag(call: Call, status: int = 404) -> RefusedError:
    """Return the refusal of a DAG that there is not."""
    return refused(status, f"Dag id {call.path['dag_id']} not found in DagModel")
