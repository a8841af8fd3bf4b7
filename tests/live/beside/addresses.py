"""Paths and query strings of made-up requests."""

from urllib.parse import quote

from .choosing import Choosing
from .document import Schema, properties
from .odd import BOOLEANS, INTEGERS, STRANGE


class Address:
    """The address of one request."""

    def __init__(self, of: Choosing) -> None:
        self._of = of

    def path(self, *, wrong: bool) -> str:
        path = self._of.operation.path
        named = [one.name for one in self._of.operation.parameters if one.place == "path"]
        spoilt = self._of.random.choice(named) if wrong and named else None
        for name in named:
            value: object = self._of.names.get(name, "nothing")
            if name == "task_try_number":
                value = max(0, int(str(value)) - self._of.random.choice((0, 0, 0, 1)))
            if name == "map_index" and self._of.random.random() < 0.1:
                value = self._of.random.choice((0, 1, 7))
            if name == spoilt:
                value = self._of.random.choice([*STRANGE, "~", "nope"])
            elif (
                name in ("dag_id", "dag_run_id", "task_id")
                and self._of.operation.method == "GET"
                and self._of.random.random() < 0.12
            ):
                value = "~"
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        return path

    def astray(self, method: str, path: str) -> tuple[str, str]:
        """Return an address that is nearly one, or a method that is nearly the right one."""
        slash = path.index("/", 1) if "/" in path[1:] else len(path)
        return self._of.random.choice(
            (
                (self._of.random.choice(("PUT", "POST", "DELETE", "PATCH", "OPTIONS", "GET")), path),
                ("HEAD" if method == "GET" else "OPTIONS", path),
                (method, f"{path}/"),
                (method, f"{path[:slash]}/{path[slash:]}"),
                (method, path.upper()),
                (method, f"{path}/nope"),
            )
        )

    def query(self, *, wrong: bool) -> list[tuple[str, str]]:
        random, known = self._of.random, self._of.operation.query
        if not known and not wrong:
            return []
        chosen = random.sample(known, min(len(known), random.choice((0, 1, 1, 1, 2, 2, 3)))) if known else []
        if self._of.operation.path == "/dags" and self._of.operation.method == "PATCH" and random.random() < 0.9:
            chosen = [
                *(one for one in chosen if one.name != "dag_id_pattern"),
                *(one for one in known if one.name == "dag_id_pattern"),
            ]
        spoilt = random.choice([one.name for one in chosen] or [""]) if wrong else None
        query = [(one.name, self._parameter(one.name, one.schema, one.name == spoilt)) for one in chosen]
        if wrong and (known or self._of.operation.method == "GET") and random.random() < 0.12:
            query.append((random.choice(("zzz", "limit", "order_by", "dag_id", "Limit")), "1"))
        return query

    def _parameter(self, name: str, schema: Schema, wrong: bool) -> str:
        random = self._of.random
        if name in ("order_by", "fields", "update_mask"):
            return self._columns(name, wrong)
        if wrong and random.random() < 0.4 and schema.get("type") == "string":
            return random.choice(STRANGE)
        match schema.get("type"), schema.get("format"):
            case "integer", _:
                if name in self._of.names and not wrong:
                    return str(self._of.names[name])
                return str(random.choice(INTEGERS if wrong else INTEGERS[:7]))
            case "number", _:
                return str(
                    random.choice(
                        (0, 1, 3.5, 7, 10, 100, 1e9, -1, *(("x", "", "nan", "inf", "1e400") if wrong else ()))
                    )
                )
            case "boolean", _:
                return random.choice(BOOLEANS if wrong else BOOLEANS[:4])
            case "string", "date-time" | "datetime":
                return self._of.moment(wrong)
            case "array", _:
                return ",".join(self._of.item(name, wrong) for _ in range(random.choice((1, 1, 2, 3))))
            case _:
                return self._of.item(name, wrong)

    def _columns(self, name: str, wrong: bool) -> str:
        """Return columns of the answer's rows, of what the body holds, or such that there are not."""
        random = self._of.random
        told = properties(self._of.operation.answer)
        rows = told.get(self._of.operation.listed or "", {}).get("items", self._of.operation.answer)
        known = list(properties(rows)) or ["id"]
        if name == "update_mask":
            known = list(properties(self._of.operation.body or {}))
        one = random.choice(known)
        if name == "order_by":
            others = (
                "id",
                "nope",
                "",
                "dag_id",
                "start_date",
                "-",
                "--id",
                "conn_id",
                "pool",
                "key",
                "name",
                "timestamp",
                "run_id",
                "when",
                "dttm",
            )
            one = random.choice(others) if wrong and random.random() < 0.7 else one
            return one if random.random() < 0.5 else f"-{one}"
        chosen = random.sample(known, min(len(known), random.choice((1, 1, 2, 4))))
        if wrong:
            chosen.insert(random.randrange(len(chosen) + 1), random.choice(("bogus", "", " ", "_password", "id", one)))
        return ",".join(chosen)
