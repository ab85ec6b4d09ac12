"""Counts the sheep; knows no host."""

from collections.abc import Mapping
from typing import NamedTuple

from ...domain.shed import Shed


class Context(NamedTuple):
    """What this function reaches the world through."""

    shed: Shed


def run(_event: Mapping[str, object], context: Context) -> dict[str, int]:
    """Count the sheep in the shed."""
    return {"count": context.shed.count()}
