"""`/config`: what Airflow's configuration says, where its administrator lets it be shown."""

from graph.rest.call import Call, Words
from graph.rest.dialect import JSON, Answer, RefusedError
from graph.rest.negotiation import chosen
from graph.rest.params import Parameter
from graph.rest.rows import Custom, Row
from resolvers.sources.configuration import Configuration, Section

_TEXT = "text/plain"

_NO_SECTION = Words("section not found.", "section={section} not found.")
_NO_OPTION = Words("Config not found.", "The option [{section}/{option}] is not found in config.")


def _shown(call: Call) -> tuple[Configuration, str] | None:
    """Return the configuration, and the form that the client takes; none where it takes none that there is."""
    configuration = call.session.configuration()
    form = chosen(call.accept, (_TEXT, JSON))
    if form is None:
        return None
    if not configuration.is_exposed:
        raise RefusedError(
            403,
            "Your Airflow administrator chose not to expose the configuration, most likely for security reasons.",
            title="Forbidden",
            section="PermissionDenied",
        )
    return configuration, form


_UNACCEPTABLE = Answer("", 406, "text/html")


def _written(sections: tuple[Section, ...], form: str) -> Answer:
    if form == JSON:
        told = [
            {"name": one.name, "options": [{"key": key, "value": value} for key, value in one.options.items()]}
            for one in sections
        ]
        return Answer({"sections": told})
    texts = [
        f"[{one.name}]\n" + "\n".join(f"{key} = {value}" for key, value in one.options.items()) + "\n"
        for one in sections
    ]
    return Answer("\n".join(texts), media_type=_TEXT)


def _config(call: Call) -> Answer:
    """Return all that is configured, or one section of the file."""
    shown = _shown(call)
    if shown is None:
        return _UNACCEPTABLE
    configuration, form = shown
    name = str(call.query.get("section") or "")
    if not name:
        return _written(configuration.sections(), form)
    if not configuration.has_section(name):
        raise _NO_SECTION.refusal(404, "NotFound", call)
    return _written((configuration.section(name),), form)


def _option(call: Call) -> Answer:
    """Return one option, under the names that the client has for it."""
    shown = _shown(call)
    if shown is None:
        return _UNACCEPTABLE
    configuration, form = shown
    section, option = call.path["section"], call.path["option"]
    value = configuration.value(section, option)
    if value is None:
        raise _NO_OPTION.refusal(404, "NotFound", call)
    return _written((Section(section, {option: value}),), form)


ROWS: tuple[Row, ...] = (
    Custom("GET", "/config", _config, query=(Parameter("section"),)),
    Custom("GET", "/config/section/{section}/option/{option}", _option),
)
