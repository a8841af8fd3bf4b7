"""Real Kerberos realms: MIT's KDC on a free port of this machine, in a folder of its own."""

import os
import shutil
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

REALM, OTHER_REALM = "OURS.EXAMPLE", "THEIRS.EXAMPLE"

_SYSTEM = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"
_PROGRAMS = ("krb5kdc", "kdb5_util", "kadmin.local", "kinit")


def missing() -> list[str]:
    """Return what is not here of what a realm and its callers need."""
    programs = [name for name in _PROGRAMS if not shutil.which(name, path=_SYSTEM)]
    return programs + ([] if find_spec("gssapi") else ["the Python package gssapi"])


@dataclass(frozen=True)
class Kdc:
    """A KDC of two realms that trust each other."""

    folder: Path

    def environ(self, *, clock_skew: int = 300) -> dict[str, str]:
        """Return what a process needs to be told to meet these realms and no other."""
        return {
            "KRB5_CONFIG": str(self.folder / f"krb5-{clock_skew}.conf"),
            "KRB5_KDC_PROFILE": str(self.folder / "kdc.conf"),
            "KRB5RCACHENAME": f"file2:{self.folder / 'replays'}",
        }

    def add(self, *principals: str, realm: str = REALM, password: str | None = None) -> None:
        """Add principals, with random keys unless a password is told."""
        for principal in principals:
            self.administer(realm, "addprinc", *(["-pw", password] if password else ["-randkey"]), principal)

    def keytab(self, *principals: str, realm: str = REALM) -> Path:
        """Return a file with the keys of these principals."""
        file = self.folder / f"{len(list(self.folder.glob('*.keytab')))}.keytab"
        self.administer(realm, "ktadd", "-norandkey", "-k", str(file), *principals)
        return file

    def tickets(self, principal: str, *, realm: str = REALM, life: str = "1h") -> str:
        """Log somebody in; return the cache that holds their tickets."""
        cache = f"FILE:{self.folder / f'{len(list(self.folder.iterdir()))}.cache'}"
        keytab = str(self.keytab(principal, realm=realm))
        self.run("kinit", "-k", "-t", keytab, "-c", cache, "-l", life, f"{principal}@{realm}")
        return cache

    def administer(self, realm: str, *command: str) -> None:
        """Run a command of kadmin."""
        self.run("kadmin.local", "-r", realm, *command)

    def run(self, program: str, *arguments: str) -> None:
        """Run a program over these realms."""
        told = [str(shutil.which(program, path=_SYSTEM)), *arguments]
        done = subprocess.run(told, env={**os.environ, **self.environ()}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{program}: {done.stdout} {done.stderr}"


@dataclass
class Caller:
    """Somebody with tickets, on their way to a service."""

    cache: str
    service: str = "HTTP@localhost"

    def __post_init__(self) -> None:
        gssapi: Any = import_module("gssapi")
        name = gssapi.Name(self.service, gssapi.NameType.hostbased_service)
        mine = gssapi.Credentials(usage="initiate", store={"ccache": self.cache})
        spnego = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
        mutual = gssapi.RequirementFlag.mutual_authentication
        self.context: Any = gssapi.SecurityContext(name=name, creds=mine, mech=spnego, flags=mutual, usage="initiate")

    def header(self) -> tuple[str, str]:
        """Return the header that presents a ticket, a new one each time of a caller."""
        return "Authorization", f"Negotiate {b64encode(self.context.step()).decode()}"


@contextmanager
def running(folder: Path) -> Iterator[Kdc]:
    """Run a KDC until the end of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _configure(folder, port)
    kdc = Kdc(folder)
    for realm in (REALM, OTHER_REALM):
        kdc.run("kdb5_util", "-r", realm, "create", "-s", "-P", "master", "-W")
        kdc.add(f"krbtgt/{REALM}@{OTHER_REALM}", realm=realm, password="between")
    command = [str(shutil.which("krb5kdc", path=_SYSTEM)), "-n", "-r", REALM, "-r", OTHER_REALM]
    with (folder / "kdc.out").open("w") as output:
        process = subprocess.Popen(command, env={**os.environ, **kdc.environ()}, stdout=output, stderr=output)
    try:
        _wait_for(port, process)
        yield kdc
    finally:
        process.terminate()
        process.wait(30)


def _configure(folder: Path, port: int) -> None:
    realms = (REALM, OTHER_REALM)
    addresses = "".join(f"{realm} = {{\nkdc = 127.0.0.1:{port}\n}}\n" for realm in realms)
    for clock_skew in (1, 300):
        (folder / f"krb5-{clock_skew}.conf").write_text(
            f"[libdefaults]\ndefault_realm = {REALM}\ndns_lookup_kdc = false\ndns_lookup_realm = false\n"
            f"dns_canonicalize_hostname = false\nrdns = false\nudp_preference_limit = 1\nclockskew = {clock_skew}\n"
            f"[realms]\n{addresses}[domain_realm]\nlocalhost = {REALM}\nelsewhere.example = {REALM}\n"
        )
    kept = "".join(
        f"{realm} = {{\ndatabase_name = {folder / realm}\nkey_stash_file = {folder / realm}.stash\n"
        f"acl_file = {folder}/acl\nmax_life = 1h\n}}\n"
        for realm in realms
    )
    (folder / "kdc.conf").write_text(
        f"[kdcdefaults]\nkdc_listen = 127.0.0.1:{port}\nkdc_tcp_listen = 127.0.0.1:{port}\n"
        f"[realms]\n{kept}[logging]\nkdc = FILE:{folder}/kdc.log\nadmin_server = FILE:{folder}/kadmin.log\n"
    )


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        assert process.poll() is None, "the KDC ended"
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the KDC did not start")
