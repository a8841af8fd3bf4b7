"""Tokens of a real Airflow 3 are taken here, and ours by it; forged and revoked ones by neither."""

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from resolvers.access.api_auth import ApiAuth
from resolvers.airflow_config import AirflowConfig
from tests.resolvers.access.issuers import rsa_key

from .airflow import PATIENCE, Airflow
from .configuration import PASSWORD, SECRET, SIMPLE_AUTH, USER
from .serving import Service

pytestmark = [pytest.mark.live, pytest.mark.timeout(PATIENCE)]
VERSIONS = "3."
"""Airflow 2 has no such tokens."""

AUDIENCE = "apache-airflow"


@pytest.fixture(scope="module")
def ours(running_airflow: Airflow) -> Iterator[Service]:
    """Serve it with Airflow's own callers, by the configuration that its api-server has."""
    serving = Service(
        running_airflow,
        settings={
            "AIRFLOW_GRAPH_AUTHENTICATION": "tokens,airflow",
            "AIRFLOW_GRAPH_ACCESS_REFRESH": "0",
            "AIRFLOW__API_AUTH__JWT_SECRET": SECRET,
            "AIRFLOW__CORE__AUTH_MANAGER": SIMPLE_AUTH,
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(running_airflow.layout.passwords),
        },
    )
    try:
        yield serving
    finally:
        serving.stop()


def log_in(base: str, path: str = "/auth/token", **body: object) -> httpx.Response:
    sent = body or {"username": USER, "password": PASSWORD}
    return httpx.post(f"{base}{path}", json=sent, timeout=60, trust_env=False)


def token_of(base: str) -> str:
    answer = log_in(base)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["access_token"]
    return token


def ask(method: str, address: str, token: str, **options: Any) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.request(method, address, headers=headers, timeout=60, trust_env=False, **options).status_code


def by_airflow(airflow: Airflow, token: str) -> int:
    """Return how the real server answers who presents this token."""
    return ask("GET", f"{airflow.server_url}/api/v2/pools", token)


def by_us(service: Service, token: str) -> list[int]:
    """Return how we do, by each road."""
    query = {"json": {"query": "{ viewer { name } }"}}
    return [ask("GET", f"{service.url}/api/v1/pools", token), ask("POST", f"{service.url}/graphql", token, **query)]


def claims_of(token: str) -> dict[str, Any]:
    told: dict[str, Any] = jwt.decode(token, SECRET, algorithms=["HS512"], audience=AUDIENCE)
    return told


def signed(secret: str = SECRET, algorithm: str = "HS512", **claims: object) -> str:
    now = int(time.time())
    told = {"sub": USER, "role": "admin", "teams": [], "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 600}
    return jwt.encode({**told, **claims}, secret, algorithm=algorithm)


def test_a_token_of_the_real_server_is_taken_here(airflow: Airflow, ours: Service) -> None:
    token = token_of(airflow.server_url)
    assert by_airflow(airflow, token) == 200
    assert by_us(ours, token) == [200, 200]


def test_a_token_of_ours_is_taken_by_the_real_server(airflow: Airflow, ours: Service) -> None:
    token = token_of(ours.url)
    assert by_us(ours, token) == [200, 200]
    assert by_airflow(airflow, token) == 200
    pool = {"name": "of-our-token", "slots": 1}
    address = f"{airflow.server_url}/api/v2/pools"
    assert ask("POST", address, token, json=pool) == 201
    assert ask("DELETE", f"{address}/of-our-token", token) == 204


def test_a_token_of_ours_says_what_one_of_the_real_server_says(airflow: Airflow, ours: Service) -> None:
    for path in ("/auth/token", "/auth/token/cli"):
        theirs, mine = (log_in(base, path, username=USER, password=PASSWORD) for base in (airflow.server_url, ours.url))
        assert (mine.status_code, list(mine.json())) == (theirs.status_code, list(theirs.json()))
        tokens = [answer.json()["access_token"] for answer in (theirs, mine)]
        assert jwt.get_unverified_header(tokens[0]) == jwt.get_unverified_header(tokens[1])
        told = [claims_of(token) for token in tokens]
        for claims in told:
            assert len(claims.pop("jti")) == 32
            issued = claims.pop("iat")
            claims |= {"nbf": claims["nbf"] - issued, "exp": claims["exp"] - issued}
        assert told[0] == told[1]


def test_a_token_that_the_real_server_takes_back_is_not_taken_here(airflow: Airflow, ours: Service) -> None:
    # Before 3.2 a token is good until it expires, there as here.
    ends = airflow.since("3.2")
    for token in (token_of(airflow.server_url), token_of(ours.url)):
        assert by_us(ours, token) == [200, 200]
        ask("GET", f"{airflow.server_url}/api/v2/auth/logout", token)
        assert (by_airflow(airflow, token) in (401, 403)) is ends
        assert by_us(ours, token) == ([401, 401] if ends else [200, 200])
    assert by_us(ours, token_of(airflow.server_url)) == [200, 200]


def test_a_forged_token_is_taken_by_neither(airflow: Airflow, ours: Service) -> None:
    header, claims, signature = token_of(airflow.server_url).split(".")
    told = {**json.loads(base64.urlsafe_b64decode(claims + "==")), "sub": "somebody"}
    changed = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    forged = {
        "of another secret": signed(SECRET[::-1]),
        "by another algorithm": signed(algorithm="HS256"),
        "changed": f"{header}.{changed}.{signature}",
        "unsigned": f"{none}.{changed}.",
        "expired": signed(exp=int(time.time()) - 60),
        "not valid yet": signed(nbf=int(time.time()) + 600),
        "for somebody else": signed(aud="urn:airflow.apache.org:task"),
        "without a role": jwt.encode(
            {"sub": USER, "aud": AUDIENCE, "iat": 1, "nbf": 1, "exp": 9_999_999_999}, SECRET, algorithm="HS512"
        ),
    }
    taken = {
        why: (by_airflow(airflow, token), by_us(ours, token))
        for why, token in forged.items()
        if by_airflow(airflow, token) not in (401, 403) or by_us(ours, token) != [401, 401]
    }
    assert taken == {}


@pytest.mark.parametrize("role", ["viewer", "USER", "op", "admin"])
def test_a_role_may_the_same_by_either(airflow: Airflow, ours: Service, role: str) -> None:
    token = signed(role=role)
    pool = {"name": f"of-{role}", "slots": 1}
    wishes: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/pools", {}),
        ("GET", "/variables", {}),
        ("GET", "/dags", {}),
        ("POST", "/pools", {"json": pool}),
        ("DELETE", f"/pools/of-{role}", {}),
        ("PATCH", "/dags/passes", {"json": {"is_paused": False}}),
    ]
    for method, path, options in wishes:
        theirs = ask(method, f"{airflow.server_url}/api/v2{path}", token, **options)
        mine = ask(method, f"{ours.url}/api/v1{path}", token, **options)
        assert (theirs == 403) == (mine == 403), (method, path, theirs, mine)


@pytest.mark.parametrize(
    "body",
    [
        {"username": USER, "password": "wrong"},
        {"username": "nobody", "password": PASSWORD},
        {"username": "", "password": "x"},
    ],
)
def test_who_cannot_log_in_is_told_the_same(airflow: Airflow, ours: Service, body: dict[str, object]) -> None:
    for path in ("/auth/token", "/auth/token/cli"):
        theirs, mine = log_in(airflow.server_url, path, **body), log_in(ours.url, path, **body)
        assert (mine.status_code, mine.json()) == (theirs.status_code, theirs.json())


@pytest.mark.parametrize("body", [{"username": USER}, {"username": 1, "password": PASSWORD}, {"user": USER}])
def test_what_is_no_login_is_refused_the_same(airflow: Airflow, ours: Service, body: dict[str, object]) -> None:
    bases = (airflow.server_url, ours.url)
    assert [log_in(base, "/auth/token", **body).status_code for base in bases] == [422, 422]
    # The road of the command line tells the faults one by one; ours does not tell what was sent.
    theirs, mine = (log_in(base, "/auth/token/cli", **body) for base in bases)
    assert (theirs.status_code, mine.status_code) == (422, 422)
    faults = [{name: fault[name] for name in ("type", "loc", "msg")} for fault in theirs.json()["detail"]]
    assert mine.json()["detail"] == faults


def test_its_passwords_are_taken_here(airflow: Airflow, ours: Service) -> None:
    def asked(password: str) -> int:
        address = f"{ours.url}/api/v1/pools"
        return httpx.get(address, auth=(USER, password), timeout=60, trust_env=False).status_code

    assert airflow.layout.passwords.exists()
    assert (asked(PASSWORD), asked("wrong")) == (200, 401)


JUDGE = """
import json, sys
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

told = SimpleAuthManager._get_token_validator().validated_claims(sys.argv[1])
print(json.dumps([told["sub"], SimpleAuthManager._get_token_signer().generate({"sub": "theirs", "role": "op"})]))
"""
"""Airflow's own code, which judges a token of ours and signs one of its own."""


@pytest.mark.parametrize("kind", ["RSA", "Ed25519"])
def test_tokens_by_a_pair_of_keys_are_taken_both_ways(running_airflow: Airflow, tmp_path: Path, kind: str) -> None:
    key = rsa_key() if kind == "RSA" else Ed25519PrivateKey.generate()
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    told = {
        "AIRFLOW__API_AUTH__JWT_PRIVATE_KEY_PATH": str(file),
        "AIRFLOW__API_AUTH__JWT_ISSUER": "https://airflow.example.org",
        "AIRFLOW__API_AUTH__JWT_AUDIENCE": "https://airflow.example.org/api",
    }
    auth = ApiAuth.of(AirflowConfig.discover(tmp_path, told))
    signer = auth.signer()
    assert signer is not None
    token = signer.token({"sub": "ours", "role": "op"}, now=int(time.time()), seconds=600)
    answer = running_airflow.python(JUDGE, token, AIRFLOW__API_AUTH__JWT_SECRET="", **told)
    name, theirs = json.loads(answer.splitlines()[-1])
    claims = auth.verifier().claims(theirs)
    assert claims is not None
    assert (name, claims["sub"]) == ("ours", "theirs")
