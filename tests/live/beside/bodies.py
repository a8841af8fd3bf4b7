"""Bodies of made-up requests: such that fit, and such that are wrong in one place."""

import json

from .choosing import CALLED, Choosing
from .document import Schema, properties
from .odd import BODIES, SPOILT, STRANGE, TYPES

_KEYS = ("pool_name", "role_name", "key", "connection_id", "username", "email", "dag_run_id")
_VITAL = (
    "key",
    "value",
    "name",
    "slots",
    "connection_id",
    "conn_type",
    "username",
    "email",
    "first_name",
    "last_name",
    "password",
    "new_state",
    "task_id",
    "state",
    "note",
    "is_paused",
)


class Body:
    """The body of one request."""

    def __init__(self, of: Choosing) -> None:
        self._of = of

    def content(self, headers: dict[str, str], *, wrong: bool) -> bytes | None:
        random = self._of.random
        if wrong and random.random() < 0.12:
            headers["Content-Type"] = random.choice(TYPES)
        if wrong and random.random() < 0.15:
            return random.choice(BODIES)
        body = self._object(self._of.operation.body or {}, "")
        if wrong:
            self._spoil(body)
        return json.dumps(body).encode()

    def _object(self, schema: Schema, within: str) -> dict[str, object]:
        random = self._of.random
        likely = 0.75 if len(properties(schema)) < 10 else 0.4
        told: dict[str, object] = {}
        for name, inner in properties(schema).items():
            if inner.get("readOnly"):
                continue
            if name in schema.get("required", ()) or random.random() < (0.97 if name in _VITAL else likely):
                told[name] = self._value(name, inner, within)
        if (
            {"execution_date", "dag_run_id"} <= told.keys()
            and self._of.operation.path.endswith("State")
            and random.random() < 0.8
        ):
            del told["execution_date"]
        if {"execution_date", "logical_date"} <= told.keys() and random.random() < 0.8:
            del told["execution_date"]
        return told

    def _value(self, name: str, schema: Schema, within: str = "") -> object:
        """Return a value that fits, of something that is there as often as not."""
        random = self._of.random
        if among := schema.get("enum"):
            return random.choice(among)
        match schema.get("type"), schema.get("format"):
            case "boolean", _:
                return random.random() < 0.5
            case "integer", _:
                return random.choice((0, 1, 2, 3, 5, 8080))
            case "number", _:
                return random.choice((0, 1, 3.5, 10, 100.25))
            case "object", _ if properties(schema):
                return self._object(schema, name)
            case "object", _:
                return random.choice(
                    ({}, {"a": 1}, {"k": [1, None, "é"], "n": {"x": 1.5}}, {"threshold": 7}, {"mode": "fast"})
                )
            case "array", _:
                few = range(random.choice((0, 1, 1, 1, 2, 3)))
                return [self._value(name, schema.get("items", {}), name) for _ in few]
            case "string", "date-time" | "datetime":
                return self._of.moment(wrong=False)
            case _:
                return self._text(name, within)

    def _text(self, name: str, within: str) -> object:
        random, path = self._of.random, self._of.operation.path
        if name == "name":
            name = {"roles": "role_name", "action": "action", "resource": "resource"}.get(
                within, "pool_name" if "pool" in path else "role_name"
            )
        if name == "password":
            # Airflow hides whatever was once a password wherever it stands.
            return "zq-secret"
        if name == "extra":
            return random.choice(('{"a": 1}', "{}", "", "not json", '{"password": "zq-secret"}', "[1]"))
        creates = self._of.operation.method == "POST" and path in (
            "/connections",
            "/pools",
            "/variables",
            "/roles",
            "/users",
        )
        if (creates or path.endswith("/dagRuns")) and name in _KEYS and within == "" and random.random() < 0.8:
            return random.choice((f"made_{random.randrange(100)}", "with space", "é", "a.b-c", "made__x", "a/b"))
        value = self._of.names if random.random() < 0.75 else self._of.vocabulary.names(random)
        called = CALLED.get(name, name)
        if called in value:
            return value[called] if isinstance(value[called], str | int) else self._of.moment(wrong=False)
        return random.choice(("text", "", "é中", "a" * 50, "zq-word", " spaced "))

    def _spoil(self, body: dict[str, object]) -> None:
        """Make one property wrong: of another type, null, missing, unknown, read-only, too long, odd as a date."""
        random = self._of.random
        known = properties(self._of.operation.body or {})
        match random.choice(("value", "value", "value", "missing", "unknown", "strange", "date", "readOnly")):
            case "missing" if body:
                del body[random.choice(list(body))]
            case "unknown":
                body[random.choice(("zzz_unknown", "id", "order_by", "limit", "dag_id"))] = random.choice(SPOILT)
            case "strange":
                if texts := [
                    name for name, inner in known.items() if inner.get("type") == "string" and name != "password"
                ]:
                    body[random.choice(texts)] = random.choice([*STRANGE, "x" * 251])
            case "date" if dates := [name for name, inner in known.items() if "date" in inner.get("format", "")]:
                body[random.choice(dates)] = self._of.moment(wrong=True)
            case "readOnly" if told := [name for name, inner in known.items() if inner.get("readOnly")]:
                name = random.choice(told)
                body[name] = self._value(name, known[name])
            case _:
                if known:
                    name = random.choice(list(body) or list(known))
                    body[name] = random.choice(SPOILT[:6] if name == "password" else SPOILT)
                    if known[name].get("type") == "array" and random.random() < 0.5:
                        body[name] = [random.choice(SPOILT)]
