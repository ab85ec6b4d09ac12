"""Binds a portable function to AWS Lambda behind API Gateway, payload format 1.0 or 2.0."""

import json
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NoReturn, Protocol, TypeVar

from ..adapters.json_log import log_error
from ..domain.errors import ErrorCode, ShedError

Context = TypeVar("Context")
Event = Mapping[str, object]
Answer = dict[str, object]


class LambdaContext(Protocol):
    """What the wrapper reads of the context object of Lambda's Python runtime."""

    @property
    def aws_request_id(self) -> str:
        """The id of the invocation, as in its START, END and REPORT lines."""
        ...

    def get_remaining_time_in_millis(self) -> int:
        """Tell the milliseconds until Lambda ends the call."""
        ...


class OutOfTimeError(BaseException):
    """Lambda is about to end the call; no `Exception`, so that the SDK does not repeat its request."""


STATUS: dict[ErrorCode, int] = {
    ErrorCode.INVALID_INPUT: 400,
    ErrorCode.NO_FITTING_SHEEP: 404,
    ErrorCode.SHEEP_ALREADY_IN_SHED: 409,
    ErrorCode.CAT_WOULD_NOT_FINISH: 422,
    ErrorCode.INTERNAL_ERROR: 500,
}
"""The HTTP status of each error code; a test holds it complete."""


TIMEOUT_EARLY_SECONDS = 0.2
"""Before Lambda ends a call, this much time is left to answer 500."""


def on_lambda(
    run: Callable[[Event, Context], object], context: Context, *, status: int
) -> Callable[[Event, LambdaContext], Answer]:
    """Return the handler that Lambda calls; `status` is that of success.

    An explained error is answered with its message; any other is logged whole and answered bare, as is a call
    that Lambda is about to end.
    """

    def handler(event: Event, lambda_context: LambdaContext) -> Answer:
        request_id = lambda_context.aws_request_id
        try:
            with _ended_early(lambda_context):
                return _answer(status, run(_input_of(event), context))
        except ShedError as error:
            return _failure(error.code, error.message, request_id)
        except (Exception, OutOfTimeError) as error:  # noqa: BLE001 (whatever it is, the caller gets an answer)
            log_error("the call failed for an unexpected reason", request_id, error)
            return _failure(ErrorCode.INTERNAL_ERROR, "internal error", request_id)

    return handler


@contextmanager
def _ended_early(lambda_context: LambdaContext) -> Iterator[None]:
    """Raise OutOfTimeError shortly before Lambda ends the call; a signal reaches the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    left = lambda_context.get_remaining_time_in_millis() / 1000 - TIMEOUT_EARLY_SECONDS
    before = signal.signal(signal.SIGALRM, _raise_out_of_time)
    # Zero would be no alarm at all.
    signal.setitimer(signal.ITIMER_REAL, max(left, 0.001))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _raise_out_of_time(*_: object) -> NoReturn:
    raise OutOfTimeError("the call was about to be ended by its host")


def _input_of(event: Event) -> Event:
    """Merge the parameters of a request: those of the path beat the query; repeated ones joined by commas."""
    query = dict(_mapping(event.get("queryStringParameters")))
    # Format 1.0 keeps only the last of repeated values there; 2.0 joins them itself.
    for name, values in _mapping(event.get("multiValueQueryStringParameters")).items():
        if isinstance(values, list):
            query[name] = ",".join(map(str, values))
    return {**query, **_mapping(event.get("pathParameters"))}


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _failure(code: ErrorCode, message: str, request_id: str) -> Answer:
    return _answer(STATUS[code], {"message": message, "code": code.value, "requestId": request_id})


def _answer(status: int, body: object) -> Answer:
    answer: Answer = {"statusCode": status, "headers": {"content-type": "application/json"}}
    if body is not None:
        answer["body"] = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return answer
