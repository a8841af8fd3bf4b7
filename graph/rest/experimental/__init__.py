"""Airflow's experimental REST API of 1.10 and 2.x, `/api/experimental`."""

from starlette.requests import Request

from graph.rest.dialect import Authenticate, Dialect, callers_of
from graph.rest.experimental import dag_runs, dags, deployment, lineage, pools, tasks
from graph.rest.experimental.problems import render
from graph.rest.lenient import leniently
from resolvers.access.actor import Actor
from resolvers.errors import Forbidden, Invalid
from resolvers.service import Service

_GUIDE = "upgrading-to-2.html#migration-guide-from-experimental-api-to-stable-api-v1"
_OLD = f"https://airflow.apache.org/docs/apache-airflow/2.11.2/{_GUIDE}"


def _deny(_request: Request) -> Actor:
    raise Forbidden("[api] auth_backends denies everybody.")


def _callers(service: Service) -> Authenticate:
    """Return who sends requests: nobody where Airflow's configuration says so, else whom the settings know."""
    backends = (service.config.value("api", "auth_backends") or "").split(",")
    # Of several, the experimental API asked the first.
    return _deny if backends[0].strip().endswith(".deny_all") else callers_of(service)


def _is_served(service: Service) -> bool:
    """Say that it is, unless Airflow's configuration turns it off: `Invalid`."""
    told = service.config.find("api", "enable_experimental_api")
    if told is not None and not service.config.flag("api", "enable_experimental_api", default=True):
        raise Invalid(
            f"{told.source} turns the experimental API off, and AIRFLOW_GRAPH_DIALECTS names it.",
            field="dialects",
            hint="Leave experimental out, or set AIRFLOW__API__ENABLE_EXPERIMENTAL_API=true for this process alone.",
        )
    return True


EXPERIMENTAL = Dialect(
    "/api/experimental",
    (*deployment.ROWS, *dag_runs.ROWS, *tasks.ROWS, *dags.ROWS, *pools.ROWS, *lineage.ROWS),
    render,
    leniently,
    headers={"Deprecation": "true", "Link": f'<{_OLD}>; rel="deprecation"; type="text/html"'},
    callers=_callers,
    changes_by_get=True,
    is_served=_is_served,
)
