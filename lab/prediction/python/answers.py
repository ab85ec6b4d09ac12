"""What the earlier benchmark's Python functions share: the log, and answers to a REST event."""

import json
import logging
import os

logger = logging.getLogger("common")
logger.setLevel(logging.INFO)
logger.propagate = False
_handler = logging.StreamHandler()
_handler.setFormatter(logging.Formatter("[%(asctime)s][%(threadName)s]%(levelname)s - %(message)s"))
logger.addHandler(_handler)


def parameters_of(event):
    return {**(event.get("queryStringParameters") or {}), **(event.get("pathParameters") or {})}


def answer(status, body):
    response = {
        "statusCode": status,
        "headers": {"Access-Control-Allow-Origin": os.environ["ALLOW_ORIGIN"]},
        "body": json.dumps(body, separators=(",", ":")),
    }
    logger.info("Sending resp: %s", response)
    return response


def handler_of(work):
    """Makes a handler that logs every event whole."""

    def handler(event, _context):
        print(json.dumps(event, default=str))
        try:
            return answer(*work(parameters_of(event)))
        except Exception:
            logger.exception("Server error")
            return answer(500, {"message": "Server error"})

    return handler
