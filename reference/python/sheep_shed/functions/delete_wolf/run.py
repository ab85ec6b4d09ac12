"""Removes the heaviest sheep of prime weight; knows no host."""

from collections.abc import Mapping
from typing import NamedTuple

from ...domain.shed import Shed
from ...domain.wolf import eat_heaviest_prime


class Context(NamedTuple):
    """What this function reaches the world through."""

    shed: Shed


def run(_event: Mapping[str, object], context: Context) -> None:
    """Let the wolf eat.

    Raises ShedError NO_FITTING_SHEEP.
    """
    eat_heaviest_prime(context.shed)
