"""How Airflow encrypts variables and connections."""

from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from resolvers.errors import Invalid, Unavailable

_HINT = (
    "Give the key that Airflow uses: AIRFLOW__CORE__FERNET_KEY, [core] fernet_key in airflow.cfg, "
    "or AIRFLOW_GRAPH_FERNET_KEY; after a rotation, new and old keys separated by a comma."
)


@dataclass(frozen=True)
class KeyRing:
    """The Fernet keys of an installation: the first encrypts, all decrypt; without any, text stays text."""

    _fernet: MultiFernet | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, text: str | None) -> "KeyRing":
        """Read `fernet_key` as Airflow writes it: keys separated by commas; Invalid when one is no key."""
        keys = [key for key in (part.strip() for part in (text or "").split(",")) if key]
        try:
            return cls(MultiFernet([Fernet(key) for key in keys]) if keys else None)
        except ValueError:
            raise Invalid(
                "The Fernet key is not one: each is 32 bytes as url-safe base64, 44 characters.",
                field="fernet_key",
                hint=_HINT,
            ) from None

    def __bool__(self) -> bool:
        return self._fernet is not None

    def encrypt(self, text: str) -> tuple[str, bool]:
        """Return what Airflow would store for `text`, and whether that is encrypted."""
        if self._fernet is None:
            return text, False
        return self._fernet.encrypt(text.encode()).decode("ascii"), True

    def decrypt(self, stored: str, *, is_encrypted: bool) -> str:
        """Return the text behind a stored value; Unavailable when the keys do not open it."""
        return self._opened(stored) if is_encrypted else stored

    def read(self, stored: str | None, is_encrypted: bool) -> str | None:  # noqa: FBT001 - a row's two columns
        """Return what `decrypt` does, and nothing for nothing."""
        return None if stored is None else self.decrypt(stored, is_encrypted=is_encrypted)

    def rotate(self, stored: str, *, is_encrypted: bool) -> tuple[str, bool]:
        """Return the same text as the first key encrypts it now; Unavailable as in `decrypt`."""
        return self.encrypt(self.decrypt(stored, is_encrypted=is_encrypted))

    def _opened(self, stored: str) -> str:
        if self._fernet is None:
            raise Unavailable("The value is encrypted, and no Fernet key is known here.", hint=_HINT)
        try:
            return self._fernet.decrypt(stored).decode()
        except (InvalidToken, ValueError):
            raise Unavailable("The value is encrypted with another Fernet key.", hint=_HINT) from None
