"""The page at `/admin/rest_api/`: every command, with a form to try it. It asks no other server for anything."""

import html
import secrets
from collections.abc import Iterable
from pathlib import Path
from string import Template

from graph.rest.call import Call
from graph.rest.clairvoyant.command import Command, Kind, Parameter
from graph.rest.dialect import Answer

_FILES = Path(__file__).parent / "page"
_USUAL_HEADER = "rest_api_plugin_http_token"


def page(commands: Iterable[Command], call: Call) -> Answer:
    """Return the page. It tells which commands there are, and nothing of what they would tell."""
    nonce = secrets.token_urlsafe(16)
    header = call.session.service.config.value("rest_api_plugin", "rest_api_plugin_http_token_header_name")
    told = {
        "nonce": nonce,
        "header": html.escape(header or _USUAL_HEADER),
        "commands": "\n".join(_section(command) for command in commands),
        "names": "\n".join(f'<li><a href="#{each.name}">{each.name}</a></li>' for each in commands),
        "script": _file("page.js"),
        "style": _file("page.css"),
    }
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _policy(nonce),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(Template(_file("page.html")).substitute(told), 200, "text/html; charset=utf-8", headers)


def _file(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")


def _policy(nonce: str) -> str:
    """Allow what the page itself holds, and requests to this server: no other origin, nothing inline, no frame."""
    allowed = [
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        f"style-src 'nonce-{nonce}'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
    return "; ".join(allowed)


def _section(command: Command) -> str:
    fields = "\n".join(_field(command, parameter) for parameter in command.parameters if not parameter.idle)
    # What does nothing is there for whoever looks for it, and in nobody's way.
    idle = [parameter for parameter in command.parameters if parameter.idle]
    if idle:
        names = ", ".join(html.escape(parameter.name) for parameter in idle)
        told = "\n".join(_field(command, parameter) for parameter in idle)
        fields += f"<details><summary>Taken and ignored: <code>{names}</code></summary>{told}</details>"
    posted = " data-posted" if command.posted else ""
    methods = "POST" if command.posted else "GET, POST"
    return (
        f'<section id="{command.name}"><h2>{command.name}</h2><p>{html.escape(command.about)}. '
        f"<small>{methods}</small></p>"
        f'<form data-api="{command.name}"{posted}>{fields}'
        f'<button type="submit">Run {command.name}</button></form><pre hidden></pre></section>'
    )


def _field(command: Command, one: Parameter) -> str:
    name, about = html.escape(one.name), html.escape(one.about)
    needed = " required" if one.required or one.kind is Kind.FILE else ""
    about += f" (ignored: {html.escape(one.idle)})" if one.idle else ""
    label = f'<label for="{command.name}.{name}">{name}{" *" if needed else ""}</label>'
    place = f'id="{command.name}.{name}" name="{name}" type="{one.kind.value}" autocomplete="off"'
    return f"<div>{label}<input {place}{needed}><span>{about}</span></div>"
