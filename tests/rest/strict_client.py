"""What Airflow's own Python client makes of an answer: it checks the type of all that it is told."""

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from urllib.parse import quote, unquote

import airflow_client.client.api as client_apis  # type: ignore[import-untyped]
from airflow_client.client import ApiClient
from airflow_client.client.model_utils import validate_and_convert_types  # type: ignore[import-untyped]

# What stands for itself in the paths of two operations whose path begins alike.
_LITERALS = re.compile(r"\{[^}]*\}")


def parse(method: str, path: str, told: Any) -> None:
    """Parse the JSON of an answer to a path below `/api/v1`; raises what the client raises where it does not fit."""
    model = _model(method, path)
    if model is not None:
        client = ApiClient()
        validate_and_convert_types(told, model, [path], True, True, configuration=client.configuration)


def _model(method: str, path: str) -> tuple[type, ...] | None:
    """Return what the client expects of an address; none where it has no such operation, or expects no JSON."""
    # A slash within a name is part of it.
    plain = "/".join(quote(unquote(part), safe="~") for part in path.partition("?")[0].split("/"))
    for verb, pattern, model in _operations():
        if verb == method and pattern.fullmatch(plain):
            return model
    return None


@cache
def _operations() -> tuple[tuple[str, re.Pattern[str], tuple[type, ...] | None], ...]:
    """Return the operations of the client, those with the fewest names in their path first."""
    found = sorted(_endpoints(), key=lambda one: len(_LITERALS.findall(one["endpoint_path"])))
    return tuple(
        (
            one["http_method"],
            re.compile(_LITERALS.sub("[^/]+", one["endpoint_path"])),
            one["response_type"],
        )
        for one in found
    )


def _endpoints() -> Iterator[dict[str, Any]]:
    client = ApiClient()
    for module in iter_modules(client_apis.__path__):
        for name, api in vars(import_module(f"{client_apis.__name__}.{module.name}")).items():
            if name.endswith("Api"):
                yield from (one.settings for one in vars(api(client)).values() if hasattr(one, "settings"))
