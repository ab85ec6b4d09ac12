"""Rewrites A(m, n) until a number is left; knows no host."""

from collections.abc import Mapping
from typing import NamedTuple

from ...domain.ackermann import ackermann
from ...domain.input import parse_whole_number


class Context(NamedTuple):
    """The limit of rewriting steps, above which the cat does not begin."""

    max_steps: int


def run(event: Mapping[str, object], context: Context) -> dict[str, int]:
    """Compute A(m, n) of the fields `m` and `n`.

    Raises ShedError INVALID_INPUT or CAT_WOULD_NOT_FINISH.
    """
    m = parse_whole_number("m", event.get("m"))
    n = parse_whole_number("n", event.get("n"))
    return {"result": ackermann(m, n, context.max_steps)}
