"""The shed in the memory of one process, for tests."""

from collections.abc import Iterator, Sequence

from ..domain.sheep import Sheep


class MemoryShed:
    """A Shed in a dictionary; a scan reads pages of a snapshot."""

    def __init__(self, page_size: int = 1_000) -> None:
        self._weights: dict[int, int] = {}
        self._page_size = page_size

    def add(self, sheep: Sheep) -> bool:
        """Add a sheep unless its tattoo is there."""
        if sheep.tattoo in self._weights:
            return False
        self._weights[sheep.tattoo] = sheep.weight
        return True

    def count(self) -> int:
        """Count all sheep."""
        return len(self._weights)

    def scan(self) -> Iterator[Sequence[Sheep]]:
        """Read all sheep page by page."""
        sheep = [Sheep(tattoo, weight) for tattoo, weight in self._weights.items()]
        for start in range(0, len(sheep), self._page_size):
            yield sheep[start : start + self._page_size]

    def remove(self, tattoo: int) -> bool:
        """Remove a sheep if it is there."""
        return self._weights.pop(tattoo, None) is not None
