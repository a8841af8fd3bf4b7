"""Where two answers to one request differ, and two changes that it made, what no two servers tell alike put aside."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.live.apart import apart

from .request import Request
from .tables import Change

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?([+-]\d\d(:?\d\d)?|Z)?")
_HASH = re.compile(r"^(pbkdf2|scrypt|gAAAA)[^ ]*$")
_ADDRESS = re.compile(r"0x[0-9a-f]+")
_UNREACHED = re.compile(r"Could not read served logs: .*?(/log/\S+).*", re.DOTALL)
"""How the HTTP client says that no worker listens, of whose logs it is to tell."""
_EXTRA = re.compile(r"Extra query parameter\(s\) (.*) not in spec", re.DOTALL)
"""How the parameters are told that an operation does not know: in the order of a set of Python's."""
_COUNTED = ("login_count", "last_login", "changed_on", "fail_login_count")
"""Members that any login moves."""
_NO_ORDER = frozenset(
    {
        "actions",
        "downstream_task_ids",
        "upstream_task_ids",
        "queued_events",
        "tags",
        "roles",
        "dependencies",
        "consuming_dags",
        "producing_tasks",
    }
)
"""Lists that Airflow tells as its database, or a set of Python's, has them."""


@dataclass(frozen=True)
class Told:
    """What counts of an answer."""

    status: int
    media_type: str
    content: object
    # The methods that an address takes, where that is told.
    allowed: frozenset[str] = frozenset()

    def shortly(self) -> str:
        """Say it in a line."""
        return f"{self.status} {self.media_type} {json.dumps(self.content, ensure_ascii=False)[:700]}"


def told(answer: httpx.Response, since: datetime) -> Told:
    """Return what counts of an answer; moments after this one are now."""
    media_type = answer.headers.get("content-type", "").split(";")[0].strip().lower()
    content: object = text(answer.text, since)
    if "json" in media_type:
        try:
            content = plain(answer.json(), since)
        except ValueError:
            content = answer.text
    elif media_type == "text/html" and "<html" in answer.text[:2000].lower():
        content = "a page"
    allowed = frozenset(filter(None, answer.headers.get("allow", "").replace(" ", "").split(",")))
    return Told(answer.status_code, media_type, content, allowed)


def answers_apart(request: Request, theirs: Told, ours: Told) -> list[str]:
    """Say where two answers differ."""
    if theirs.status == 500:
        return [] if 400 <= ours.status < 500 else [f"theirs crashes, ours {ours.shortly()}"]
    if theirs.status != ours.status:
        return [f"status: ours {ours.shortly()}, theirs {theirs.shortly()}"]
    said: list[str] = []
    if theirs.media_type != ours.media_type:
        said.append(f"media type: ours {ours.media_type}, theirs {theirs.media_type}")
    if theirs.allowed and theirs.allowed != ours.allowed:
        said.append(f"allowed: ours {sorted(ours.allowed)}, theirs {sorted(theirs.allowed)}")
    if theirs.content == "a page":
        return said
    rows = request.operation.listed
    real, own = (without_chance(each.content, rows, request.order_by) for each in (theirs, ours))
    return [*said, *apart(own, real)]


def changes_apart(theirs: Mapping[str, Change], ours: Mapping[str, Change], since: datetime) -> list[str]:
    """Say where two changes of databases differ."""
    said: list[str] = []
    for table in sorted({*theirs, *ours}):
        real, own = (_rows(each.get(table, ([], [])), since) for each in (theirs, ours))
        if real != own:
            said.append(f"{table}: ours {_besides(own, real)}, theirs {_besides(real, own)}")
    return said


def plain(value: Any, since: datetime, key: str = "") -> Any:
    """Return a JSON value without what differs from one moment to the next."""
    match value:
        case dict():
            seen = {name: plain(inner, since, name) for name, inner in value.items() if name not in _COUNTED}
            if "duration" in seen and (seen.get("end_date") == "now" or seen.get("start_date") == "now"):
                seen["duration"] = "until now"
            if "total_entries" not in seen and "task_instances" in seen:
                # What is cleared or set is told in the order of a query without one.
                seen["task_instances"].sort(key=_canon)
            return seen
        case list():
            inner = [plain(one, since) for one in value]
            return sorted(inner, key=_canon) if key in _NO_ORDER else inner
        case str():
            return text(value, since)
        case _:
            return value


def text(value: str, since: datetime) -> str:
    """Return a text with `now` for each moment since, and without addresses in memory."""

    def named(match: re.Match[str]) -> str:
        try:
            at = datetime.fromisoformat(match[0])
        except ValueError:
            return match[0]
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return "now" if at.year < 9990 and since <= at <= datetime.now(UTC) else match[0]

    if extra := _EXTRA.fullmatch(value):
        return f"extra {sorted(extra[1].split(', '))}"
    return _ADDRESS.sub("0x", _UNREACHED.sub(r"\1 not served", _MOMENT.sub(named, value)))


def without_chance(content: Any, rows: str | None, order_by: str | None) -> Any:
    """Put rows that tie in what they are sorted by into one order; leave out those that another page may hold."""
    if not rows or not isinstance(content, dict) or not isinstance(content.get(rows), list):
        return content
    page = content[rows]
    total = content.get("total_entries")
    whole = isinstance(total, int) and total <= len(page)
    if rows == "task_instances" and not order_by:
        # Asked of the database in no order at all.
        return {**content, rows: sorted(page, key=_canon) if whole else f"{len(page)} of them"}
    column = (order_by or "").lstrip("-")
    if not page or not all(isinstance(row, dict) for row in page):
        return content
    if not order_by or not all(column in row for row in page):
        # In an order of its own, or in none: `order_by` may name a column that is not told.
        return content
    groups: list[list[Any]] = []
    for row in page:
        if groups and groups[-1][0][column] == row[column]:
            groups[-1].append(row)
        else:
            groups.append([row])
    told_: list[Any] = []
    for number, group in enumerate(groups):
        cut = not whole and number in (0, len(groups) - 1)
        told_.append([f"{len(group)} that may tie", group[0][column]] if cut else sorted(group, key=_canon))
    return {**content, rows: told_}


def _rows(change: Change, since: datetime) -> list[list[str]]:
    return [sorted(_row(row, since) for row in rows) for rows in change]


def _row(row: Mapping[str, str], since: datetime) -> str:
    seen = {name: _HASH.sub("hash", text(_same_json(value), since)) for name, value in row.items() if name != "id"}
    if "duration" in seen and seen.get("end_date") == "now":
        seen["duration"] = "until now"
    if seen.get("next_kwargs") == "null":
        # It is stored so for nothing at all, too.
        seen["next_kwargs"] = "\\N"
    return _canon(seen)


def _same_json(value: str) -> str:
    """Return JSON in one way to write it."""
    try:
        return _canon(json.loads(value.replace("\\\\", "\\"))) if value.startswith("{") else value
    except ValueError:
        return value


def _besides(one: Sequence[Sequence[str]], other: Sequence[Sequence[str]]) -> str:
    """Say which rows are on one side alone; of one that is nearly on the other, what is otherwise."""
    lines = []
    for sign, mine, others in zip(("gone", "new"), one, other, strict=True):
        alone, rest = _alone(mine, others), _alone(others, mine)
        for at, row in enumerate(alone[:3]):
            near = json.loads(rest[at]) if len(rest) == len(alone) else {}
            lines.append(
                f"{sign} { {name: value for name, value in json.loads(row).items() if near.get(name) != value} }"
            )
    return " ".join(lines) or "nothing"


def _alone(mine: Sequence[str], others: Sequence[str]) -> list[str]:
    left = list(mine)
    for row in others:
        if row in left:
            left.remove(row)
    return left


def _canon(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
