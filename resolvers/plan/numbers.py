"""Numbers that a database counts over all DAGs, as cursors hold them: the gaps between them would tell of others."""

from hashlib import blake2b

_HALF = 32
_LOW = (1 << _HALF) - 1
_ROUNDS = 4
# No table of Airflow's has counted so far. Of numbers that somebody made up, hardly any comes out below it.
_MOST = 1 << 40


class Numbers:
    """Turns numbers into others and back by a key: a network of Feistel's over 64 bits."""

    def __init__(self, key: bytes) -> None:
        self._key = blake2b(key, digest_size=32).digest()

    def hidden(self, number: object) -> object:
        """Return what a cursor holds instead of a number; what is none stays."""
        if not isinstance(number, int):
            return number
        left, right = number >> _HALF & _LOW, number & _LOW
        for turn in range(_ROUNDS):
            left, right = right, left ^ self._mixed(turn, right)
        return left << _HALF | right

    def shown(self, hidden: int) -> int:
        """Return the number that a cursor holds; `ValueError` where it holds none."""
        if not 0 <= hidden < 1 << 2 * _HALF:
            raise ValueError(hidden)
        left, right = hidden >> _HALF, hidden & _LOW
        for turn in reversed(range(_ROUNDS)):
            left, right = right ^ self._mixed(turn, left), left
        number = left << _HALF | right
        if number >= _MOST:
            raise ValueError(hidden)
        return number

    def _mixed(self, turn: int, half: int) -> int:
        told = half.to_bytes(4, "little") + bytes((turn,))
        return int.from_bytes(blake2b(told, key=self._key, digest_size=4).digest(), "little")
