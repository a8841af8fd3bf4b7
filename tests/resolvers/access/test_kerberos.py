"""Kerberos tickets of a real KDC: whose they are, and which are refused."""

import sys
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from resolvers.access.actor import EVERYTHING
from resolvers.access.callers import Callers
from resolvers.access.permissions import Permission
from resolvers.errors import Invalid, Unauthenticated, Unsupported
from tests.http.server import served
from tests.people import add_role, add_user
from tests.resolvers.access.calling import callers, known_as, refused, sent
from tests.resolvers.access.kdc import OTHER_REALM, REALM, Caller, Kdc, missing, running
from tests.world import World

# One KDC for them all.
pytestmark = pytest.mark.xdist_group("kerberos")
needs_kerberos = pytest.mark.skipif(bool(missing()), reason=f"Kerberos needs what is not here: {', '.join(missing())}")

SERVICES = ("HTTP/localhost", "airflow/localhost", "host/localhost")


@pytest.fixture(scope="module")
def kdc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kdc]:
    with running(tmp_path_factory.mktemp("kdc")) as kdc, pytest.MonkeyPatch.context() as environment:
        kdc.add(*SERVICES, "HTTP/elsewhere.example", "ann", "gone", "stranger", "bob", "ann/admin")
        kdc.add("ann", "guest", realm=OTHER_REALM)
        for name, value in kdc.environ().items():
            environment.setenv(name, value)
        yield kdc


@pytest.fixture(scope="module")
def keytab(kdc: Kdc) -> Path:
    return kdc.keytab(*SERVICES)


@pytest.fixture
def airflow(airflow_2: World) -> World:
    reader = add_role(airflow_2, "Reader", "can_read on DAGs")
    for name in ("ann", f"bob@{REALM}"):
        add_user(airflow_2, name, reader)
    add_user(airflow_2, "gone", reader, is_active=False)
    add_user(airflow_2, "mail", reader, email=f"guest@{OTHER_REALM}")
    return airflow_2


@pytest.fixture
def known(airflow: World, keytab: Path) -> Callers:
    return callers(airflow, {"AIRFLOW__KERBEROS__KEYTAB": str(keytab)}, authentication="kerberos")


def presenting(token: bytes) -> tuple[str, str]:
    return "Authorization", f"Negotiate {b64encode(token).decode()}"


@needs_kerberos
@pytest.mark.parametrize("service", ["HTTP@localhost", "airflow@localhost"])
def test_who_has_a_ticket_is_airflows_user_of_that_name(kdc: Kdc, known: Callers, service: str) -> None:
    ann = known_as(known, Caller(kdc.tickets("ann"), service).header())

    assert (ann.name, ann.role, ann.method) == ("ann", "Reader", "kerberos")
    assert ann.scope(Permission.DAG_READ) is EVERYTHING
    assert not ann.may(Permission.POOL_READ)


@needs_kerberos
def test_airflows_user_may_be_called_as_the_whole_principal(kdc: Kdc, known: Callers) -> None:
    assert known_as(known, Caller(kdc.tickets("bob")).header()).name == f"bob@{REALM}"


@needs_kerberos
@pytest.mark.parametrize("path", ["/graphql?query={viewer{name}}", "/api/v1/dags", "/api/v1/pools"])
def test_the_answer_proves_to_the_caller_who_answers(kdc: Kdc, airflow: World, known: Callers, path: str) -> None:
    airflow.service = replace(airflow.service, callers=known)
    ann = Caller(kdc.tickets("ann"))
    with served(airflow) as server:
        challenged = httpx.get(server.address + path)
        answer = httpx.get(server.address + path, headers=[ann.header()])

    assert (challenged.status_code, challenged.headers["www-authenticate"]) == (401, "Negotiate")
    # Of pools, ann may know nothing: she is told so by whom she asked.
    assert answer.status_code == (403 if "pools" in path else 200)
    scheme, _, proof = answer.headers["www-authenticate"].partition(" ")
    ann.context.step(b64decode(proof))
    assert (scheme, ann.context.complete) == ("Negotiate", True)


@needs_kerberos
@pytest.mark.parametrize("name", ["gone", "stranger", "ann/admin"])
def test_who_is_no_active_user_is_refused(kdc: Kdc, known: Callers, name: str) -> None:
    assert f"{name}@{REALM} is no user" in refused(known, sent(Caller(kdc.tickets(name)).header())).detail


@needs_kerberos
@pytest.mark.parametrize("name", ["ann", "guest"])
def test_a_name_of_another_realm_is_another_name(kdc: Kdc, known: Callers, name: str) -> None:
    tickets = kdc.tickets(name, realm=OTHER_REALM)

    assert f"{name}@{OTHER_REALM} is no user" in refused(known, sent(Caller(tickets).header())).detail


@needs_kerberos
def test_a_ticket_for_another_service_is_refused(kdc: Kdc, known: Callers) -> None:
    tickets = kdc.tickets("ann")

    # Its key is in the keytab, but for another purpose.
    assert "is for host/localhost" in refused(known, sent(Caller(tickets, "host@localhost").header())).detail
    # Its key is not.
    assert "not good" in refused(known, sent(Caller(tickets, "HTTP@elsewhere.example").header())).detail


@needs_kerberos
def test_a_ticket_counts_once(kdc: Kdc, known: Callers) -> None:
    tickets = kdc.tickets("ann")
    header = Caller(tickets).header()

    assert known_as(known, header).name == "ann"
    refusal = refused(known, sent(header))
    assert ("not good" in refusal.detail, refusal.challenges) == (True, ("Negotiate",))
    # Whoever has the ticket can make another of it.
    assert known_as(known, Caller(tickets).header()).name == "ann"


@needs_kerberos
def test_a_ticket_that_is_over_is_refused(kdc: Kdc, known: Callers, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = kdc.tickets("ann", life="2s")
    first, second = Caller(tickets).header(), Caller(tickets).header()
    time.sleep(4)

    with monkeypatch.context() as strict:
        strict.setenv("KRB5_CONFIG", kdc.environ(clock_skew=1)["KRB5_CONFIG"])
        assert "not good" in refused(known, sent(first)).detail
    # For clocks that differ by as much, it is not over.
    assert known_as(known, second).name == "ann"


@needs_kerberos
@pytest.mark.parametrize(
    "value",
    ["", "!", "é", "A" * 20_000, "YQ==", b64encode(b"NTLMSSP\0\1\0\0\0\x07\x82\x08\xa2" + b"\0" * 24).decode()],
    ids=["nothing", "no base64", "not ascii", "much", "a letter", "NTLM"],
)
def test_garbage_is_refused(known: Callers, value: str) -> None:
    assert refused(known, sent(("Authorization", f"Negotiate {value}"))).challenges == ("Negotiate",)


@needs_kerberos
def test_a_ticket_that_was_cut_or_changed_is_refused(kdc: Kdc, known: Callers) -> None:
    token = b64decode(Caller(kdc.tickets("ann")).header()[1].removeprefix("Negotiate "))

    for wrong in [token[:at] for at in range(0, len(token), 37)] + [token[:-1] + bytes([token[-1] ^ 1])]:
        refused(known, sent(presenting(wrong)))
    # What is around the ticket may be changed by anybody; it still counts once.
    accepted = []
    for at in range(0, len(token), 5):
        changed = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
        with suppress(Unauthenticated):
            accepted.append(known_as(known, presenting(changed)).name)
    assert accepted in ([], ["ann"])


@needs_kerberos
def test_other_schemes_are_for_others(airflow: World, keytab: Path) -> None:
    told = {"AIRFLOW__KERBEROS__KEYTAB": str(keytab)}
    known = callers(airflow, told, authentication="kerberos,tokens", tokens="bob:op:s3cr3t")

    assert known_as(known, ("Authorization", "Bearer s3cr3t")).name == "bob"
    assert refused(known, sent()).challenges == ("Negotiate", "Bearer")


@needs_kerberos
@pytest.mark.parametrize("content", [None, b"", b"no keytab"])
def test_a_keytab_that_cannot_be_used_is_told_at_the_start(
    airflow: World, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "some.keytab"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(Invalid, match=r"some\.keytab.* cannot be used") as raised:
        callers(airflow, {"AIRFLOW__KERBEROS__KEYTAB": str(file)}, authentication="kerberos")
    assert "klist -k" in (raised.value.hint or "")


@needs_kerberos
def test_kerberos_own_variable_names_the_keytab_before_airflow_does(kdc: Kdc, airflow: World, keytab: Path) -> None:
    told = {"KRB5_KTNAME": f"FILE:{keytab}", "AIRFLOW__KERBEROS__KEYTAB": "/nowhere"}
    known = callers(airflow, told, authentication="kerberos")

    assert known_as(known, Caller(kdc.tickets("ann")).header()).name == "ann"


@needs_kerberos
def test_airflows_backend_of_that_name_is_this_one(kdc: Kdc, airflow: World, keytab: Path) -> None:
    backend = "airflow.providers.fab.auth_manager.api.auth.backend.kerberos_auth"
    told = {"AIRFLOW__API__AUTH_BACKENDS": backend, "AIRFLOW__KERBEROS__KEYTAB": str(keytab)}
    known = callers(airflow, told, authentication="airflow")

    assert known_as(known, Caller(kdc.tickets("ann"), "airflow@localhost").header()).name == "ann"


@needs_kerberos
def test_a_keytab_must_be_named(airflow: World) -> None:
    with pytest.raises(Invalid, match="Nothing says where the keytab is"):
        callers(airflow, authentication="kerberos")


def test_without_the_package_it_says_how_to_install_it(airflow: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gssapi", None)

    with pytest.raises(Invalid, match="gssapi") as raised:
        callers(airflow, authentication="kerberos")
    assert "pip install 'airflow-graph[kerberos]'" in (raised.value.hint or "")
    # Who does not use it does not need it.
    callers(airflow, authentication="tokens")


def test_an_airflow_without_users_cannot_use_it(airflow_3: World) -> None:
    with pytest.raises(Unsupported, match="no users"):
        callers(airflow_3, authentication="kerberos")
