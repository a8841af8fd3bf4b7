"""Kerberos tickets, as browsers and scripts send them by `Authorization: Negotiate` (SPNEGO)."""

import importlib
import logging
from base64 import b64decode, b64encode
from dataclasses import dataclass, replace
from typing import Any

from resolvers.access.actor import Actor
from resolvers.access.credentials import Credentials
from resolvers.access.fab import FabUsers
from resolvers.access.method import Installation
from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Invalid, Unauthenticated, Unsupported

log = logging.getLogger("airflow_graph")


@dataclass(frozen=True)
class Principal:
    """Somebody, or some service, as Kerberos calls them: `alice@EXAMPLE.ORG`, `HTTP/host@EXAMPLE.ORG`."""

    name: str
    realm: str

    @classmethod
    def parse(cls, text: str) -> "Principal":
        """Return the principal that is written so; ValueError where characters of it had to be escaped."""
        name, _, realm = text.partition("@")
        if not name or not realm or "@" in realm or "\\" in text:
            raise ValueError(text)
        return cls(name, realm)

    def __str__(self) -> str:
        return f"{self.name}@{self.realm}"


@dataclass(frozen=True)
class Kerberos:
    """Tickets for the services that are named here, of whichever host, whose keys the keytab has.

    `gssapi` is that package, which only those need who use this.
    """

    gssapi: Any
    keys: Any
    services: frozenset[str]
    users: FabUsers
    challenge: str = "Negotiate"

    @classmethod
    def of(cls, installation: Installation) -> "Kerberos":
        """Return what takes tickets by the keytab that Airflow uses; `Invalid` where something for it is missing."""
        users = FabUsers.of(installation, method="kerberos")
        if not users.are_there:
            raise Unsupported(
                "This Airflow has no users whom Kerberos could name: its database has no table ab_user.",
                hint="Leave kerberos out of AIRFLOW_GRAPH_AUTHENTICATION.",
            )
        gssapi = _gssapi()
        keytab, source = _keytab(installation.config)
        try:
            keys = gssapi.Credentials(usage="accept", store={"keytab": keytab})
        except gssapi.exceptions.GSSError as error:
            raise Invalid(
                f"The keytab {keytab}, from {source}, cannot be used: {_told(error)}",
                field="authentication",
                hint="Check that this user may read the file, and that it has keys: klist -k.",
            ) from None
        return cls(gssapi, keys, frozenset(installation.settings.kerberos_services), users)

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return Airflow's user whose ticket this is; `Unauthenticated` where it is not good, or nobody's."""
        scheme, value = credentials.authorization
        if scheme != self.challenge.lower():
            return None
        caller, service, proof = self._accepted(value)
        if service.name.partition("/")[0] not in self.services:
            raise self._refusal(f"The ticket is for {service}.")
        found = self._user(caller, service.realm)
        if found is None:
            raise self._refusal(f"{caller} is no user of Airflow's.")
        # So that the caller, too, knows with whom they speak.
        told = {"WWW-Authenticate": f"{self.challenge} {b64encode(proof).decode()}"} if proof else {}
        return replace(found, answer_headers=told)

    def _accepted(self, value: str) -> tuple[Principal, Principal, bytes | None]:
        """Return whose ticket it is, for which service, and what proves to them that we could read it."""
        try:
            context = self.gssapi.SecurityContext(creds=self.keys, usage="accept")
            proof: bytes | None = context.step(b64decode(value, validate=True))
            if not context.complete:
                raise self._refusal("The ticket takes more than one message.")
            return Principal.parse(str(context.initiator_name)), Principal.parse(str(context.target_name)), proof
        except self.gssapi.exceptions.GSSError as error:
            log.warning("Kerberos ticket refused", extra={"fields": {"reason": _told(error)}})
            raise self._refusal("The ticket is not good: it may be over, used before, or for somebody else.") from None
        except ValueError:
            raise self._refusal("This is no ticket.") from None

    def _user(self, caller: Principal, realm: str) -> Actor | None:
        """Return the user who has the principal for a name; or, where it is of our realm, what stands before that.

        The same name in another realm may be somebody else's, and so may a principal that reads as an address.
        """
        names = [str(caller), *([caller.name] if caller.realm == realm else [])]
        found = ((name, self.users.by_name(name)) for name in names)
        return next((actor for name, actor in found if actor and actor.name.lower() == name.lower()), None)

    def _refusal(self, detail: str) -> Unauthenticated:
        return Unauthenticated(detail, hint="Get a ticket by kinit, and send it to a name that the keytab has.")


def _gssapi() -> Any:  # noqa: ANN401 - it is not installed for most
    try:
        return importlib.import_module("gssapi")
    except ImportError as error:
        raise Invalid(
            f"Kerberos needs the package gssapi, which cannot be imported: {error}.",
            field="authentication",
            hint="pip install 'airflow-graph[kerberos]', which needs a C compiler and the headers of Kerberos "
            "(Debian: gcc and libkrb5-dev).",
        ) from None


def _keytab(config: AirflowConfig) -> tuple[str, str]:
    """Return the keytab, and where it is named; Airflow, too, asks the variable first."""
    told = config.environ.get("KRB5_KTNAME")
    if told:
        return told, "KRB5_KTNAME"
    found = config.find("kerberos", "keytab")
    if found is None or not found.value:
        raise Invalid(
            "Nothing says where the keytab is.",
            field="authentication",
            hint="Set AIRFLOW__KERBEROS__KEYTAB, [kerberos] keytab of airflow.cfg, or KRB5_KTNAME.",
        )
    return found.value, found.source


def _told(error: Exception) -> str:
    """Return what Kerberos says of an error, in one line; it names no secrets."""
    return " ".join(str(error).split())
