"""Static tokens as the settings spell them: who holds each, by its digest, and what that caller may do."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from resolvers.errors import Invalid
from resolvers.settings import PREFIX, Role, Settings

DIGEST = "sha256:"
"""What a token begins with that is not told itself: 64 hexadecimal digits of its digest follow."""

_HINT = (
    f"Write name:role:token, the role one of {', '.join(Role)}, or name:role@dag+dag:token for some DAGs alone; "
    f"{DIGEST} and a digest may stand for the token, as 'airflow-graph token' makes it. Commas or white space "
    "between several."
)

_NAME = re.compile(r"[^\s:,#]+")
# What Airflow lets an id of a DAG be.
_DAG_ID = re.compile(r"[\w.-]+")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StaticToken:
    """One token: the name that audit rows get, the role, the DAGs where it is not for all, and the token's digest."""

    name: str
    role: Role
    dags: frozenset[str] | None
    digest: bytes = field(repr=False)


@dataclass(frozen=True)
class NewToken:
    """A token that was just made: what its holder presents, and the entry for the settings, which does not tell it."""

    value: str = field(repr=False)
    entry: str


def digest_of(token: str) -> bytes:
    """Return the digest by which a token is known. It needs no salt: no token of `new_token` can be guessed."""
    return sha256(token.encode()).digest()


def new_token(name: str, role: Role, dags: Iterable[str] = ()) -> NewToken:
    """Return a new token for somebody; Invalid where an entry could not spell them."""
    if not _NAME.fullmatch(name):
        raise Invalid(f"{name!r} cannot be the name of a caller.", hint="Leave out white space, commas, : and #.")
    wrong = [dag for dag in dags if not _DAG_ID.fullmatch(dag)]
    if wrong:
        raise Invalid(
            f"{wrong[0]!r} is no id of a DAG.", hint="Ids have letters, digits, dashes, dots and underscores."
        )
    value = secrets.token_urlsafe(32)
    limit = "@" + "+".join(dags) if dags else ""
    return NewToken(value, f"{name}:{role}{limit}:{DIGEST}{digest_of(value).hex()}")


def static_tokens(settings: Settings) -> tuple[StaticToken, ...]:
    """Return the tokens of `tokens` and `tokens_file`; Invalid, never with a token, when one is malformed."""
    entries: list[str] = []
    if settings.tokens is not None:
        entries += _entries(settings.tokens.get_secret_value())
    if settings.tokens_file is not None:
        try:
            text = settings.tokens_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise Invalid(
                f"The file of tokens {settings.tokens_file} cannot be read.",
                field="tokens_file",
                hint=f"Check {PREFIX}TOKENS_FILE, and that this user may read the file.",
            ) from None
        entries += _entries(re.sub(r"(?m)(^|\s)#.*$", "", text))
    tokens = tuple(_token(entry, number) for number, entry in enumerate(entries, start=1))
    _refuse_shared(tokens)
    return tokens


def _entries(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _token(entry: str, number: int) -> StaticToken:
    name, _, rest = entry.partition(":")
    told, _, value = rest.partition(":")
    role, limit, dags = told.partition("@")
    named = frozenset(dags.split("+")) if limit else None
    understood = name and value and role.lower() in set(Role) and all(map(_DAG_ID.fullmatch, named or ()))
    # An entry that is not understood may be a token alone: neither it nor a part of it is told.
    if not understood:
        raise Invalid(f"Entry {number} of the tokens is not name:role:token.", field="tokens", hint=_HINT)
    if not value.startswith(DIGEST):
        return StaticToken(name, Role(role.lower()), named, digest_of(value))
    digest = value.removeprefix(DIGEST).lower()
    if not _HEX.fullmatch(digest):
        raise Invalid(
            f"Entry {number} of the tokens has a digest that is not one of SHA-256.", field="tokens", hint=_HINT
        )
    return StaticToken(name, Role(role.lower()), named, bytes.fromhex(digest))


def _refuse_shared(tokens: tuple[StaticToken, ...]) -> None:
    holders: dict[bytes, StaticToken] = {}
    for token in tokens:
        other = holders.setdefault(token.digest, token)
        if other.name != token.name:
            raise Invalid(
                f"{other.name} and {token.name} hold the same token.",
                field="tokens",
                hint="Give each caller a token of its own.",
            )
        if other != token:
            raise Invalid(
                f"{token.name} holds one token with different rights.",
                field="tokens",
                hint="Name each token once, with all DAGs that it is for: name:role@dag+dag:token.",
            )
