"""Calls the Python functions for a test: one JSON object a line in, one a line out, logs on standard error."""

import importlib
import json
import os
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from types import SimpleNamespace

replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
sys.stdout = sys.stderr
lock = Lock()
handlers = {
    name: importlib.import_module(f"sheep_shed.functions.{name.replace('-', '_')}.handler").handler
    for name in ("post-sheep", "get-dog", "get-cat", "delete-wolf")
}


def serve(line: str) -> None:
    call = json.loads(line)
    context = SimpleNamespace(aws_request_id=call["requestId"], get_remaining_time_in_millis=lambda: 29_000)
    try:
        answer = handlers[call["functionName"]](call["event"], context)
    except BaseException:
        # A handler answers whatever happens; the test shall see at once when it does not.
        traceback.print_exc()
        os._exit(1)
    with lock:
        replies.write(json.dumps({"requestId": call["requestId"], "answer": answer}) + "\n")
        replies.flush()


# As many as the SDK keeps connections.
with ThreadPoolExecutor(10) as pool:
    for line in sys.stdin:
        pool.submit(serve, line)
