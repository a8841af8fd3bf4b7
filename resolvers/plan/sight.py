"""How values that are kept secret are opened, and for whom they are hidden."""

from collections.abc import Callable
from dataclasses import dataclass

from resolvers.access.scopes import Scopes
from resolvers.binding import Secrecy
from resolvers.errors import Problem
from resolvers.masking import Masking
from resolvers.plan.numbers import Numbers

# From a stored text, and whether that is encrypted, to the text in the clear.
Decrypt = Callable[[str | None, bool], object]

# From a value, and its name where it has one, to what those see of it who may not see all.
Hide = Callable[[object, str | None], object]


@dataclass(frozen=True)
class Secrets:
    """An installation's keys, its rules for sensitive names, and how its cursors hide what the database counted."""

    decrypt: Decrypt
    masking: Masking
    numbers: Numbers

    def opened(self, value: str | None, flag: bool) -> object:  # noqa: FBT001 - a row's two columns
        """Return a text in the clear, or the refusal: one unreadable value must not hide the others."""
        try:
            return self.decrypt(value, flag)
        except Problem as problem:
            return problem

    def hiding(self, secrecy: Secrecy) -> Hide:
        """Return what hides the secrets of values of this kind."""
        masking = self.masking

        def hide(value: object, name: str | None) -> object:
            if not isinstance(value, str) or secrecy is Secrecy.JSON:
                return masking.mask(value, name or "")
            return masking.mask_document(value) if secrecy is Secrecy.DOCUMENT else masking.mask_text(value, name or "")

        return hide


@dataclass(frozen=True)
class Sight:
    """What one actor sees of secrets."""

    secrets: Secrets
    scopes: Scopes
