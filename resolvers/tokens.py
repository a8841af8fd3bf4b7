"""Static bearer tokens as the settings spell them: who holds each, and what that caller may do."""

import re
from dataclasses import dataclass

from pydantic import SecretStr

from resolvers.errors import Invalid
from resolvers.settings import PREFIX, Role, Settings

_HINT = f"Write name:role:token, the role one of {', '.join(Role)}; commas or white space between several."


@dataclass(frozen=True)
class StaticToken:
    """One token: the name that audit rows get, the role, and the text that the caller presents."""

    name: str
    role: Role
    value: SecretStr


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
    role, _, value = rest.partition(":")
    # An entry that is not understood may be a token alone: neither it nor a part of it is told.
    if not (name and value and role.lower() in set(Role)):
        raise Invalid(f"Entry {number} of the tokens is not name:role:token.", field="tokens", hint=_HINT)
    return StaticToken(name, Role(role.lower()), SecretStr(value))


def _refuse_shared(tokens: tuple[StaticToken, ...]) -> None:
    holders: dict[str, str] = {}
    for token in tokens:
        other = holders.setdefault(token.value.get_secret_value(), token.name)
        if other != token.name:
            raise Invalid(
                f"{other} and {token.name} hold the same token.",
                field="tokens",
                hint="Give each caller a token of its own.",
            )
