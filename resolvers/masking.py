"""Which values are secret by their names, and how they are hidden: Airflow's rules for sensitive keys."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MASK = "***"

# A value is masked when its name contains one of these: as of Airflow 2.11, and what 3.x added.
_SENSITIVE_2 = (
    "access_token",
    "api_key",
    "apikey",
    "authorization",
    "keyfile_dict",
    "passphrase",
    "passwd",
    "password",
    "private_key",
    "proxies",
    "proxy",
    "secret",
    "service_account",
    "token",
)
_SENSITIVE_3 = (
    *_SENSITIVE_2,
    "access_key",
    "auth_header",
    "bearer",
    "connection_string",
    "dsn",
    "service_key",
    "webhook_url",
)

# What lies deeper is hidden: nobody looks there, and Python's own stack would end.
_DEEPEST = 100

_NO_WORD = re.compile(r"\W+")


@dataclass(frozen=True)
class Masking:
    """One installation's rules: `names` are parts of names that say that a value is secret.

    `hides` is false where the installation switched masking off. Airflow 3 takes `api-key` for `api_key`: `normalizes`.
    """

    names: tuple[str, ...]
    normalizes: bool = True
    hides: bool = True

    @classmethod
    def of(cls, airflow: Literal[2, 3], *, also: str | None = None, hides: bool = True) -> "Masking":
        """Return the rules of an Airflow; `also` is `[core] sensitive_var_conn_names`, names between commas."""
        own = (name.strip().lower() for name in (also or "").split(","))
        known = _SENSITIVE_2 if airflow == 2 else _SENSITIVE_3
        return cls((*known, *filter(None, own)), normalizes=airflow == 3, hides=hides)

    def is_sensitive(self, name: str) -> bool:
        """Say whether what has this name is masked: a variable, or a key inside of JSON."""
        if not self.hides:
            return False
        lowered = name.strip().lower()
        if self.normalizes:
            lowered = _NO_WORD.sub("_", lowered)
        return any(part in lowered for part in self.names)

    def mask(self, value: object, name: str = "") -> object:
        """Return a JSON value in which what telling names declare secret is hidden, at any depth.

        `name` is that of the value itself. Under a sensitive one all texts and numbers are hidden; the keys, what is
        yes or no, and null tell nothing, and stay. (Airflow lets numbers stay too.)
        """
        return self._masked(value, 0, hidden=self.is_sensitive(name))

    def mask_text(self, text: str, name: str = "") -> str:
        """Return a text with its secrets hidden: as a whole under a sensitive name, else inside, where it is JSON.

        A text without any comes back as it was written.
        """
        if self.is_sensitive(name):
            return MASK
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return text
        masked = self.mask(value)
        return text if masked == value else json.dumps(masked)

    def mask_document(self, text: str) -> str:
        """Return a text that ought to be a JSON object, such as a connection's `extra`, with its secrets hidden.

        One that is no object has no names that could tell, and is hidden as a whole.
        """
        try:
            is_document = isinstance(json.loads(text), dict)
        except (ValueError, RecursionError):
            is_document = False
        if not is_document and self.hides:
            return MASK if text else text
        return self.mask_text(text)

    def _masked(self, value: object, depth: int, *, hidden: bool) -> object:
        if value is None or isinstance(value, bool):
            return value
        if depth > _DEEPEST:
            return MASK
        if isinstance(value, Mapping):
            return {
                key: self._masked(inner, depth + 1, hidden=hidden or self.is_sensitive(str(key)))
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._masked(inner, depth + 1, hidden=hidden) for inner in value]
        return MASK if hidden else value
