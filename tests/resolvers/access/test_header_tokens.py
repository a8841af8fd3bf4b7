"""Static tokens in a header of their own, or alone in Authorization: as older clients send theirs."""

from dataclasses import replace

import httpx
import pytest

from resolvers.errors import Invalid
from resolvers.settings import load_settings
from tests.http.server import served
from tests.resolvers.access.calling import callers, known_as, refused, sent
from tests.world import World

# How Clairvoyant's plugin calls its header, unless told otherwise.
HEADER = "rest_api_plugin_http_token"
TOKENS = {"tokens": "ann:user:s3cr3t", "authentication": "header", "token_header": HEADER}


@pytest.mark.parametrize("spelling", [HEADER, HEADER.upper()])
def test_a_token_is_taken_from_the_header(airflow_3: World, spelling: str) -> None:
    ann = known_as(callers(airflow_3, **TOKENS), (spelling, "s3cr3t"))

    assert (ann.name, ann.role, ann.method) == ("ann", "user", "token")


@pytest.mark.parametrize(
    "headers",
    [
        [(HEADER, "wrong")],
        [(HEADER, "")],
        [(HEADER, "Bearer s3cr3t")],
        [(HEADER, "s3cr3t"), (HEADER, "s3cr3t")],
        [(HEADER, "wrong"), (HEADER, "s3cr3t")],
        [(HEADER, "s3cr3té")],
    ],
)
def test_what_else_the_header_says_is_refused(airflow_3: World, headers: list[tuple[str, str]]) -> None:
    # Not even as the anonymous caller: something was presented.
    known = callers(airflow_3, **TOKENS, anonymous_role="viewer")

    assert HEADER in refused(known, sent(*headers)).detail


def test_without_the_header_others_are_asked(airflow_3: World) -> None:
    known = callers(airflow_3, **{**TOKENS, "authentication": "header,tokens"})

    assert known_as(known, ("Authorization", "Bearer s3cr3t")).name == "ann"
    assert refused(known, sent()).challenges == ("Bearer",)
    assert refused(callers(airflow_3, **TOKENS), sent(("Authorization", "Bearer s3cr3t"))).challenges == ()


def test_a_token_may_stand_alone_in_authorization(airflow_3: World) -> None:
    known = callers(airflow_3, **{**TOKENS, "authentication": "header,tokens", "token_header": "Authorization"})

    assert known_as(known, ("authorization", "s3cr3t")).name == "ann"
    # What has a scheme is for others.
    assert known_as(known, ("authorization", "Bearer s3cr3t")).name == "ann"
    for wrong in ("wrong", "Basic s3cr3t", "s3cr3t x"):
        assert refused(known, sent(("authorization", wrong))).challenges == ("Bearer",)


def test_a_header_must_be_named(airflow_3: World) -> None:
    with pytest.raises(Invalid, match="none is named") as raised:
        callers(airflow_3, authentication="header", tokens="ann:user:s3cr3t")
    assert raised.value.field == "token_header"


@pytest.mark.parametrize("name", ["two words", "colon:", "é", "line\nbreak", " "])
def test_what_cannot_be_a_header_is_not_taken_for_one(airflow_3: World, name: str) -> None:
    with pytest.raises(Invalid, match="AIRFLOW_GRAPH_TOKEN_HEADER"):
        callers(airflow_3, authentication="header", token_header=name)


def test_pages_of_allowed_origins_may_send_it(airflow_3: World) -> None:
    origin = "https://apps.example.org"
    told = load_settings(**TOKENS, cors_origins=origin)
    airflow_3.service = replace(airflow_3.service, settings=told)
    with served(airflow_3) as server:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": HEADER}
        assert httpx.options(f"{server.address}/graphql", headers=asked).status_code == 200


def test_every_road_takes_it(airflow_3: World) -> None:
    airflow_3.service = replace(airflow_3.service, callers=callers(airflow_3, **TOKENS))
    with served(airflow_3) as server:
        graph = server.post({"query": "{ viewer { name } }"}, token=None, rest_api_plugin_http_token="s3cr3t")
        assert graph.status_code == 401, "the client's underscores became dashes: another header"
        for path in ("/graphql?query={viewer{name}}", "/api/v1/dags"):
            assert httpx.get(server.address + path, headers={HEADER: "s3cr3t"}).status_code == 200
            assert httpx.get(server.address + path, headers={HEADER: "wrong"}).status_code == 401
