"""Adds a sheep of random weight; knows no host."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from ...domain.errors import ErrorCode, ShedError
from ...domain.shed import Shed
from ...domain.sheep import Sheep, draw_weight, parse_tattoo


class Context(NamedTuple):
    """What this function reaches the world through; `random` is uniform in [0, 1)."""

    shed: Shed
    random: Callable[[], float]


def run(event: Mapping[str, object], context: Context) -> dict[str, int]:
    """Add the sheep that `tattoo` names and return it.

    Raises ShedError INVALID_INPUT or SHEEP_ALREADY_IN_SHED.
    """
    sheep = Sheep(parse_tattoo(event.get("tattoo")), draw_weight(context.random))
    if not context.shed.add(sheep):
        raise ShedError(ErrorCode.SHEEP_ALREADY_IN_SHED, f"sheep {sheep.tattoo} is already in the shed")
    return {"tattoo": sheep.tattoo, "weight": sheep.weight}
