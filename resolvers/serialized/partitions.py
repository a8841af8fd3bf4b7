"""What a DAG that waits for parts of assets makes of the key of a part: Airflow's partition mappers, since 3.2."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import chain

from resolvers.serialized.encoding import TYPE, VALUE, time_zone
from resolvers.serialized.fields import Fields
from resolvers.serialized.periods import BEGINNINGS, OWN, UnmappableKeyError, decode_window

Keys = tuple[str, ...]


@dataclass(frozen=True)
class Mapper:
    """How keys of an asset's parts become keys of a DAG's own; `keys` raises `UnmappableKeyError`.

    `most` is how many one key may become, where the DAG's file says so. `start` tells the beginning of the period that
    a key names, `write` names a period by its beginning: of mappers of dates alone.
    """

    keys: Callable[[str], Keys]
    most: int | None = None
    start: Callable[[str], datetime] | None = None
    write: Callable[[datetime], str] | None = None


@dataclass(frozen=True)
class Partitions:
    """The mappers of a DAG. `stored` says of each asset, by name and URI, how its mapper is stored."""

    default: object
    by_name: Mapping[str, object]
    by_uri: Mapping[str, object]
    assets: Sequence[tuple[str, str]]

    def mapper(self, name: str, uri: str) -> Mapper | None:
        """Return the mapper of an asset; none where only its Airflow knows it."""
        return decode_mapper(self._stored(name, uri))

    @property
    def fingerprint(self) -> dict[str, object]:
        """What Airflow compares to find out that a DAG's file maps otherwise than when a run of it was prepared."""
        return {f"{name}|{uri}": self._stored(name, uri) for name, uri in sorted(self.assets)}

    def _stored(self, name: str, uri: str) -> object:
        return self.by_name.get(name, self.default) if name else self.by_uri.get(uri, self.default)


def decode_partitions(fields: Fields) -> Partitions:
    """Return what a timetable that waits for parts of assets is made of."""
    by_name: dict[str, object] = {}
    by_uri: dict[str, object] = {}
    pairs = fields.stored("partition_mapper_config")
    for pair in pairs if isinstance(pairs, list) else ():
        match pair:
            case [asset, mapper]:
                for name, uri in _assets(asset):
                    by_name |= {name: mapper} if name else {}
                    by_uri |= {uri: mapper} if uri else {}
    assets = tuple(_assets(fields.stored("asset_condition")))
    return Partitions(fields.stored("default_partition_mapper"), by_name, by_uri, assets)


def _assets(condition: object) -> Iterator[tuple[str, str]]:
    """Yield name and URI of each asset in a condition; of those that are named by one of both, the other is empty."""
    match condition:
        case {"objects": list(inner)}:
            for one in inner:
                yield from _assets(one)
        case {"__type": "asset" | "asset_ref", **told}:
            yield str(told.get("name") or ""), str(told.get("uri") or "")


def decode_mapper(stored: object) -> Mapper | None:
    """Return a stored mapper; none for a class that is not Airflow's own, or that holds one."""
    if not isinstance(stored, Mapping) or not (path := str(stored.get(TYPE))).startswith(OWN):
        return None
    inner = stored.get(VALUE)
    decode = _MAPPERS.get(path.rpartition(".")[2])
    return decode(Fields((inner if isinstance(inner, Mapping) else {},))) if decode else None


def _identity(fields: Fields) -> Mapper:
    return Mapper(lambda key: (key,), fields.whole("max_downstream_keys"))


def _fixed(fields: Fields) -> Mapper:
    always = (fields.text("downstream_key") or "",)
    return Mapper(lambda _: always, fields.whole("max_downstream_keys"))


def _allowed(fields: Fields) -> Mapper:
    allowed = fields.texts("allowed_keys")

    def keys(key: str) -> Keys:
        if key not in allowed:
            raise UnmappableKeyError(f"{key!r} is none of {', '.join(allowed)}")
        return (key,)

    return Mapper(keys, fields.whole("max_downstream_keys"))


def _several(fields: Fields) -> tuple[Mapper, ...] | None:
    stored = fields.stored("mappers")
    found = [decode_mapper(one) for one in stored] if isinstance(stored, list) else []
    known = tuple(one for one in found if one is not None)
    return known if found and len(known) == len(found) else None


def _chain(fields: Fields) -> Mapper | None:
    mappers = _several(fields)
    if mappers is None:
        return None

    def keys(key: str) -> Keys:
        found: Keys = (key,)
        for mapper in mappers:
            found = tuple(chain.from_iterable(map(mapper.keys, found)))
        return found

    return Mapper(keys, fields.whole("max_downstream_keys"))


def _product(fields: Fields) -> Mapper | None:
    mappers, delimiter = _several(fields), fields.text("delimiter") or "|"
    if mappers is None:
        return None

    def keys(key: str) -> Keys:
        segments = key.split(delimiter)
        if len(segments) != len(mappers):
            raise UnmappableKeyError(f"{key!r} has {len(segments)} segments, not {len(mappers)}")
        return (delimiter.join(_only(mapper, segment) for mapper, segment in zip(mappers, segments, strict=True)),)

    return Mapper(keys, fields.whole("max_downstream_keys"))


def _only(mapper: Mapper, key: str) -> str:
    found = mapper.keys(key)
    if len(found) != 1:
        raise UnmappableKeyError(f"{key!r} becomes {len(found)} keys where one is needed")
    return found[0]


def _rollup(fields: Fields) -> Mapper | None:
    """Return what leads from a part to the whole; that all parts are there is for the scheduler to see."""
    upstream = decode_mapper(fields.stored("upstream_mapper"))
    return upstream and Mapper(upstream.keys, fields.whole("max_downstream_keys"))


def _fan_out(fields: Fields) -> Mapper | None:
    upstream, downstream = (decode_mapper(fields.stored(f"{which}_mapper")) for which in ("upstream", "downstream"))
    window = decode_window(fields.stored("window"))
    if upstream is None or upstream.start is None or downstream is None or window is None:
        return None
    start, write = upstream.start, downstream.write or datetime.isoformat
    return Mapper(
        lambda key: tuple(write(member) for member in window(start(key))), fields.whole("max_downstream_keys")
    )


def _period(begin: Callable[[datetime], datetime], fields: Fields) -> Mapper | None:
    """Return a mapper of dates, which names a period of time by its beginning."""
    zone = time_zone(fields.value("timezone")) or (UTC if fields.stored("timezone") is None else None)
    read, written = fields.text("input_format"), fields.text("output_format")
    if zone is None or read is None or written is None:
        return None

    def beginning(key: str) -> datetime:
        try:
            at = datetime.strptime(key, read)  # noqa: DTZ007 - the zone follows
            return begin(at.astimezone(zone) if at.tzinfo else _local(at, zone))
        except (ValueError, OverflowError) as error:
            raise UnmappableKeyError(str(error)) from None

    def write(at: datetime) -> str:
        return at.strftime(written).replace("{quarter}", str((at.month - 1) // 3 + 1))

    def start(key: str) -> datetime:
        # As it is read back from the key that names it, which rarely tells the zone. Weeks and quarters are not read
        # back by their number.
        at = beginning(key)
        if "%V" in written or "{quarter}" in written:
            return at.replace(tzinfo=None)
        try:
            return datetime.strptime(write(at), written)  # noqa: DTZ007 - as it is written
        except (ValueError, re.error) as error:
            raise UnmappableKeyError(str(error)) from None

    return Mapper(lambda key: (write(beginning(key)),), fields.whole("max_downstream_keys"), start, write)


def _local(at: datetime, zone: tzinfo) -> datetime:
    """Return an instant by a local clock: of two the later one, of none the one that a clock put on shows."""
    later = at.replace(tzinfo=zone, fold=1)
    if later.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == at:
        return later
    return at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


_MAPPERS: Mapping[str, Callable[[Fields], Mapper | None]] = {
    "AllowedKeyMapper": _allowed,
    "ChainMapper": _chain,
    "FanOutMapper": _fan_out,
    "FixedKeyMapper": _fixed,
    "IdentityMapper": _identity,
    "ProductMapper": _product,
    "RollupMapper": _rollup,
    **{f"StartOf{period}Mapper": partial(_period, begin) for period, begin in BEGINNINGS.items()},
}
