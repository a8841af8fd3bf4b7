"""What Airflow's own Python client makes of an answer: it checks the type of all that it is told."""

import re
from functools import cache
from typing import Any

from airflow_client.client import ApiClient  # type: ignore[import-untyped]
from airflow_client.client.model_utils import validate_and_convert_types  # type: ignore[import-untyped]

from tests.rest.client_calls import operations

_NAME = re.compile(r"\{[^}]*\}")


def parse(method: str, path: str, told: Any) -> None:
    """Parse the JSON of an answer to a path below `/api/v1`; raises what the client raises where it does not fit."""
    model = _model(method, path)
    if model is not None:
        configuration = ApiClient().configuration
        validate_and_convert_types(told, model, [path], True, True, configuration=configuration)


def _model(method: str, path: str) -> tuple[type, ...] | None:
    """Return what the client expects of an address; none where it has no such operation, or expects no JSON."""
    address = path.partition("?")[0]
    found = (model for verb, pattern, model in _operations() if verb == method and pattern.fullmatch(address))
    return next(found, None)


@cache
def _operations() -> tuple[tuple[str, re.Pattern[str], tuple[type, ...] | None], ...]:
    """Return the operations of the client, those with the fewest names in their path first."""
    return tuple(
        (one["http_method"], re.compile(_NAME.sub("[^/]+", one["endpoint_path"])), one["response_type"])
        for one in sorted(operations().values(), key=lambda one: len(_NAME.findall(one["endpoint_path"])))
    )
