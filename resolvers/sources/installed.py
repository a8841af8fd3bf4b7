"""The providers and plugins that an Airflow has installed, as its command line tells."""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resolvers.airflow_cli import AirflowCli, Question

# What a plugin may bring, by Airflow's names.
PARTS = (
    "hooks",
    "executors",
    "macros",
    "flask_blueprints",
    "appbuilder_views",
    "appbuilder_menu_items",
    "global_operator_extra_links",
    "operator_extra_links",
    "ti_deps",
    "listeners",
    "timetables",
)


@dataclass(frozen=True)
class Provider:
    """A provider package."""

    package_name: str
    version: str
    description: str


@dataclass(frozen=True)
class Plugin:
    """A plugin: where it is from, and what it brings, by Airflow's names of such things."""

    name: str
    source: str
    parts: Mapping[str, tuple[object, ...]]


def providers_of(cli: AirflowCli) -> tuple[Provider, ...]:
    """Return the provider packages."""
    return tuple(
        Provider(
            str(row.get("package_name", "")),
            str(row.get("version", "")),
            re.sub("[`_<>]", "", str(row.get("description", "")).strip(" \n.")),
        )
        for row in cli.rows(Question.PROVIDERS)
    )


def plugins_of(cli: AirflowCli) -> tuple[Plugin, ...]:
    """Return the plugins."""
    return tuple(
        Plugin(
            str(row.get("name", "")),
            str(row.get("source", "")),
            {part: tuple(_listed(row.get(part))) for part in PARTS},
        )
        for row in cli.rows(Question.PLUGINS)
    )


def _listed(told: object) -> Iterable[object]:
    """Return a list that the command line may have printed as Python writes one, or as text between commas."""
    if isinstance(told, str):
        try:
            told = ast.literal_eval(told)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return [part.strip() for part in str(told).split(",") if part.strip()]
    return told if isinstance(told, list | tuple) else ()
