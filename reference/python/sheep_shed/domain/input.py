"""How rejected input is quoted, and the one way to read a whole number from text."""

import json
import re

from .errors import ErrorCode, ShedError

_MAX_QUOTED = 40
_WHOLE_NUMBER = re.compile(r"[0-9]{1,15}")


def quote(value: object) -> str:
    """Quote a rejected value as JSON for a message: `got "abc"`, at most 40 characters of it."""
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value)
    if len(text) > _MAX_QUOTED:
        text = text[:_MAX_QUOTED] + "…"
    return json.dumps(text, ensure_ascii=False)


def parse_whole_number(name: str, value: object) -> int:
    """Read a whole number from its 1 to 15 ASCII digits.

    Raises ShedError INVALID_INPUT, naming `name`, on anything else.
    """
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    raise ShedError(
        ErrorCode.INVALID_INPUT,
        f"{name} must be a whole number of 1 to 15 digits, given once; got {quote(value)}",
    )
