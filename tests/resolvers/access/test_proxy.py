"""Callers whom a proxy names: its word counts from its addresses, and where it is clear."""

from dataclasses import replace

import httpx
import pytest

from resolvers import setup
from resolvers.access.actor import EVERYTHING
from resolvers.access.permissions import ROLE_PERMISSIONS, Permission
from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Invalid
from resolvers.service import Service
from resolvers.settings import Role, load_settings
from tests.http.server import served
from tests.people import add_role, add_user
from tests.resolvers.access.calling import callers, known_as, refused, sent
from tests.world import World

PROXY = {"authentication": "proxy", "proxy_addresses": "10.0.0.0/24, 127.0.0.1 2001:db8::/64"}
FIXED = {**PROXY, "proxy_role": "viewer"}
ANN = ("X-Forwarded-User", "ann")


@pytest.mark.parametrize("peer", ["10.0.0.7", "127.0.0.1", "2001:db8::5", "::ffff:10.0.0.7"])
def test_who_comes_through_the_proxy_is_whom_it_names(airflow_3: World, peer: str) -> None:
    ann = known_as(callers(airflow_3, **FIXED), ANN, peer=peer)

    assert (ann.name, ann.role, ann.method) == ("ann", "viewer", "proxy")
    assert ann.grants == dict.fromkeys(ROLE_PERMISSIONS[Role.VIEWER], EVERYTHING)


@pytest.mark.parametrize(
    "peer", ["10.0.1.7", "127.0.0.2", "::1", "::ffff:10.0.1.7", "2001:db8:0:1::5", "", "unix", None]
)
def test_from_elsewhere_the_header_counts_for_nothing(airflow_3: World, peer: str | None) -> None:
    known = callers(airflow_3, **{**FIXED, "authentication": "proxy,tokens"}, tokens="bob:op:s3cr3t")
    token = ("Authorization", "Bearer s3cr3t")

    refused(known, sent(ANN, peer=peer))
    # Nor does it do any harm.
    for header in (ANN, ("X-Forwarded-User", "a,b")):
        assert known_as(known, header, token, peer=peer).name == "bob"


def test_forwarded_addresses_are_not_who_is_connected(airflow_3: World) -> None:
    settings = {**FIXED, "proxy_addresses": "10.0.0.1"}
    airflow_3.service = replace(airflow_3.service, callers=callers(airflow_3, **settings))
    with served(airflow_3) as server:
        headers = {"X-Forwarded-User": "ann", "X-Forwarded-For": "10.0.0.1", "Forwarded": "for=10.0.0.1"}
        for path in ("/graphql?query={viewer{name}}", "/api/v1/dags"):
            assert httpx.get(server.address + path, headers=headers).status_code == 401


def test_the_servers_own_neighbour_is_a_proxy_where_it_is_named(airflow_3: World) -> None:
    airflow_3.service = replace(airflow_3.service, callers=callers(airflow_3, **FIXED))
    with served(airflow_3) as server:
        # What a client told the proxy of addresses means nothing.
        headers = {"X-Forwarded-User": "ann", "X-Forwarded-For": "192.0.2.1"}
        answer = httpx.get(f"{server.address}/graphql?query={{viewer{{name method}}}}", headers=headers)
        assert answer.json()["data"] == {"viewer": {"name": "ann", "method": "proxy"}}
        assert httpx.get(f"{server.address}/api/v1/dags", headers=headers).status_code == 200
        assert httpx.get(f"{server.address}/api/v1/dags").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        [ANN, ANN],
        [ANN, ("x-forwarded-user", "root")],
        [("X-Forwarded-User", "ann, root")],
        [("X-Forwarded-User", "")],
        [("X-Forwarded-User", "  ")],
        [("X-Forwarded-User", "zoë")],
        [("X-Forwarded-User", "a\tb")],
    ],
)
def test_a_name_that_is_not_clear_is_refused(airflow_3: World, headers: list[tuple[str, str]]) -> None:
    known = callers(airflow_3, **FIXED, anonymous_role="viewer")

    assert "X-Forwarded-User must be sent once" in refused(known, sent(*headers)).detail


def test_whom_the_proxy_does_not_name_others_may_know(airflow_3: World) -> None:
    known = callers(airflow_3, **{**FIXED, "authentication": "proxy,tokens"}, tokens="bob:op:s3cr3t")

    assert known_as(known, ("Authorization", "Bearer s3cr3t")).name == "bob"
    assert refused(known, sent()).challenges == ("Bearer",)


def test_the_header_may_be_another(airflow_3: World) -> None:
    known = callers(airflow_3, **FIXED, proxy_user_header="Remote-User")

    assert known_as(known, ("remote-user", "ann")).name == "ann"
    refused(known, sent(ANN))


def test_the_proxy_may_tell_the_role(airflow_3: World) -> None:
    known = callers(airflow_3, **PROXY, proxy_role_header="X-Role")

    assert known_as(known, ANN, ("X-Role", "Op")).role == "op"
    for wrong in ([], [("X-Role", "boss")], [("X-Role", "")], [("X-Role", "op"), ("X-Role", "admin")]):
        assert "X-Role" in refused(known, sent(ANN, *wrong)).detail


def test_without_a_role_the_name_is_that_of_airflows_user(airflow_2: World) -> None:
    add_user(airflow_2, "ann", add_role(airflow_2, "Reader", "can_read on DAGs"))
    add_user(airflow_2, "gone", add_role(airflow_2, "Gone", "can_read on DAGs"), is_active=False)
    known = callers(airflow_2, **PROXY)

    ann = known_as(known, ANN)
    assert (ann.name, ann.role, ann.method, ann.may(Permission.POOL_READ)) == ("ann", "Reader", "proxy", False)
    assert ann.scope(Permission.DAG_READ) is EVERYTHING
    assert known_as(known, ("X-Forwarded-User", "ann@example.org")).name == "ann"
    for nobody in ("gone", "stranger"):
        assert "not known to Airflow" in refused(known, sent(("X-Forwarded-User", nobody))).detail


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"authentication": "proxy", "proxy_role": "viewer"}, "proxy_addresses"),
        ({**FIXED, "proxy_role_header": "X-Role"}, "proxy_role"),
        (PROXY, "proxy_role"),
        ({**FIXED, "proxy_addresses": "10.0.0.1/24"}, "proxy_addresses"),
        ({**FIXED, "proxy_addresses": "proxy.example"}, "proxy_addresses"),
        ({**FIXED, "proxy_addresses": "10.0.0.1 0.0.0.0/0"}, "proxy_addresses"),
        ({**FIXED, "proxy_addresses": "::/0"}, "proxy_addresses"),
        ({**FIXED, "proxy_user_header": "two words"}, "proxy_user_header"),
        ({**FIXED, "proxy_role": "boss"}, "proxy_role"),
    ],
)
def test_what_is_missing_or_wrong_is_told_at_the_start(airflow_3: World, settings: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        callers(airflow_3, **settings)
    assert raised.value.field == field
    assert raised.value.hint


def test_the_start_tells_who_is_trusted(airflow_3: World) -> None:
    settings = load_settings(
        **{**FIXED, "authentication": "proxy,header,tokens"}, token_header="X-Token", tokens="bob:op@etl+b:s3cr3t"
    )
    config = AirflowConfig.discover(environ={})
    service = Service.open(settings, config, airflow_3.url)

    told = setup.callers(service)
    service.close()
    assert "'X-Forwarded-User: <name>' from 10.0.0.0/24, 127.0.0.1, 2001:db8::/64" in told
    assert "'X-Token: <token>' as bob (op of b, etl)" in told
    assert "'Authorization: Bearer <token>' as bob (op of b, etl)" in told
    assert "s3cr3t" not in told


def test_it_is_off_unless_named(airflow_3: World) -> None:
    known = callers(airflow_3, tokens="bob:op:s3cr3t", proxy_addresses="127.0.0.1", proxy_role="admin")

    refused(known, sent(ANN))
