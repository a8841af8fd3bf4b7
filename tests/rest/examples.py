"""Lines of the documentation of Airflow's early APIs, letter by letter, and what is answered to each."""

import re
import shlex
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

ANY = "..."
"""In a text that is told: whatever the moment or the machine makes it."""


@dataclass(frozen=True)
class Example:
    """A request as it is documented, what the dialect says to it, and why, where the original said something else.

    `documented` is what it says in the form of its documentation, where that is something else.
    """

    line: str
    told: Any
    reason: str = ""
    status: int = 200
    documented: Any = None

    def expected(self, form: str) -> Any:
        """Return what is said in one of the two forms."""
        return self.told if form == "original" or self.documented is None else self.documented


def agrees(told: Any, answered: Any) -> bool:
    """Say whether an answer is what was told; of an object, at least all that was told."""
    match told:
        case dict():
            return isinstance(answered, dict) and all(
                name in answered and agrees(value, answered[name]) for name, value in told.items()
            )
        case list():
            return isinstance(answered, list) and len(told) == len(answered) and all(map(agrees, told, answered))
        case str() if ANY in told and isinstance(answered, str):
            return re.fullmatch(".*".join(map(re.escape, told.split(ANY))), answered, re.DOTALL) is not None
    return type(told) is type(answered) and bool(told == answered)


def asked_by(line: str) -> dict[str, Any]:
    """Return what a line asks for, as arguments of httpx: a line of curl, or a method, a place and a body."""
    if line.startswith("curl "):
        return _curled(line)
    method, place, *body = line.split(" ", 2)
    return {"method": method, "place": place, **({"content": body[0]} if body else {})}


def _curled(line: str) -> dict[str, Any]:
    """Read the options that the lines have; hosts are left out, and a file has the text of one."""
    words = iter(shlex.split(line.replace("\\\n", " ")))
    asked: dict[str, Any] = {"method": "GET", "headers": {}}
    fields: dict[str, str] = {}
    for word in words:
        match word:
            case "curl":
                pass
            case "-X":
                asked["method"] = next(words)
            case "-H" | "--header":
                name, _, value = next(words).partition(": ")
                # curl itself adds to this one where the parts of a form begin and end.
                if value != "multipart/form-data":
                    asked["headers"][name] = value
            case "-d":
                asked["content"] = next(words)
            case "-F":
                name, _, value = next(words).partition("=")
                if value.startswith("@"):
                    asked["files"] = {name: (PurePosixPath(value).name, b"pass\n", "application/octet-stream")}
                else:
                    fields[name] = value
            case _:
                parts = urlsplit(word)
                asked["place"] = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return {**asked, "data": fields} if fields else asked
