"""How much of what may be of any length a request may still read."""

from dataclasses import dataclass

from resolvers.errors import TooExpensive


@dataclass
class Allowance:
    """The bytes that a request may read of values whose columns set them no limit, and has read."""

    most: int
    read: int = 0

    def spend(self, size: int) -> None:
        """Take what was read off; raises TooExpensive where that is more than there was."""
        self.read += size
        if self.read > self.most:
            raise TooExpensive(
                f"This answer needs more than {self.most:,} bytes of long values, such as configurations.",
                hint="Ask for smaller pages, or leave out fields such as `conf`.",
            )
