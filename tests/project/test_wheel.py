"""The wheel holds both packages whole, and is all that a machine needs to run the commands."""

import subprocess
import sys
import zipfile
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("graph", "resolvers")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """Install it in an environment of its own, with what it says that it needs, at the locked versions."""
    venv = tmp_path_factory.mktemp("fresh") / "venv"
    uv = [sys.executable, "-m", "uv", "--quiet"]
    subprocess.run([*uv, "venv", "--python", sys.executable, venv], check=True)
    subprocess.run([*uv, "pip", "install", "--python", venv, "-c", ROOT / "requirements.lock", wheel], check=True)
    return venv


def command(venv: Path, *words: str) -> str:
    """Run the console script outside of the checkout; return what it prints."""
    script = venv / "bin" / "airflow-graph"
    return subprocess.run([script, *words], cwd=venv, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
def test_the_wheel_holds_both_packages_whole_and_nothing_else(wheel: Path) -> None:
    ours = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    names = zipfile.ZipFile(wheel).namelist()

    assert {name for name in names if ".dist-info/" not in name} == ours
    assert ours >= {f"{package}/py.typed" for package in PACKAGES}


@pytest.mark.slow
def test_the_wheel_carries_its_licence_and_the_readme(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [licence] = [name for name in archive.namelist() if name.endswith("/LICENSE")]
        [metadata] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        told = BytesHeaderParser().parsebytes(archive.read(metadata))

        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
        assert told["License-Expression"] == "Apache-2.0"
        assert told["Description-Content-Type"] == "text/markdown"


@pytest.mark.slow
def test_an_environment_with_the_wheel_alone_has_the_commands(fresh: Path) -> None:
    told = command(fresh, "--help")

    for word in ("serve", "demo", "check", "schema"):
        assert f"\n  {word} " in told


@pytest.mark.slow
def test_an_environment_with_the_wheel_alone_prints_the_schema(fresh: Path) -> None:
    assert command(fresh, "schema") == (ROOT / "schema.graphql").read_text()
