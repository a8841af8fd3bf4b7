"""Connections: what is told of them, and what never is."""

import json

import pytest
from cryptography.fernet import Fernet

from tests.world import FERNET_KEY, World


def test_a_connection_tells_all_but_its_secrets(furnished: World) -> None:
    told = furnished.data(
        """{ connection(connectionId: "warehouse") {
          connectionId connType description host schema login port hasPassword extra isEncrypted isExtraEncrypted
        } }"""
    )["connection"]

    assert json.loads(told.pop("extra")) == {"sslmode": "require", "token": "***"}
    assert told == {
        "connectionId": "warehouse",
        "connType": "postgres",
        "description": "Where the data ends",
        "host": "db.example.org",
        "schema": "main",
        "login": "loader",
        "port": 5432,
        "hasPassword": True,
        "isEncrypted": True,
        "isExtraEncrypted": True,
    }


def test_text_in_which_no_names_tell_of_secrets_is_hidden(furnished: World) -> None:
    told = furnished.data('{ connection(connectionId: "prose") { extra hasPassword } }')["connection"]

    assert told == {"extra": "***", "hasPassword": False}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("{}", ["bare", "prose", "warehouse"]),
        ('{connectionIdContains: "AR"}', ["bare", "warehouse"]),
        ('{connType: ["http"], connectionId: ["prose", "warehouse"]}', ["prose"]),
    ],
)
def test_connections_are_found(furnished: World, condition: str, found: list[str]) -> None:
    told = furnished.data(f"{{ connections(filter: {condition}) {{ nodes {{ connectionId }} }} }}")["connections"]

    assert [one["connectionId"] for one in told["nodes"]] == found


def test_a_connection_is_made_changed_and_deleted(world: World) -> None:
    made = world.data(
        """mutation { createConnection(input: {connectionId: "s3", connType: "aws", password: "hunter2",
             extra: "{\\"region\\": \\"eu\\", \\"secret_key\\": \\"k3y\\"}"}) { id connectionId extra hasPassword } }"""
    )["createConnection"]
    assert json.loads(made.pop("extra")) == {"region": "eu", "secret_key": "***"}
    assert (made["connectionId"], made["hasPassword"]) == ("s3", True)
    stored = world.rows("connection", "password extra", conn_id="s3")[0]
    assert [Fernet(FERNET_KEY).decrypt(stored[name]) for name in ("password", "extra")] == [
        b"hunter2",
        b'{"region": "eu", "secret_key": "k3y"}',
    ]

    changed = world.data(
        """mutation { updateConnection(input: {connectionId: "s3", connType: null, host: "h", password: ""})
             { connType host hasPassword } }"""
    )["updateConnection"]
    assert changed == {"connType": "aws", "host": "h", "hasPassword": True}

    assert world.data('mutation { deleteConnection(connectionId: "s3") }')["deleteConnection"] == made["id"]
    assert world.rows("connection", "conn_id") == []


def test_the_audit_log_tells_no_secret_of_a_connection(world: World) -> None:
    world.data(
        """mutation { createConnection(input: {connectionId: "s3", connType: "aws", password: "hunter2",
             extra: "{\\"region\\": \\"eu\\", \\"secret_key\\": \\"k3y\\"}"}) { id } }"""
    )

    row = world.rows("log", "event extra")[-1]
    extra = json.loads(row["extra"])
    assert row["event"] == ("api.connection.create" if world.generation.number == 2 else "post_connection")
    assert extra["password"] == "***"
    region = "eu" if world.generation.number == 2 else "***"
    assert extra["extra"] == {"region": region, "secret_key": "***"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ('connectionId: "a b", connType: "x"', "connectionId"),
        ('connectionId: "é", connType: "x"', "connectionId"),
        ('connectionId: "", connType: "x"', "connectionId"),
        (f'connectionId: "{"a" * 201}", connType: "x"', "connectionId"),
        ('connectionId: "a", connType: "x", extra: "[1]"', "extra"),
        (f'connectionId: "a", connType: "{"x" * 501}"', "connType"),
    ],
)
def test_what_airflow_could_not_keep_is_refused(world: World, given: str, field: str) -> None:
    told = world.graph(f"mutation {{ createConnection(input: {{{given}}}) {{ id }} }}")

    [error] = told["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID", field)
    assert world.rows("connection", "conn_id") == []


def test_an_id_is_taken_once(world: World) -> None:
    asked = 'mutation { createConnection(input: {connectionId: "a", connType: "x"}) { id } }'
    world.data(asked)

    [error] = world.graph(asked)["errors"]
    assert error["extensions"]["code"] == "CONFLICT"


def test_text_that_is_no_json_is_taken_by_airflow_2_alone(world: World) -> None:
    told = world.graph(
        'mutation { createConnection(input: {connectionId: "a", connType: "x", extra: "prose"}) { extra } }'
    )

    if world.generation.number == 2:
        assert told["data"] == {"createConnection": {"extra": "***"}}
    else:
        assert [error["extensions"]["field"] for error in told["errors"]] == ["extra"]


@pytest.mark.parametrize(
    "change", ['updateConnection(input: {connectionId: "no"}) { id }', 'deleteConnection(connectionId: "no")']
)
def test_a_connection_that_is_not_there_is_not_found(world: World, change: str) -> None:
    [error] = world.graph(f"mutation {{ {change} }}")["errors"]

    assert error["extensions"]["code"] == "NOT_FOUND"
