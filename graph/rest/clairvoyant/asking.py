"""What a caller asks for: parameters from the address or a form, whichever the command knows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from graph.rest.clairvoyant.told import UsageError
from graph.rest.dialect import Given, RefusedError
from graph.rest.rows import Row
from resolvers.service import Session

# More fields than any command has, by far; and what a field's text may hold, that of a run's conf above all.
_MOST_FIELDS = 100
_LONGEST = 500_000

_ODD_DATE = re.compile(r"(\d{4}-\d\d-\d\d)[ T_](\d\d[:-]\d\d(?:[:-]\d\d)?)?")


@dataclass(frozen=True)
class Upload:
    """A file that came with a form."""

    filename: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Parameters:
    """What came in the address, what came in the body's form, and the files in it.

    What `is_forgeable` may have been sent by a browser on behalf of a page of another site, unbeknown to its user.
    """

    query: Mapping[str, str]
    form: Mapping[str, str]
    files: Mapping[str, Upload]
    is_forgeable: bool = False

    def get(self, name: str) -> str:
        """Return a parameter, the address before the form; an empty one is as good as none."""
        return self.query.get(name) or self.form.get(name) or ""


@dataclass(frozen=True)
class Asked:
    """One command of one caller. What was not given, or given empty, is empty."""

    session: Session
    command: str
    parameters: Parameters

    def text(self, name: str) -> str:
        """Return what a parameter says."""
        return self.parameters.get(name).strip()

    def flag(self, name: str) -> bool:
        """Say whether a box is ticked: any value ticks it, `false` and `0` too."""
        return bool(self.parameters.get(name))

    def date(self, name: str) -> datetime:
        """Return a date, in UTC where it names no zone; a usage error where it is none."""
        text = self.text(name)
        try:
            date = datetime.fromisoformat(text)
            return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise UsageError(f"argument {name}: invalid parsedate value: {text!r}") from None


def reading(row: Row, request: Request, content: bytes) -> Given:
    """Return what a request says to a row of the dialect: its parameters as they came, under one name."""
    return Given({"parameters": parameters_of(request, content)}) if row.body is not None else Given()


def parameters_of(request: Request, content: bytes) -> Parameters:
    """Read a request; of a name that is repeated, the first one counts. JSON says nothing here."""
    media = Message()
    media["Content-Type"] = request.headers.get("content-type", "")
    form: list[tuple[str, str]] = []
    files: dict[str, Upload] = {}
    match media.get_content_type():
        case "application/x-www-form-urlencoded":
            form = _pairs(content)
        case "multipart/form-data":
            form, files = _parts(content, media.get_param("boundary"))
    parameters = Parameters(_first(request.query_params.multi_items()), _first(form), files, _is_forgeable(request))
    for name, value in (*parameters.query.items(), *parameters.form.items()):
        if "\0" in name or "\0" in value:
            raise RefusedError(400, f"{name!r} holds a character of code 0, which no name in Airflow can.")
        if len(value) > _LONGEST:
            raise RefusedError(400, f"{name!r} has {len(value):,} characters; {_LONGEST:,} are the most.")
    return parameters


def _is_forgeable(request: Request) -> bool:
    """Say whether a browser may have sent this by itself.

    What a browser adds unasked is the name and password of Basic, a ticket of Kerberos, and what a proxy before us
    knows it by. It adds no token: a header of that kind only comes from who holds one. An address is opened without
    a word of where it was found, a form is sent with the origin of its page.
    """
    headers = request.headers
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if (value and scheme.lower() not in ("basic", "negotiate")) or headers.get("x-requested-with"):
        return False
    if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        return True
    origin = headers.get("origin")
    if request.method == "POST":
        return origin is not None and urlsplit(origin).netloc != headers.get("host")
    return True


def _first(pairs: list[tuple[str, str]]) -> dict[str, str]:
    if len(pairs) > _MOST_FIELDS:
        raise RefusedError(400, f"There are {len(pairs)} parameters; {_MOST_FIELDS} are the most.")
    return dict(reversed(pairs))


def _pairs(content: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            content.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="replace"
        )
    except ValueError:
        raise RefusedError(400, f"There are more than {_MOST_FIELDS} parameters.") from None


def _parts(content: bytes, boundary: object) -> tuple[list[tuple[str, str]], dict[str, Upload]]:
    """Return the fields and the files of a form in parts, every file byte for byte."""
    fields: list[tuple[str, str]] = []
    files: dict[str, Upload] = {}
    if not isinstance(boundary, str) or not boundary:
        return fields, files
    parts = (b"\r\n" + content).split(b"\r\n--" + boundary.encode())[1:]
    if len(parts) > _MOST_FIELDS + 1:
        raise RefusedError(400, f"There are {len(parts)} parts; {_MOST_FIELDS} are the most.")
    for part in parts:
        if part.startswith(b"--"):
            break
        head, _, body = part.partition(b"\r\n\r\n")
        told = BytesHeaderParser().parsebytes(head.lstrip(b"\r\n"))
        name, filename = told.get_param("name", header="content-disposition"), told.get_filename()
        if not isinstance(name, str):
            continue
        if filename is None:
            fields.append((name, body.decode("utf-8", "replace")))
        else:
            files.setdefault(name, Upload(filename, told.get_content_type(), body))
    return fields, files
