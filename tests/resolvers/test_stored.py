"""What goes into a column is what comes out, on every backend; what cannot be trusted is marked, not run."""

import json
import pickle
import sqlite3
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pendulum
import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, insert, select, text
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import CreateTable

from resolvers.metadata.engine import open_engine, read_snapshot, write_transaction
from resolvers.metadata.pickled import DEEPEST, pickle_plain, unpickle
from resolvers.metadata.stored import (
    ExecutorConfig,
    ExtendedJson,
    JsonValue,
    PickledConf,
    TextJson,
    Unreadable,
    UtcDateTime,
    Uuid,
)
from resolvers.settings import Settings

PARIS = ZoneInfo("Europe/Paris")

STORED = Table(
    "stored",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("moment", UtcDateTime()),
    Column("conf", PickledConf()),
    Column("executor_config", ExecutorConfig()),
    Column("document", JsonValue()),
    Column("carrier", ExtendedJson()),
    Column("extra", TextJson()),
    Column("uuid", Uuid()),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        sqlite3.connect(tmp_path / "airflow.db").close()
        url = f"sqlite:///{tmp_path}/airflow.db"
    else:
        url = request.getfixturevalue("postgres").url
    opened = open_engine(url, Settings())
    with write_transaction(opened) as connection:
        STORED.metadata.drop_all(connection)
        STORED.metadata.create_all(connection)
    yield opened
    opened.dispose()


def round_trip(engine: Engine, column: str, value: object) -> object:
    with write_transaction(engine) as connection:
        connection.execute(STORED.delete())
        connection.execute(insert(STORED).values({"id": 1, column: value}))
    with read_snapshot(engine) as connection:
        return connection.execute(select(STORED.c[column])).scalar_one()


def raw(engine: Engine, column: str) -> Any:
    with read_snapshot(engine) as connection:
        return connection.execute(text(f"SELECT {column} FROM stored")).scalar_one()


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2024, 1, 1, tzinfo=UTC),
        datetime(2024, 7, 1, 12, 30, 15, 123456, tzinfo=PARIS),
        datetime(1999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-11, minutes=-30))),
        pendulum.datetime(2024, 3, 31, 3, tz="Europe/Paris"),
    ],
)
def test_a_moment_comes_back_as_the_same_moment_in_utc(engine: Engine, moment: datetime) -> None:
    read = round_trip(engine, "moment", moment)
    assert read == moment
    assert isinstance(read, datetime)
    assert read.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="has no time zone"):
        round_trip(engine, "moment", datetime(2024, 1, 1))  # noqa: DTZ001 - the point of it


@pytest.mark.parametrize(
    "written",
    [
        "2024-01-01 06:00:00.000000",
        "2024-01-01 06:00:00",
        "2024-01-01 06:00:00+00:00",
        "2024-01-01T07:00:00+01:00",
    ],
)
def test_every_form_in_which_sqlite_may_hold_a_moment_is_read(engine: Engine, written: str) -> None:
    with write_transaction(engine) as connection:
        connection.execute(text(f"INSERT INTO stored (id, moment) VALUES (1, '{written}')"))
    with read_snapshot(engine) as connection:
        read = connection.execute(select(STORED.c.moment)).scalar_one()
    assert read == datetime(2024, 1, 1, 6, tzinfo=UTC)


def test_sqlite_holds_moments_in_the_form_that_airflow_writes(engine: Engine) -> None:
    round_trip(engine, "moment", datetime(2024, 7, 1, 12, tzinfo=PARIS))
    if engine.dialect.name == "sqlite":
        assert raw(engine, "moment") == "2024-07-01 10:00:00.000000"
    with read_snapshot(engine) as connection:
        earlier = STORED.c.moment < datetime(2024, 7, 1, 12, 0, 0, 1, tzinfo=PARIS)
        assert connection.execute(select(STORED.c.id).where(earlier)).scalar_one() == 1


def test_mysql_is_told_to_keep_microseconds() -> None:
    ddl = str(CreateTable(STORED).compile(dialect=mysql.dialect()))
    assert "moment DATETIME(6)" in ddl


CONF = {
    "text": "é中🦖",
    "numbers": [0, -1, 10**30, 1.5],
    "nothing": None,
    "yes": True,
    "nested": {"list": [{"deep": [[]]}], 7: "an integer key"},
    "tuple": (1, (2,)),
    "set": {1},
    "frozen": frozenset({"a"}),
    "bytes": b"\x00\xff",
    "no bytes": b"",
    "moment": datetime(2024, 1, 1, tzinfo=UTC),
    "there": datetime(2024, 1, 1, tzinfo=PARIS),
    "naive": datetime(2024, 1, 1),  # noqa: DTZ001 - the point of it
    "offset": datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=5), "five")),
    "day": date(2024, 1, 1),
    "hour": time(12, 30),
    "span": timedelta(days=1, microseconds=3),
    "exact": Decimal("1.50"),
}


@pytest.mark.parametrize("column", ["conf", "executor_config"])
@pytest.mark.parametrize("value", [{}, CONF, {"k": 1}, []], ids=["empty", "all", "one", "list"])
def test_plain_values_survive_being_pickled(engine: Engine, column: str, value: object) -> None:
    assert round_trip(engine, column, value) == value


def test_an_empty_conf_is_written_byte_for_byte_as_airflow_writes_it(engine: Engine) -> None:
    round_trip(engine, "conf", {})
    assert bytes(raw(engine, "conf")) == b"\x80\x05}\x94."


@pytest.mark.parametrize("column", ["moment", "conf", "executor_config", "document", "carrier", "extra", "uuid"])
def test_nothing_stays_nothing(engine: Engine, column: str) -> None:
    assert round_trip(engine, column, None) is None
    assert raw(engine, column) is None


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_pickle_protocol_that_airflow_wrote_is_read(protocol: int) -> None:
    assert unpickle(pickle.dumps(CONF, protocol=protocol)) == CONF
    assert unpickle(pickle.dumps(OrderedDict(b=1, a=2), protocol=protocol)) == {"b": 1, "a": 2}


@pytest.mark.parametrize("protocol", [2, 5])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris"])
def test_a_moment_of_pendulum_is_read_as_a_datetime(protocol: int, zone: str) -> None:
    moment = pendulum.datetime(2024, 1, 1, 6, 30, tz=zone)
    read = unpickle(pickle.dumps({"at": moment}, protocol=protocol))
    assert isinstance(read, dict)
    assert type(read["at"]) is datetime
    assert read == {"at": moment}
    assert read["at"].utcoffset() == moment.utcoffset()


def test_the_keys_of_a_pod_override_are_read_as_text() -> None:
    # Airflow pickles them as members of an enum of its own, which is text.
    stored = b"\x80\x02}cairflow.serialization.enums\nEncoding\nX\x06\x00\x00\x00__type\x85RX\x03\x00\x00\x00pods."
    assert unpickle(stored) == {"__type": "pod"}


class Runs:
    """What a hostile pickle would be made of: reading it calls a function of its choice."""

    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> Any:
        function, *arguments = self.call
        return function, tuple(arguments)


HOSTILE = {
    "a function": pickle.dumps({"x": Runs(exec, "raise SystemExit")}),
    "a class of ours": pickle.dumps({"x": Settings}),
    "an import by getattr": pickle.dumps(Runs(getattr, Runs(__import__, "os"), "system")),
    "attributes of an allowed class": pickle.dumps(Runs(getattr, datetime, "now")),
    "a huge allocation": pickle.dumps(Runs(bytes, 10**15)),
    "another codec": b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00xX\x05\x00\x00\x00rot13\x86R.",
    "a zone of numbers": b"\x80\x02czoneinfo\nZoneInfo\nK\x05\x85R.",
    "a zone outside its folder": b"\x80\x02czoneinfo\nZoneInfo\nX\x0b\x00\x00\x00/etc/passwd\x85R.",
    "bytes of something else": b"\x80\x02cbuiltins\nbytes\nX\x01\x00\x00\x00xX\x03\x00\x00\x00hex\x86R.",
    "a class as a value": pickle.dumps({"x": datetime}),
    "a change of an allowed name": b"\x80\x02cdatetime\ntimedelta\n}U\x03newK\x01sb.",
    "a slot of an allowed name": b"\x80\x02cdatetime\ntimedelta\nN}U\x05_makeK\x01s\x86b.",
    "an instance by opcode": b"(S'echo'\nios\nsystem\n.",
    "a new object": b"\x80\x02cdatetime\ntimedelta\n)\x81.",
    "a persistent id": b"Pmine\n.",
    "an extension": b"\x80\x02\x82\x01.",
    "a cycle": b"\x80\x02]q\x00h\x00a.",
    "a truncated one": pickle_plain(CONF)[:-20],
    "no pickle": b"not a pickle",
    "nothing at all": b"",
    "memory": b"\x80\x04\x8b\xff\xff\xff\x7f",
    "an object for a key": pickle.dumps({(1, 2): 3}),
}


@pytest.mark.parametrize("stored", HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_plain_data_is_marked_and_never_run(stored: bytes) -> None:
    read = unpickle(stored)
    assert isinstance(read, Unreadable)
    assert read.reason


def test_what_could_not_be_read_says_so_as_text() -> None:
    assert str(unpickle(HOSTILE["a function"])) == "<unreadable: holds a builtins.exec>"


def test_hostile_pickles_change_nothing_for_those_that_follow() -> None:
    for stored in HOSTILE.values():
        unpickle(stored)
    assert unpickle(pickle.dumps(CONF)) == CONF


def test_a_pickle_that_unfolds_without_end_is_marked() -> None:
    laughing: list[Any] = ["ha"]
    for _ in range(40):
        laughing = [laughing] * 10
    read = unpickle(pickle.dumps(laughing))
    assert isinstance(read, Unreadable)
    assert "values" in read.reason


def test_a_pickle_that_is_nested_too_deep_is_marked() -> None:
    deep: list[Any] = []
    for _ in range(DEEPEST + 1):
        deep = [deep]
    read = unpickle(pickle.dumps(deep))
    assert isinstance(read, Unreadable)
    assert "deep" in read.reason
    assert unpickle(pickle.dumps(deep[0])) == deep[0]


def test_one_unreadable_value_does_not_spoil_its_list(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        for number, stored in enumerate([pickle_plain({"a": 1}), HOSTILE["a function"]]):
            statement = text("INSERT INTO stored (id, conf) VALUES (:id, :conf)")
            connection.execute(statement, {"id": number, "conf": stored})
    with read_snapshot(engine) as connection:
        first, second = connection.execute(select(STORED.c.conf).order_by(STORED.c.id)).scalars()
    assert first == {"a": 1}
    assert second == Unreadable("holds a builtins.exec")


@pytest.mark.parametrize("value", [{"x": object()}, {"x": Runs(print)}, {"x": uuid}], ids=["object", "code", "module"])
def test_only_plain_data_is_pickled(value: object) -> None:
    with pytest.raises(TypeError, match="holds a"):
        pickle_plain({"x": value})


@pytest.mark.parametrize(
    "value",
    [{}, [], 0, "", False, {"a": [1, {"b": None}], "é": "中"}, "text", 10**15, [None]],
    ids=repr,
)
def test_json_comes_back_as_it_was(engine: Engine, value: object) -> None:
    read = round_trip(engine, "document", value)
    assert read == value
    assert type(read) is type(value)
    assert round_trip(engine, "extra", value) == value


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_both_json_types_of_postgresql_are_read_and_written(request: pytest.FixtureRequest, kind: str) -> None:
    engine = open_engine(request.getfixturevalue("postgres").url, Settings())
    kept = Table(f"kept_as_{kind}", MetaData(), Column("document", JsonValue()))
    with write_transaction(engine) as connection:
        connection.execute(text(f"DROP TABLE IF EXISTS {kept.name}"))
        connection.execute(text(f"CREATE TABLE {kept.name} (document {kind})"))
        connection.execute(insert(kept), [{"document": {"a": 1}}, {"document": None}])
        connection.execute(text(f"INSERT INTO {kept.name} VALUES ('null')"))
        read = list(connection.execute(select(kept.c.document)).scalars())
        empty = connection.execute(select(kept.c.document).where(kept.c.document.is_(None))).all()
    engine.dispose()
    assert read == [{"a": 1}, None, None]
    assert len(empty) == 1


def test_text_that_should_be_json_and_is_not_reads_as_itself(engine: Engine) -> None:
    with write_transaction(engine) as connection:
        connection.execute(text("INSERT INTO stored (id, extra) VALUES (1, '{''a'': 1}')"))
    with read_snapshot(engine) as connection:
        assert connection.execute(select(STORED.c.extra)).scalar_one() == "{'a': 1}"


def test_a_context_carrier_is_wrapped_as_airflow_wraps_it(engine: Engine) -> None:
    carrier = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}
    assert round_trip(engine, "carrier", carrier) == carrier
    stored = raw(engine, "carrier")
    document = json.loads(stored) if isinstance(stored, str) else stored
    assert document == {"__var": carrier, "__type": "dict"}


@pytest.mark.parametrize(
    "value",
    [
        {"at": datetime(2024, 1, 1, tzinfo=UTC), "for": timedelta(seconds=90), "of": (1, {2, 3}), "l": [{}]},
        [1, None, "x"],
        5,
    ],
    ids=["everything", "list", "number"],
)
def test_what_json_cannot_say_survives_in_extended_json(engine: Engine, value: object) -> None:
    assert round_trip(engine, "carrier", value) == value


def test_what_airflows_json_cannot_say_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="cannot be kept"):
        round_trip(engine, "carrier", {"x": object()})


def test_an_id_is_the_same_given_as_text_or_as_uuid(engine: Engine) -> None:
    key = uuid.UUID("01a1fb98-b64b-7795-b115-911716d146a1")
    assert round_trip(engine, "uuid", key) == key
    assert round_trip(engine, "uuid", str(key)) == key
    if engine.dialect.name == "sqlite":
        assert raw(engine, "uuid") == key.hex


def test_text_that_is_no_id_is_refused(engine: Engine) -> None:
    with pytest.raises(StatementError, match="badly formed"):
        round_trip(engine, "uuid", "not-an-id")
