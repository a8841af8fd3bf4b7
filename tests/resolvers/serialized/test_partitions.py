"""Keys of parts are mapped as Airflow maps them, in every form that it serializes; what cannot be mapped says so."""

import pytest

from resolvers.serialized.fields import Fields
from resolvers.serialized.partitions import decode_mapper, decode_partitions
from resolvers.serialized.periods import UnmappableKeyError

Stored = dict[str, object]


def stored(path: str, **inner: object) -> Stored:
    return {"__type": f"airflow.partition_mappers.{path}", "__var": inner}


def period(word: str, output: str, *, zone: object = "UTC", read: str = "%Y-%m-%dT%H:%M:%S", **more: object) -> Stored:
    told = {"timezone": zone, "input_format": read, "output_format": output, **more}
    return stored(f"temporal.StartOf{word}Mapper", **told)


def window(word: str, direction: str = "forward") -> Stored:
    return stored(f"window.{word}Window", direction=direction)


def fan_out(upstream: Stored, members: Stored, downstream: Stored) -> Stored:
    return stored("temporal.FanOutMapper", upstream_mapper=upstream, window=members, downstream_mapper=downstream)


IDENTITY = stored("identity.IdentityMapper")
HOUR = period("Hour", "%Y-%m-%dT%H")
DAY = period("Day", "%Y-%m-%d")
WEEK = period("Week", "%Y-%m-%d (W%V)")
MONTH = period("Month", "%Y-%m")
QUARTER = period("Quarter", "%Y-Q{quarter}")
YEAR = period("Year", "%Y")
NOON = "2026-05-06T12:34:56"


@pytest.mark.parametrize(
    ("mapper", "key", "keys"),
    [
        (IDENTITY, "any key", ["any key"]),
        (stored("fixed_key.FixedKeyMapper", downstream_key="all"), "eu", ["all"]),
        (stored("allowed_key.AllowedKeyMapper", allowed_keys=["eu", "us"]), "eu", ["eu"]),
        (HOUR, NOON, ["2026-05-06T12"]),
        (DAY, NOON, ["2026-05-06"]),
        (WEEK, NOON, ["2026-05-04 (W19)"]),
        (MONTH, NOON, ["2026-05"]),
        (QUARTER, NOON, ["2026-Q2"]),
        (YEAR, NOON, ["2026"]),
        (period("Day", "%Y-%m-%d", zone="Europe/Vienna", read="%Y-%m-%dT%H:%M:%S%z"), f"{NOON}-1100", ["2026-05-07"]),
        (period("Hour", "%H %z", zone=3600), NOON, ["12 +0100"]),
        (period("Hour", "%H %z", zone="Europe/Vienna"), "2026-03-29T02:30:00", ["03 +0200"]),
        (period("Hour", "%H %z", zone="Europe/Vienna"), "2026-10-25T02:30:00", ["02 +0100"]),
        (stored("chain.ChainMapper", mappers=[DAY, period("Month", "%m", read="%Y-%m-%d")]), NOON, ["05"]),
        (stored("product.ProductMapper", delimiter="|", mappers=[IDENTITY, DAY]), f"eu|{NOON}", ["eu|2026-05-06"]),
        (stored("base.RollupMapper", upstream_mapper=WEEK, window=window("Week")), NOON, ["2026-05-04 (W19)"]),
        (fan_out(QUARTER, window("Quarter"), MONTH), NOON, ["2026-04", "2026-05", "2026-06"]),
        (fan_out(QUARTER, window("Quarter", "backward"), MONTH), NOON, ["2026-02", "2026-03", "2026-04"]),
    ],
)
def test_a_key_is_mapped(mapper: Stored, key: str, keys: list[str]) -> None:
    found = decode_mapper(mapper)
    assert found is not None
    assert list(found.keys(key)) == keys


@pytest.mark.parametrize(
    ("members", "of", "count", "first", "last"),
    [
        (window("Hour"), HOUR, 60, "2026-05-06T12:00", "2026-05-06T12:59"),
        (window("Day"), DAY, 24, "2026-05-06T00:00", "2026-05-06T23:00"),
        (window("Day", "backward"), DAY, 24, "2026-05-05T01:00", "2026-05-06T00:00"),
        (window("Week"), WEEK, 7, "2026-05-04T00:00", "2026-05-10T00:00"),
        (window("Month"), MONTH, 31, "2026-05-01T00:00", "2026-05-31T00:00"),
        (window("Month", "backward"), MONTH, 30, "2026-04-02T00:00", "2026-05-01T00:00"),
        (window("Year"), YEAR, 12, "2026-01-01T00:00", "2026-12-01T00:00"),
    ],
)
def test_a_part_becomes_all_parts_of_its_period(members: Stored, of: Stored, count: int, first: str, last: str) -> None:
    found = decode_mapper(fan_out(of, members, period("Hour", "%Y-%m-%dT%H:%M")))
    assert found is not None
    keys = found.keys(NOON)
    assert (len(keys), keys[0], keys[-1]) == (count, first, last)


@pytest.mark.parametrize(
    ("mapper", "key"),
    [
        (DAY, "not a date"),
        (DAY, "0001-01-01T00:00:00+23:59"),
        (WEEK, "0001-01-01"),
        (stored("allowed_key.AllowedKeyMapper", allowed_keys=["eu"]), "us"),
        (stored("product.ProductMapper", delimiter="|", mappers=[IDENTITY, IDENTITY]), "only one"),
        (stored("product.ProductMapper", mappers=[fan_out(WEEK, window("Week"), DAY), DAY]), f"{NOON}|{NOON}"),
        (fan_out(WEEK, window("Month"), DAY), NOON),
        (fan_out(period("Day", "%Y %Y"), window("Day"), HOUR), NOON),
    ],
)
def test_a_key_of_which_nothing_can_be_made_is_refused(mapper: Stored, key: str) -> None:
    found = decode_mapper(mapper)
    assert found is not None
    with pytest.raises(UnmappableKeyError):
        found.keys(key)


@pytest.mark.parametrize(
    "mapper",
    [
        None,
        "airflow.partition_mappers.identity.IdentityMapper",
        {"__type": "company.mappers.Own", "__var": {}},
        stored("base.NewMapper"),
        stored("chain.ChainMapper", mappers=[IDENTITY, {"__type": "company.mappers.Own", "__var": {}}]),
        stored("product.ProductMapper", mappers=[]),
        stored("base.RollupMapper", upstream_mapper=stored("base.NewMapper")),
        fan_out(IDENTITY, window("Day"), HOUR),
        fan_out(DAY, window("Decade"), HOUR),
        period("Day", "%Y-%m-%d", zone="Middle/Earth"),
    ],
)
def test_a_mapper_that_only_its_airflow_knows_is_none(mapper: object) -> None:
    assert decode_mapper(mapper) is None


def test_each_asset_has_the_mapper_that_is_said_for_it_else_the_usual_one() -> None:
    one, two = ({"__type": "asset", "name": name, "uri": f"s3://{name}", "group": "asset"} for name in ("one", "two"))
    named, located = {"__type": "asset_ref", "name": "three"}, {"__type": "asset_ref", "uri": "s3://four"}
    alias = {"__type": "asset_alias", "name": "five"}
    inner = {"__type": "asset_any", "objects": [two, named, located, alias]}
    told = {
        "asset_condition": {"__type": "asset_all", "objects": [one, inner]},
        "partition_mapper_config": [[one, DAY], [located, YEAR]],
        "default_partition_mapper": IDENTITY,
    }

    partitions = decode_partitions(Fields((told,)))

    assert partitions.fingerprint == {
        "one|s3://one": DAY,
        "two|s3://two": IDENTITY,
        "three|": IDENTITY,
        "|s3://four": YEAR,
    }
    mapped = [mapper.keys(NOON) for uri in ("one", "two") if (mapper := partitions.mapper(uri, f"s3://{uri}"))]
    assert mapped == [("2026-05-06",), (NOON,)]
