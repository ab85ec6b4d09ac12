"""500 000 hashes, each of the digest before: the CPU-bound function of aws-lambda-performance-benchmarks."""

import hashlib
import json
import logging

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event, context):
    logger.info(json.dumps({"event": "handler_start", "requestId": context.aws_request_id}))
    sha256 = hashlib.sha256
    data = b"benchmark data for Lambda ARM vs x86 performance testing"
    for _ in range(event["iterations"]):
        data = sha256(data).digest()
    result = data.hex()
    logger.info(json.dumps({"event": "handler_success", "resultHashLength": len(result)}))
    return {"success": True, "resultHash": result}
