"""What is installed for a test run is pinned: every dependency, by version and hash, from wherever pip looks."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
# What has no wheels for Linux, and would keep the README's command from working without a compiler.
KERBEROS = (ROOT / "requirements-kerberos.lock").read_text()
LOCKS = (*sorted(ROOT.glob("requirements*.lock")), *sorted((ROOT / "tests" / "live" / "requirements").glob("*.txt")))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# name==version, perhaps for some platforms only, and at least one hash.
_PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; [^\\\n]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+",
    re.MULTILINE,
)


def pins(lock: str) -> dict[str, str]:
    """Return what a lock pins, and to which version."""
    return {canonicalize_name(pin["name"]): pin["version"] for pin in _PIN.finditer(lock)}


def declared() -> list[Requirement]:
    """Return everything that pyproject.toml names: to run, to build, for each extra, to test and to check."""
    project = PROJECT["project"]
    named = [
        *PROJECT["build-system"]["requires"],
        *project["dependencies"],
        *(one for name, extra in project["optional-dependencies"].items() if name != "kerberos" for one in extra),
        *(one for name, group in PROJECT["dependency-groups"].items() if name != "kerberos" for one in group),
    ]
    return [Requirement(one) for one in named]


def declared_for_kerberos() -> list[Requirement]:
    """Return what the extra for Kerberos names, and what builds it."""
    named = {*PROJECT["project"]["optional-dependencies"]["kerberos"], *PROJECT["dependency-groups"]["kerberos"]}
    return [Requirement(one) for one in sorted(named)]


@pytest.mark.parametrize(
    ("lock", "named"), [(LOCK, declared()), (KERBEROS, declared_for_kerberos())], ids=["all", "kerberos"]
)
def test_the_lock_pins_what_the_project_names_at_a_version_that_it_allows(lock: str, named: list[Requirement]) -> None:
    for requirement in named:
        pinned = pins(lock).get(canonicalize_name(requirement.name))
        assert pinned, f"{requirement.name} is not in its lock: regenerate it"
        assert requirement.specifier.contains(pinned, prereleases=True), f"{requirement} is locked at {pinned}"


@pytest.mark.parametrize("lock", [LOCK, KERBEROS], ids=["all", "kerberos"])
def test_every_line_of_the_lock_is_a_pin_with_hashes(lock: str) -> None:
    lines = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]

    assert len(lines) == len(pins(lock))


def test_what_kerberos_needs_is_asked_of_nobody_else() -> None:
    assert "gssapi" not in pins(LOCK)
    shared = pins(LOCK).keys() & pins(KERBEROS).keys()
    assert {name: pins(LOCK)[name] for name in shared} == {name: pins(KERBEROS)[name] for name in shared}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_no_lock_names_an_address_to_download_from(path: Path) -> None:
    text = path.read_text()

    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links)\b", text, re.MULTILINE)
