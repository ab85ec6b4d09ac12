"""The log: one JSON object a line on standard output, which Lambda sends to CloudWatch Logs."""

import json
import sys
from traceback import format_exception


def log_error(message: str, request_id: str, error: BaseException) -> None:
    """Write one line of level ERROR that holds the whole error, its causes and its stack."""
    record = {
        "level": "ERROR",
        "message": message,
        "requestId": request_id,
        "error": {
            "name": type(error).__name__,
            "message": str(error),
            "stack": "".join(format_exception(type(error), error, error.__traceback__)),
        },
    }
    sys.stdout.write(json.dumps(record, separators=(",", ":")) + "\n")
    sys.stdout.flush()
