"""The REST API of Astronomer's plugin `airflow_api_plugin`, whose prefix became that of the stable API."""

from dataclasses import replace
from functools import partial

from starlette.datastructures import Headers

from graph.http.auth import actor_of
from graph.rest.astronomer import dag_runs, dags
from graph.rest.astronomer.problems import render
from graph.rest.dialect import Authenticate, Dialect
from graph.rest.lenient import leniently
from resolvers.service import Service


def _callers(service: Service) -> Authenticate:
    return partial(actor_of, service, dialect="astronomer")


def _sends_a_bare_secret(headers: Headers) -> bool:
    """Say whether somebody presents one word, where clients of the stable API say of which kind it is."""
    told = headers.get("authorization", "").strip()
    return bool(told) and " " not in told


# At a prefix of its own.
_APART = Dialect("/astronomer/api/v1", (*dag_runs.ROWS, *dags.ROWS), render, leniently, callers=_callers)

# Where the plugin had them: paths that the stable API does not have, and one that it has.
_RUNS = replace(_APART, prefix="/api/v1", rows=dag_runs.ROWS, guest=True)
_DAGS = replace(
    _RUNS,
    rows=dags.ROWS,
    is_for=_sends_a_bare_secret,
    is_served=lambda service: service.settings.astronomer_shares_dags,
)

ASTRONOMER = (_APART, _RUNS, _DAGS)
