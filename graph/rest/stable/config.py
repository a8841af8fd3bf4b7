"""`/config`: what Airflow's configuration says, where its administrator lets it be shown."""

from collections.abc import Mapping

from graph.rest.call import Call, Words
from graph.rest.dialect import JSON, Answer, RefusedError
from graph.rest.negotiation import chosen
from graph.rest.params import Parameter
from graph.rest.rows import Custom, Row

_TEXT = "text/plain"

_NO_SECTION = Words("section not found.", "section={section} not found.")
_NO_OPTION = Words("Config not found.", "The option [{section}/{option}] is not found in config.")


def _form(call: Call) -> str | None:
    """Return the form that the client takes; none where it takes none that there is."""
    is_exposed = call.session.configuration().is_exposed
    form = chosen(call.accept, (_TEXT, JSON))
    if form is not None and not is_exposed:
        raise RefusedError(
            403,
            "Your Airflow administrator chose not to expose the configuration, most likely for security reasons.",
            title="Forbidden",
            section="PermissionDenied",
        )
    return form


_UNACCEPTABLE = Answer("", 406, "text/html")


def _written(sections: Mapping[str, Mapping[str, str]], form: str) -> Answer:
    if form == JSON:
        told = [
            {"name": name, "options": [{"key": key, "value": value} for key, value in options.items()]}
            for name, options in sections.items()
        ]
        return Answer({"sections": told})
    texts = [
        f"[{name}]\n" + "\n".join(f"{key} = {value}" for key, value in options.items()) + "\n"
        for name, options in sections.items()
    ]
    return Answer("\n".join(texts), media_type=_TEXT)


def _config(call: Call) -> Answer:
    """Return all that is configured, or one section of the file."""
    form = _form(call)
    if form is None:
        return _UNACCEPTABLE
    configuration = call.session.configuration()
    wanted = str(call.query.get("section") or "")
    if wanted and not configuration.has_section(wanted):
        raise _NO_SECTION.refusal(404, "NotFound", call)
    sections = (configuration.section(wanted),) if wanted else configuration.sections()
    return _written({section.name: section.options for section in sections}, form)


def _option(call: Call) -> Answer:
    """Return one option, under the names that the client has for it."""
    form = _form(call)
    if form is None:
        return _UNACCEPTABLE
    section, option = call.path["section"], call.path["option"]
    value = call.session.configuration().value(section, option)
    if value is None:
        raise _NO_OPTION.refusal(404, "NotFound", call)
    return _written({section: {option: value}}, form)


ROWS: tuple[Row, ...] = (
    Custom("GET", "/config", _config, query=(Parameter("section"),)),
    Custom("GET", "/config/section/{section}/option/{option}", _option),
)
