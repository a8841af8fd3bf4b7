"""Ways to authenticate of other distributions: the documented example for real, and those that fail."""

import hmac
import importlib
import logging
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from resolvers.errors import Forbidden, Invalid, Unavailable
from tests.http.server import served
from tests.resolvers.access.calling import callers, known_as, refused, sent
from tests.world import World

PAGE = (Path(__file__).parents[3] / "docs" / "authentication.md").read_text()
EXAMPLE = dict(re.findall(r"<!-- example: (\S+) -->\n```\w+\n(.*?)```\n", PAGE, re.DOTALL))

Bring = Callable[..., str]


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bring]:
    """Return what installs a distribution that brings a way called `own`: one module, of this text."""
    made: list[str] = []

    def install(text: str, named: str = "make", distribution: str = "acme-auth", version: str = "1.2") -> str:
        module = f"{distribution.replace('-', '_')}_{tmp_path.name}_{len(made)}"
        made.append(module)
        folder = tmp_path / module
        metadata = folder / f"{distribution.replace('-', '_')}-{version}.dist-info"
        metadata.mkdir(parents=True)
        (folder / f"{module}.py").write_text(text)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (metadata / "entry_points.txt").write_text(f"[airflow_graph.authentication]\nown = {module}:{named}\n")
        monkeypatch.syspath_prepend(folder)
        return module

    yield install
    for module in made:
        sys.modules.pop(module, None)


def method(body: str, challenge: str = "None") -> str:
    """Return a module whose method answers so."""
    return (
        "from resolvers.access.actor import actor_of_role\nfrom resolvers.errors import Forbidden\n"
        "from resolvers.settings import Role\n"
        f"class Own:\n    challenge = {challenge}\n    def actor(self, credentials):\n        {body}\n"
        "def make(installation):\n    return Own()\n"
    )


@pytest.mark.slow
def test_the_documented_example_works(airflow_3: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, installed = tmp_path / "source", tmp_path / "installed"
    source.mkdir()
    for name, text in EXAMPLE.items():
        (source / name).write_text(text)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(installed), str(source)], check=True)
    monkeypatch.syspath_prepend(installed)
    importlib.invalidate_caches()
    monkeypatch.setenv("BADGE_KEY", "of the badge office")

    airflow_3.service = replace(airflow_3.service, callers=callers(airflow_3, authentication="badges"))
    signature = hmac.new(b"of the badge office", b"ann", "sha256").hexdigest()
    with served(airflow_3) as server:
        asked = f"{server.address}/graphql?query={{viewer{{name method role}}}}"
        known = httpx.get(asked, headers={"X-Badge": f"ann:{signature}"})
        forged = httpx.get(asked, headers={"X-Badge": f"bob:{signature}"})
        nobody = httpx.get(f"{server.address}/api/v1/dags")

    assert known.json()["data"] == {"viewer": {"name": "ann", "method": "badge", "role": "viewer"}}
    assert (forged.status_code, forged.json()["errors"][0]["message"]) == (401, "This badge was not issued here.")
    assert nobody.status_code == 401

    monkeypatch.delenv("BADGE_KEY")
    with pytest.raises(Invalid, match=r"acme-badges 1\.0, cannot be used: KeyError: 'BADGE_KEY'"):
        callers(airflow_3, authentication="badges")


def test_it_stands_among_the_others(airflow_3: World, bring: Bring) -> None:
    bring(method("return None if credentials.peer else actor_of_role('own', Role.VIEWER, method='own')", "'Own'"))
    known = callers(airflow_3, authentication="own,tokens", tokens="bob:op:s3cr3t")

    assert known_as(known, ("Authorization", "Bearer s3cr3t")).name == "bob"
    assert known_as(known, ("Authorization", "Bearer s3cr3t"), peer=None).name == "own"
    assert refused(known, sent()).challenges == ("Own", "Bearer")


def test_it_may_refuse_in_words_of_its_own(airflow_3: World, bring: Bring) -> None:
    bring(method("raise Forbidden('Not on Sundays.')"))

    with pytest.raises(Forbidden, match="Not on Sundays"):
        known_as(callers(airflow_3, authentication="own"))


@pytest.mark.parametrize("body", ["raise KeyError('h1dden')", "return 'h1dden'", "return self.h1dden", "1 / 0"])
def test_what_fails_lets_nobody_in_and_tells_a_number(
    airflow_3: World, bring: Bring, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    bring(method(body))
    known = callers(airflow_3, authentication="own,tokens", tokens="bob:op:s3cr3t", anonymous_role="admin")

    with caplog.at_level(logging.ERROR), pytest.raises(Unavailable) as raised:
        known_as(known, ("Authorization", "Bearer s3cr3t"))
    assert "h1dden" not in f"{raised.value.detail} {raised.value.hint}"
    [record] = caplog.records
    fields = vars(record)["fields"]
    assert fields["incident"] in raised.value.detail
    assert (fields["authentication"], fields["distribution"]) == ("own", "acme-auth 1.2")


def test_every_road_tells_the_number_alone(airflow_3: World, bring: Bring) -> None:
    bring(method("raise RuntimeError('h1dden')"))
    airflow_3.service = replace(airflow_3.service, callers=callers(airflow_3, authentication="own"))
    with served(airflow_3) as server:
        for path in ("/graphql?query={viewer{name}}", "/api/v1/dags"):
            answer = httpx.get(server.address + path)
            assert answer.status_code == 503
            assert "h1dden" not in answer.text
            assert "Traceback" not in answer.text
            assert re.search(r"under [0-9a-f]{12}\.", answer.text)


@pytest.mark.parametrize(
    ("text", "named", "told"),
    [
        ("import no_such_module", "make", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise RuntimeError('not today')", "make", "RuntimeError: not today"),
        ("this is no Python", "make", "SyntaxError"),
        ("", "make", "AttributeError"),
        ("make = 3", "make", "TypeError"),
        ("def make(): ...", "make", "TypeError"),
        ("def make(installation): return None", "make", "AttributeError"),
        (method("return None", "3"), "make", "TypeError: its challenge"),
        (method("return None", "'a\\r\\nb'"), "make", "TypeError: its challenge"),
        (method("return None", "'\u00e9'"), "make", "TypeError: its challenge"),
        ("class Own: actor = challenge = None\ndef make(installation): return Own()", "make", "TypeError: its actor"),
    ],
)
def test_what_cannot_be_made_is_told_at_the_start(
    airflow_3: World, bring: Bring, text: str, named: str, told: str
) -> None:
    module = bring(text, named)

    with pytest.raises(Invalid) as raised:
        callers(airflow_3, authentication="own")
    assert f"'own', {module}:make of acme-auth 1.2, cannot be used: {told}" in raised.value.detail
    assert "acme-auth 1.2" in (raised.value.hint or "")
    # Who does not use it is not kept from starting.
    callers(airflow_3, authentication="tokens")


def test_a_name_that_two_distributions_bring_is_neithers(airflow_3: World, bring: Bring) -> None:
    bring(method("return None"))
    bring(method("return None"), distribution="other-auth")

    with pytest.raises(Invalid, match=r"by several distributions: acme-auth 1\.2, other-auth 1\.2"):
        callers(airflow_3, authentication="own")


def test_a_distribution_that_is_found_twice_is_one(airflow_3: World, bring: Bring) -> None:
    bring(method("return None"))
    bring(method("return None"))

    assert len(callers(airflow_3, authentication="own").methods) == 1


def test_ours_cannot_be_replaced(airflow_3: World, bring: Bring, tmp_path: Path) -> None:
    bring(method("return actor_of_role('own', Role.ADMIN, method='own')"))
    [file] = tmp_path.rglob("entry_points.txt")
    file.write_text(file.read_text().replace("own =", "tokens ="))

    refused(callers(airflow_3, authentication="tokens"), sent())


def test_a_name_that_nothing_brings_is_a_mistake(airflow_3: World) -> None:
    with pytest.raises(Invalid, match="'vault'") as raised:
        callers(airflow_3, authentication="tokens,vault")
    assert "kerberos" in (raised.value.hint or "")
