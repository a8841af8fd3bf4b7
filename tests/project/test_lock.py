"""What is installed for a test run is pinned: every dependency, by version and hash, from wherever pip looks."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
LOCKS = (ROOT / "requirements.lock", *sorted((ROOT / "tests" / "live" / "requirements").glob("*.txt")))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# name==version, perhaps for some platforms only, and at least one hash.
_PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>\S+)(?: ; [^\\\n]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+",
    re.MULTILINE,
)
PINS = {canonicalize_name(pin["name"]): pin["version"] for pin in _PIN.finditer(LOCK)}


def declared() -> list[Requirement]:
    """Return everything that pyproject.toml names: to run, to build, for each extra, to test and to check."""
    project = PROJECT["project"]
    named = [
        *PROJECT["build-system"]["requires"],
        *project["dependencies"],
        *(one for extra in project["optional-dependencies"].values() for one in extra),
        *(one for group in PROJECT["dependency-groups"].values() for one in group),
    ]
    return [Requirement(one) for one in named]


def test_the_lock_pins_what_the_project_names_at_a_version_that_it_allows() -> None:
    for requirement in declared():
        pinned = PINS.get(canonicalize_name(requirement.name))
        assert pinned, f"{requirement.name} is not in requirements.lock: regenerate it"
        assert requirement.specifier.contains(pinned, prereleases=True), f"{requirement} is locked at {pinned}"


def test_every_line_of_the_lock_is_a_pin_with_hashes() -> None:
    lines = [line for line in LOCK.splitlines() if line and not line.startswith((" ", "#"))]

    assert len(lines) == len(PINS) == len(set(PINS))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_no_lock_names_an_address_to_download_from(path: Path) -> None:
    text = path.read_text()

    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links)\b", text, re.MULTILINE)
