"""The OpenAPI document of a dialect: what its rows take, tell and refuse."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from graph import __version__
from graph.rest.call import Limits
from graph.rest.described import TEXT, Descriptions, Named, PageOf, Schema, Told
from graph.rest.dialect import PROBLEM, Dialect
from graph.rest.document.inputs import body_of, parameters_of, path_of
from graph.rest.document.shapes import Shapes
from graph.rest.paging import FIELDS
from graph.rest.rows import Custom, Page, Read, Row, Write, bare
from resolvers.service import Service

# 3.0 and not 3.1: the generators of Airflow's own clients, and the tools of their time, read no later one.
VERSION = "3.0.3"

_REFUSALS: Mapping[int, tuple[str, str]] = {
    400: ("BadRequest", "Something in the address or the body is not as it has to be."),
    401: ("Unauthenticated", "It is not known who is asking."),
    403: ("PermissionDenied", "Whoever is asking may not."),
    404: ("NotFound", "There is no such thing."),
    406: ("NotAcceptable", "There is no answer in a form that is accepted."),
    409: ("AlreadyExists", "It is in the way of something that is there, or under way, already."),
    415: ("UnsupportedMediaType", "The body is not called JSON."),
    429: ("TooManyRequests", "Whoever is asking asks too often: `Retry-After` tells when to ask again."),
    501: ("NotImplemented", "This Airflow cannot do that, or has nothing of the kind."),
    503: ("Unavailable", "The database does not answer, or not in time."),
}


@dataclass(frozen=True)
class Ways:
    """The ways to prove who one is, as security schemes; `anonymous` where nobody has to."""

    schemes: Mapping[str, Schema]
    anonymous: bool

    @classmethod
    def of(cls, service: Service) -> "Ways":
        """Return the ways that a service takes."""
        schemes: dict[str, Schema] = {}
        for name, method in service.callers.methods.items():
            if method.challenge:
                scheme = method.challenge.split()[0].lower()
                called, sent = _WAYS.get(scheme, (name, None))
                # Several may take bearer tokens.
                schemes.setdefault(
                    called, {"type": "http", "scheme": scheme, **({"description": sent} if sent else {})}
                )
            elif name == "header" and service.settings.token_header:
                schemes["Header"] = {"type": "apiKey", "in": "header", "name": service.settings.token_header}
        return cls(schemes, anonymous=service.callers.anonymous() is not None)

    @property
    def required(self) -> list[Schema]:
        """What an operation says of them: any one will do."""
        return [{name: []} for name in self.schemes] + ([{}] if self.anonymous or not self.schemes else [])


# As Airflow's document calls them, and what is sent.
_WAYS = {
    "basic": ("Basic", "Name and password of a user of Airflow's."),
    "negotiate": ("Kerberos", "A Kerberos ticket."),
    "bearer": ("Bearer", "A token, without the word Bearer before it."),
}


def document_of(dialect: Dialect, told: Descriptions, service: Service, limits: Limits, server: str) -> Schema:
    """Return the document of a dialect as a service answers it; `server` is where its paths begin."""
    shapes = Shapes(told.shapes, partial(_kind, service), _partial(dialect, told))
    ways = Ways.of(service)
    paths: dict[str, dict[str, Schema]] = {}
    for row in dialect.rows:
        named = told.rows[row.method, path_of(row)]
        operation = _operation(row, named, shapes, limits)
        paths.setdefault(path_of(row), {})[row.method.lower()] = operation
    used = sorted({status for row in dialect.rows for status in refusals_of(row, told.rows[row.method, path_of(row)])})
    return {
        "openapi": VERSION,
        "info": {
            "title": told.title,
            "description": told.text,
            "version": service.settings.airflow_version or service.generation.minor,
            "license": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
            "x-served-by": f"airflow-graph {__version__}",
        },
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in sorted({named.tag for named in told.rows.values()})],
        "paths": paths,
        "components": {
            "schemas": {**shapes.components, "Problem": told.problem},
            "responses": {_REFUSALS[status][0]: _refusal(status) for status in used},
            "securitySchemes": ways.schemes,
        },
        "security": ways.required,
    }


def _kind(service: Service, relation: str, column: str) -> type | None:
    return service.generation.relation(relation).kind(column)


def _partial(dialect: Dialect, told: Descriptions) -> frozenset[int]:
    """Return the codecs of which clients may ask for some fields alone."""
    asked = [row for row in dialect.rows if FIELDS[0] in row.query]
    tells = [told_by(row, told.rows[row.method, path_of(row)]) for row in asked]
    return frozenset(id(one.codec if isinstance(one, PageOf) else one) for one in tells)


def _operation(row: Row, named: Named, shapes: Shapes, limits: Limits) -> Schema:
    parameters = parameters_of(row, named, limits)
    return {
        "operationId": named.name,
        "tags": [named.tag],
        "summary": named.summary or _summary(row, named),
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": body_of(row.body, named)} if row.body is not None else {}),
        "responses": {**_answer(row, named, shapes), **_refusals(row, named)},
        **({"security": []} if row.open else {}),
    }


def told_by(row: Row, named: Named) -> Told:
    """Return what a row tells where it does not refuse: what its name says, or the row itself."""
    if named.tells is not None:
        return named.tells
    match named.like or bare(row):
        case Page(codec=codec, into=into):
            return PageOf(into, codec)
        case Read(codec=codec):
            return codec
        case Write(answer_as=codec):
            return codec
        case _:
            return None


def _answer(row: Row, named: Named, shapes: Shapes) -> dict[str, Schema]:
    told = told_by(row, named)
    if told is None:
        return {"204": {"description": "It is done, and there is nothing to tell."}}
    schema = shapes.told(told)
    forms = {form: {"schema": schema if form.endswith("json") else {"type": "string"}} for form in named.media_types}
    return {str(named.status): {"description": "It is done." if row.body else "What was asked for.", "content": forms}}


def refusals_of(row: Row, named: Named) -> set[int]:
    """Return the statuses with which a row may refuse."""
    return {
        *(400, 503),
        *(() if row.open else (401, 403, 429, 501)),
        *((404,) if "{" in row.path else ()),
        *((415,) if row.body is not None else ()),
        *((409,) if row.method != "GET" else ()),
        *named.refuses,
    }


def _refusals(row: Row, named: Named) -> dict[str, Schema]:
    return {
        str(status): _refusal(status, plainly=True)
        if status in named.plainly
        else {"$ref": f"#/components/responses/{_REFUSALS[status][0]}"}
        for status in sorted(refusals_of(row, named))
    }


def _refusal(status: int, *, plainly: bool = False) -> Schema:
    forms: dict[str, Schema] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if plainly:
        forms["text/html"] = {"schema": TEXT}
    return {"description": _REFUSALS[status][1], "content": forms}


def _summary(row: Row, named: Named) -> str:
    """Return what a row does, in the words of what does it."""
    match named.like or bare(row):
        case Page(into=into):
            return f"Return a page of {_words(into)}."
        case Read(codec=codec):
            return f"Return one {_words(codec.entity.name)}."
        case Write(operation=operation):
            return operation.description.partition("\n")[0]
        case Custom(by=by):
            return (by.__doc__ or "").partition("\n")[0]
        case _:
            return ""


def _words(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ")
