"""A MySQL server out of Debian's packages: fetched and unpacked once, installed nowhere, run through its own loader."""

import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from tests.live.installing import cache, locked

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# Of Debian's suites, this one alone has MySQL: the others have MariaDB.
SUITE = "sid"
PACKAGE = "mysql-server-core"

# apt with folders of its own, for which nothing is installed: it names, fetches and verifies all that is needed.
APT = """\
Dir "{folder}/";
Dir::State::status "{folder}/status";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
APT::Install-Recommends "false";
APT::Sandbox::User "";
"""
APT_FOLDERS = (
    "etc/apt/apt.conf.d",
    "etc/apt/preferences.d",
    "etc/apt/sources.list.d",
    "var/cache/apt/archives/partial",
    "var/lib/apt/lists/partial",
)

PATIENCE = 60.0
"""Seconds in which the server must have started, on a machine that does much else."""

# What tests do not survive either is not made safe, and nothing is kept that nobody looks at.
HASTE = (
    "--innodb-flush-method=nosync",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=OFF",
    "--innodb-file-per-table=OFF",
    "--innodb-redo-log-capacity=8M",
    "--innodb-buffer-pool-size=64M",
    "--innodb-use-native-aio=OFF",
    "--performance-schema=OFF",
    "--skip-log-bin",
    "--mysqlx=OFF",
)


NOT_THERE = "Debian's MySQL cannot be fetched"
"""Begins the reason of a test that is skipped for that: it could not have run."""


class NotThereError(Exception):
    """Debian's suite has no MySQL today, or cannot be reached."""


def can_be_had() -> bool:
    """Whether this machine has what fetches and unpacks Debian's packages."""
    return KEYRING.exists() and all(map(shutil.which, ("apt-get", "dpkg-deb"))) and _mirror() is not None


def _mirror() -> str | None:
    """Return from where this machine has its Debian packages, none where it is no Debian."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"], capture_output=True, text=True, check=False
    )
    return next((uri for uri in sorted(set(told.stdout.split())) if uri.rstrip("/").endswith("/debian")), None)


class MySQLServer:
    """A running server, reached through a Unix socket by root without a password."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        unpacked = _unpacked()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(unpacked / "data", folder / "data")
        socket = folder / "socket"
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*_program(unpacked / "root", folder / "data"), "--skip-networking", f"--socket={socket}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.url = f"mysql://root@localhost/mysql?unix_socket={socket}"
        self._wait()

    def stop(self) -> None:
        """End it, and remove what it kept."""
        self._process.terminate()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _wait(self) -> None:
        limit = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < limit:
            if b"ready for connections" in self._log.read_bytes():
                return
            time.sleep(0.1)
        self._process.kill()
        raise RuntimeError(f"MySQL did not start:\n{self._log.read_text()}")


def _unpacked() -> Path:
    """Return the folder with what the server needs (`root`) and what it begins with (`data`), made where missing."""
    folder = cache() / "mysql"
    with locked(cache() / "mysql.lock"):
        if not (folder / ".complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            for package in _fetched(folder / "apt"):
                _run(["dpkg-deb", "--extract", str(package), str(folder / "root")])
            shutil.rmtree(folder / "apt")
            _run([*_program(folder / "root", folder / "data"), "--initialize-insecure"])
            (folder / ".complete").touch()
    return folder


def _fetched(folder: Path) -> list[Path]:
    """Return the server's package, and all that it depends on."""
    for name in APT_FOLDERS:
        folder.joinpath(name).mkdir(parents=True)
    folder.joinpath("status").touch()
    source = f"deb [signed-by={KEYRING}] {_mirror()} {SUITE} main\n"
    folder.joinpath("etc/apt/sources.list").write_text(source)
    configuration = folder / "apt.conf"
    configuration.write_text(APT.format(folder=folder))
    environment = {**os.environ, "APT_CONFIG": str(configuration)}
    try:
        _run(["apt-get", "update"], environment)
        _run(["apt-get", "install", "--yes", "--download-only", PACKAGE], environment)
    except RuntimeError as error:
        raise NotThereError(f"{NOT_THERE}: {error}") from error
    return sorted(folder.glob("var/cache/apt/archives/*.deb"))


def _program(root: Path, data: Path) -> list[str]:
    """Return how the server is called, with the libraries that it came with: they may be newer than the system's."""
    usr = root / "usr"
    [loader] = usr.glob("lib*/ld-linux-*.so.*")
    [libraries] = usr.glob("lib/*-linux-gnu")
    return [
        *(str(loader), "--library-path", str(libraries), str(usr / "sbin" / "mysqld")),
        "--no-defaults",
        f"--basedir={usr}",
        f"--datadir={data}",
        f"--lc-messages-dir={usr / 'share' / 'mysql'}",
        f"--character-sets-dir={usr / 'share' / 'mysql' / 'charsets'}",
        f"--plugin-dir={usr / 'lib' / 'mysql' / 'plugin'}",
        f"--pid-file={data / 'pid'}",
        "--secure-file-priv=NULL",
        *HASTE,
        *(["--user=root"] if os.geteuid() == 0 else []),
    ]


def _run(command: list[str], environment: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:2])} failed:\n{done.stdout}{done.stderr}")
