"""How an Airflow is configured, and what is installed beside it: no rows, but what its file and command line say."""

from typing import Annotated

import strawberry
from strawberry import Info

from graph.context import Context
from graph.types.scalars import JSON
from resolvers.errors import Forbidden


@strawberry.type(description="An option of Airflow's configuration.")
class ConfigOption:
    """An option of Airflow's configuration."""

    key: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its value; `< hidden >` for a secret.")


@strawberry.type(description="A section of Airflow's configuration.")
class ConfigSection:
    """A section of Airflow's configuration."""

    name: str = strawberry.field(description="Its name.")
    options: list[ConfigOption] = strawberry.field(
        description="Its options, as Airflow's file and environment say; Airflow's defaults are not known here."
    )


@strawberry.type(description="A provider package that Airflow has installed.")
class Provider:
    """A provider package that Airflow has installed."""

    package_name: str = strawberry.field(description="The name of the package.")
    version: str = strawberry.field(description="Its version.")
    description: str = strawberry.field(description="What it is for.")


@strawberry.type(description="A plugin that Airflow has loaded.")
class Plugin:
    """A plugin that Airflow has loaded."""

    name: str = strawberry.field(description="Its name.")
    source: str = strawberry.field(description="Where it was loaded from.")
    parts: JSON = strawberry.field(
        description="What it brings, by Airflow's names of such things: `hooks`, `macros`, `listeners`, ..."
    )


def config(
    info: Info[Context, None],
    section: Annotated[str | None, strawberry.argument(description="One section alone, such as `core`.")] = None,
) -> list[ConfigSection]:
    """Return what Airflow's configuration says."""
    configuration = info.context.session.configuration()
    if not configuration.is_exposed:
        raise Forbidden(
            "This Airflow does not expose its configuration.",
            hint="Its administrator may set expose_config, in [webserver] or, since Airflow 3, in [api].",
        )
    sections = configuration.sections()
    return [
        ConfigSection(name=one.name, options=[ConfigOption(key=key, value=value) for key, value in one.options.items()])
        for one in sections
        if section is None or one.name == section.lower()
    ]


def providers(info: Info[Context, None]) -> list[Provider]:
    """Return the provider packages."""
    return [Provider(**vars(one)) for one in info.context.session.providers()]


def plugins(info: Info[Context, None]) -> list[Plugin]:
    """Return the plugins."""
    return [
        Plugin(name=one.name, source=one.source, parts=JSON({part: list(told) for part, told in one.parts.items()}))
        for one in info.context.session.plugins()
    ]
