"""A sheep, its tattoo and its weight."""

import re
from collections.abc import Callable
from typing import NamedTuple

from .errors import ErrorCode, ShedError
from .input import quote

MAX_TATTOO = 2**64 - 1
"""The largest tattoo; the smallest is 0."""

MIN_WEIGHT = 80_000_000_000
"""The lightest weight of a sheep in micrograms (80 kg)."""

MAX_WEIGHT = 160_000_000_000
"""The heaviest weight of a sheep in micrograms (160 kg)."""

_DIGITS = re.compile(r"[0-9]{1,20}")


class Sheep(NamedTuple):
    """A sheep: `tattoo` is its unique unsigned 64-bit number, `weight` is in micrograms."""

    tattoo: int
    weight: int


def parse_tattoo(value: object) -> int:
    """Read a tattoo from its 1 to 20 ASCII digits; leading zeros name the same sheep.

    Raises ShedError INVALID_INPUT on anything else or above MAX_TATTOO.
    """
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        tattoo = int(value)
        if tattoo <= MAX_TATTOO:
            return tattoo
    raise ShedError(
        ErrorCode.INVALID_INPUT,
        f"tattoo must be 1 to 20 digits, from 0 to {MAX_TATTOO}; got {quote(value)}",
    )


def draw_weight(random: Callable[[], float]) -> int:
    """Draw a weight uniformly from MIN_WEIGHT to MAX_WEIGHT micrograms, both included.

    `random` is uniform in [0, 1); its 53 random bits exceed the 2^36.2 possible weights.
    """
    return MIN_WEIGHT + int(random() * (MAX_WEIGHT - MIN_WEIGHT + 1))
