"""The port behind which the sheep are kept."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from .sheep import Sheep


class Shed(Protocol):
    """Where the sheep are kept; tests/test_shed.py holds every implementation to this."""

    def add(self, sheep: Sheep) -> bool:
        """Add a sheep; False when its tattoo is already there, and the first sheep stays as it was."""
        ...

    def count(self) -> int:
        """Count all sheep, page by page."""
        ...

    def scan(self) -> Iterator[Sequence[Sheep]]:
        """Read all sheep in no particular order, one page at a time."""
        ...

    def remove(self, tattoo: int) -> bool:
        """Remove a sheep; False when it was not there, as when another wolf was faster."""
        ...
