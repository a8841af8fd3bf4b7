"""`/providers` and `/plugins`: what is installed beside Airflow itself."""

from graph.rest.call import Call
from graph.rest.codec import Json
from graph.rest.dialect import Answer
from graph.rest.paging import LIMIT, OFFSET, window
from graph.rest.rows import Custom, Row


def _providers(call: Call) -> Answer:
    """Return the provider packages."""
    found = [vars(provider) for provider in call.session.providers()]
    return Answer({"providers": found, "total_entries": len(found)})


def _plugins(call: Call) -> Answer:
    """Return a page of the plugins."""
    rows = window(call)
    plugins = call.session.plugins()
    page: list[Json] = [
        {"name": plugin.name, "source": plugin.source, **plugin.parts}
        for plugin in plugins[rows.offset : rows.offset + rows.first]
    ]
    return Answer({"plugins": page, "total_entries": len(plugins)})


ROWS: tuple[Row, ...] = (
    Custom("GET", "/providers", _providers),
    Custom("GET", "/plugins", _plugins, query=(LIMIT, OFFSET)),
)
