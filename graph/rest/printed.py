"""What Airflow 2 prints of a value that it stores as JSON: the text of an XCom."""

from collections.abc import Mapping

# How values that JSON has no word for are wrapped, and how they were before 2.5.
_CLASS, _VERSION, _DATA = "__classname__", "__version__", "__data__"
_OLD_TYPE, _OLD_DATA = "__type", "__var"

# Collections that are told without the name of their class.
_PLAIN = ("builtins.tuple", "builtins.set", "builtins.frozenset")


def readable(value: object) -> object:
    """Return a stored value with each wrapped object in it replaced by a text that tells its class and its data."""
    match value:
        case dict():
            return _object({str(name): readable(inner) for name, inner in value.items()})
        case list():
            return [readable(inner) for inner in value]
        case _:
            return value


def printed(value: object) -> str | None:
    """Return a stored value as Python prints it; none for none."""
    told = readable(value)
    return None if told is None else str(told)


def _object(told: Mapping[str, object]) -> object:
    """Return an object whose parts are readable: itself, unless it wraps something."""
    if _OLD_TYPE in told and _OLD_DATA in told:
        if told[_OLD_TYPE] == "dict":
            return told[_OLD_DATA]
        told = {_CLASS: told[_OLD_TYPE], _VERSION: 0, _DATA: told[_OLD_DATA]}
    name, version = told.get(_CLASS), told.get(_VERSION)
    if not isinstance(name, str) or not isinstance(version, int):
        return told
    return _wrapped(name, version, told.get(_DATA))


def _wrapped(name: str, version: int, data: object) -> str:
    if name in _PLAIN and isinstance(data, list):
        return f"({','.join(str(item) for item in data)})"
    match data:
        case None:
            inner = ""
        case dict():
            inner = ",".join(f"{part}={value}" for part, value in data.items())
        case list():
            # Airflow joins the characters of the list as it is printed.
            inner = ",".join(str(data))
        case _:
            inner = str(data)
    return f"{name}@version={version}({inner})"
