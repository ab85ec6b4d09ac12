"""The settings that the functions read from their environment."""

import re
from collections.abc import Mapping

from .domain.input import quote

_LARGEST_MAX_STEPS = 4_000_000_000


def table_name(environ: Mapping[str, str]) -> str:
    """Return the name of the DynamoDB table from SHEEP_SHED_TABLE.

    Raises ValueError when it is missing or no name that DynamoDB allows.
    """
    allowed = 'a table name of 3 to 255 letters, digits, "_", "." and "-"'
    value = environ.get("SHEEP_SHED_TABLE")
    if value is None:
        raise ValueError(f"SHEEP_SHED_TABLE is missing: it must be {allowed}")
    if not re.fullmatch(r"[A-Za-z0-9_.-]{3,255}", value):
        raise ValueError(f"SHEEP_SHED_TABLE must be {allowed}; got {quote(value)}")
    return value


def max_steps(environ: Mapping[str, str]) -> int:
    """Return how many rewriting steps the cat may take, from CAT_MAX_STEPS; 20 000 000 without it.

    Raises ValueError on anything but a whole number from 1 to 4 000 000 000, as in every stack.
    """
    value = environ.get("CAT_MAX_STEPS", "20000000")
    steps = int(value) if re.fullmatch(r"[0-9]{1,11}", value) else 0
    if not 1 <= steps <= _LARGEST_MAX_STEPS:
        raise ValueError(
            f"CAT_MAX_STEPS must be a whole number from 1 to {_LARGEST_MAX_STEPS}; got {quote(value)}"
        )
    return steps
