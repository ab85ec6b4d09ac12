"""The only error class of the functions."""

from enum import Enum


class ErrorCode(str, Enum):
    """Every way in which a function can fail on purpose; each wrapper maps each code."""

    INVALID_INPUT = "INVALID_INPUT"
    SHEEP_ALREADY_IN_SHED = "SHEEP_ALREADY_IN_SHED"
    NO_FITTING_SHEEP = "NO_FITTING_SHEEP"
    CAT_WOULD_NOT_FINISH = "CAT_WOULD_NOT_FINISH"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class ShedError(Exception):
    """An explained failure whose message may be shown to the caller."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
