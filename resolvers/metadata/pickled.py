"""Which pickled values are plain data, and reading those without running anything that a pickle asks for.

Airflow 2 keeps `dag_run.conf`, and every Airflow `task_instance.executor_config`, as pickles. Whoever
can write to the database could put one there that runs code when it is read, so reading allows only
the types below. What is found besides is not an exception but an `Unreadable`: one strange value must
not spoil the list it stands in.
"""

import pickle
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

# Airflow's own API writes this one; 2 to 5 are read.
PROTOCOL = 5

# A pickle of a few bytes can refer to the same list a billion times over; a value that
# unfolds to more than this is nobody's conf.
MOST_VALUES = 200_000
DEEPEST = 100

EMPTY_DICT = pickle.dumps({}, protocol=PROTOCOL)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A stored value that is not plain data; `reason` says why, for people."""

    reason: str

    def __str__(self) -> str:
        return f"<unreadable: {self.reason}>"


def pickle_plain(value: object) -> bytes:
    """Return `value` as Airflow pickles it; TypeError when it holds anything but plain data."""
    return pickle.dumps(_plain(value, _Budget()), protocol=PROTOCOL)


def unpickle(stored: bytes) -> object:
    """Return the plain data in `stored`, or an `Unreadable`; never run what the pickle names."""
    try:
        return _plain(_PlainUnpickler(BytesIO(stored)).load(), _Budget())
    except _RefusedError as refusal:
        return Unreadable(str(refusal))
    except Exception as error:  # noqa: BLE001 - hostile or truncated bytes raise whatever they like
        return Unreadable(f"not a whole pickle ({type(error).__name__})")


class _RefusedError(TypeError):
    """The value holds something that is not plain data."""


class _Budget:
    """How many values may still be unfolded."""

    def __init__(self) -> None:
        self.left = MOST_VALUES

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _RefusedError(f"more than {MOST_VALUES} values")


_SCALARS = frozenset(
    {str, int, float, bool, bytes, type(None), date, time, datetime, timedelta, timezone, ZoneInfo, Decimal}
)


def _plain(value: object, budget: _Budget, depth: int = 0) -> object:
    """Copy `value` into one in which nothing is shared, cyclic, or of a type beyond the allowed."""
    budget.spend()
    if depth > DEEPEST:
        raise _RefusedError(f"nested more than {DEEPEST} levels deep")
    match value:
        case dict():
            return {_key(key): _plain(inner, budget, depth + 1) for key, inner in value.items()}
        case list():
            return [_plain(inner, budget, depth + 1) for inner in value]
        case tuple():
            return tuple(_plain(inner, budget, depth + 1) for inner in value)
        case set():
            return {_plain(inner, budget, depth + 1) for inner in value}
        case frozenset():
            return frozenset(_plain(inner, budget, depth + 1) for inner in value)
        case _ if type(value) in _SCALARS:
            return value
    raise _RefusedError(f"holds a {type(value).__name__}")


def _key(key: Hashable) -> Hashable:
    if type(key) in _SCALARS:
        return key
    raise _RefusedError(f"has a {type(key).__name__} as a key")


class _Maker:
    """A callable that a pickle may name: without attributes, so that no pickle can change it for later ones.

    Handing out the classes themselves would let a crafted pickle set attributes on them.
    """

    __slots__ = ("_make",)
    _make: Callable[..., object]

    def __init__(self, make: Callable[..., object]) -> None:
        object.__setattr__(self, "_make", make)

    def __call__(self, *args: object) -> object:
        return self._make(*args)

    def __setattr__(self, name: str, value: object) -> None:
        raise _RefusedError("changes what it only may use")


def _bytes(*args: object) -> bytes:
    # bytes(10**12) would be a trillion zeros.
    match args:
        case ():
            return b""
        case (bytes() | list() as content,):
            return bytes(content)
    raise _RefusedError("builds bytes in a way that pickles of bytes do not")


def _latin1(text: object, encoding: object = "latin1") -> bytes:
    # How protocol 2 spells bytes.
    if isinstance(text, str) and encoding == "latin1":
        return text.encode("latin1")
    raise _RefusedError("encodes text in a way that pickles of bytes do not")


def _moment(*args: object) -> datetime:
    """Return a pendulum DateTime, pickled as (year, ..., microsecond, zone), as the datetime that it is."""
    return datetime(*args)  # type: ignore[arg-type] # noqa: DTZ001 - the zone, if any, is the last of them


def _zone(key: object, *_: object) -> tzinfo:
    if not isinstance(key, str):
        raise _RefusedError("holds a time zone without a name")
    return UTC if key == "UTC" else ZoneInfo(key)


def _attribute(owner: object, name: object) -> _Maker:
    # zoneinfo's pickles ask for getattr(ZoneInfo, "_unpickle"), and nothing else needs getattr.
    if owner is _ZONE and name == "_unpickle":
        return _ZONE
    raise _RefusedError("reaches into an object")


_ZONE = _Maker(_zone)
_MOMENT = _Maker(_moment)

_ALLOWED = {
    "builtins.dict": _Maker(dict),
    "builtins.list": _Maker(list),
    "builtins.tuple": _Maker(tuple),
    "builtins.set": _Maker(set),
    "builtins.frozenset": _Maker(frozenset),
    "builtins.str": _Maker(str),
    "builtins.int": _Maker(int),
    "builtins.float": _Maker(float),
    "builtins.bool": _Maker(bool),
    "builtins.bytes": _Maker(_bytes),
    "builtins.getattr": _Maker(_attribute),
    "_codecs.encode": _Maker(_latin1),
    "collections.OrderedDict": _Maker(dict),
    "datetime.date": _Maker(date),
    "datetime.time": _Maker(time),
    "datetime.datetime": _Maker(datetime),
    "datetime.timedelta": _Maker(timedelta),
    "datetime.timezone": _Maker(timezone),
    "decimal.Decimal": _Maker(Decimal),
    "zoneinfo.ZoneInfo": _ZONE,
    "pendulum.datetime.DateTime": _MOMENT,
    "pendulum.tz.timezone.Timezone": _ZONE,
    # Airflow writes pod overrides as dicts whose keys are members of these str enums.
    "airflow.serialization.enums.Encoding": _Maker(str),
    "airflow.serialization.enums.DagAttributeTypes": _Maker(str),
}


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> _Maker:
        allowed = _ALLOWED.get(f"{module.replace('__builtin__', 'builtins')}.{name}")
        if allowed is None:
            raise _RefusedError(f"holds a {module}.{name}")
        return allowed
