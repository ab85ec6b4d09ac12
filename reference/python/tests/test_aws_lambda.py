from __future__ import annotations

import json
import re
import signal
from threading import Event
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from sheep_shed.adapters.memory_shed import MemoryShed
from sheep_shed.domain.errors import ErrorCode
from sheep_shed.functions.delete_wolf import run as wolf
from sheep_shed.functions.get_cat import run as cat
from sheep_shed.functions.get_dog import run as dog
from sheep_shed.functions.post_sheep import run as sheep
from sheep_shed.wrappers.aws_lambda import STATUS, on_lambda

if TYPE_CHECKING:
    from collections.abc import Callable

LAMBDA_CONTEXT = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 29_000)


def _answer(handler: Callable[..., dict[str, object]], **event: object) -> tuple[object, object]:
    answer = handler(event, LAMBDA_CONTEXT)
    assert answer["headers"] == {"content-type": "application/json"}
    body = answer.get("body")
    return answer["statusCode"], json.loads(body) if isinstance(body, str) else None


def test_every_code_has_a_status() -> None:
    assert set(STATUS) == set(ErrorCode)


def test_the_life_of_a_sheep() -> None:
    shed = MemoryShed()
    post = on_lambda(sheep.run, sheep.Context(shed, random=lambda: 0.0), status=201)
    count = on_lambda(dog.run, dog.Context(shed), status=200)
    eat = on_lambda(wolf.run, wolf.Context(shed), status=204)
    born = {"tattoo": 2**64 - 1, "weight": 80_000_000_000}
    assert _answer(post, pathParameters={"tattoo": str(2**64 - 1)}) == (201, born)
    assert _answer(post, pathParameters={"tattoo": str(2**64 - 1)}) == (
        409,
        {
            "message": "sheep 18446744073709551615 is already in the shed",
            "code": "SHEEP_ALREADY_IN_SHED",
            "requestId": "request-1",
        },
    )
    assert _answer(count) == (200, {"count": 1})
    assert _answer(eat)[0] == 404
    prime = on_lambda(sheep.run, sheep.Context(shed, random=lambda: 21 / 80_000_000_001), status=201)
    assert _answer(prime, pathParameters={"tattoo": "1"}) == (201, {"tattoo": 1, "weight": 80_000_000_021})
    assert _answer(eat) == (204, None)


@pytest.mark.parametrize(
    "event",
    [
        {"version": "2.0", "queryStringParameters": {"m": "3", "n": "2", "o": "x"}},
        {
            "version": "1.0",
            "queryStringParameters": {"m": "3", "n": "2"},
            "multiValueQueryStringParameters": {"m": ["3"], "n": ["2"]},
            "pathParameters": None,
        },
    ],
)
def test_both_payload_formats(event: dict[str, object]) -> None:
    assert _answer(on_lambda(cat.run, cat.Context(1_000), status=200), **event) == (200, {"result": 29})


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({}, "m must be a whole number of 1 to 15 digits, given once; got nothing"),
        ({"queryStringParameters": {"m": "1,2"}}, 'given once; got "1,2"'),
        (
            {
                "queryStringParameters": {"m": "2"},
                "multiValueQueryStringParameters": {"m": ["1", "2"]},
            },
            'given once; got "1,2"',
        ),
        ({"queryStringParameters": {"m": "1", "n": ""}}, 'n must be .*; got ""'),
    ],
)
def test_bad_queries(event: dict[str, object], message: str) -> None:
    status, body = _answer(on_lambda(cat.run, cat.Context(1_000), status=200), **event)
    assert status == 400
    assert isinstance(body, dict)
    assert body["code"] == "INVALID_INPUT"
    assert re.search(message, body["message"])


def test_a_call_that_lambda_is_about_to_end_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    soon = SimpleNamespace(aws_request_id="request-2", get_remaining_time_in_millis=lambda: 250)

    def run(_event: object, _context: None) -> None:
        try:
            Event().wait()
        except Exception as error:
            raise AssertionError("whoever catches exceptions must not stop it") from error

    answer = on_lambda(run, None, status=200)({}, soon)
    assert answer["statusCode"] == 500
    assert json.loads(str(answer["body"]))["code"] == "INTERNAL_ERROR"
    assert json.loads(capsys.readouterr().out)["error"]["name"] == "OutOfTimeError"
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_the_unexpected_is_logged_whole_and_answered_bare(capsys: pytest.CaptureFixture[str]) -> None:
    def run(_event: object, _context: None) -> None:
        raise RuntimeError("secret\ndetail") from OSError("the cause")

    status, body = _answer(on_lambda(run, None, status=200))
    assert (status, body) == (
        500,
        {"message": "internal error", "code": "INTERNAL_ERROR", "requestId": "request-1"},
    )
    line, end = capsys.readouterr().out.split("\n")
    record = json.loads(line)
    assert end == ""
    assert (record["level"], record["requestId"]) == ("ERROR", "request-1")
    assert (record["error"]["name"], record["error"]["message"]) == ("RuntimeError", "secret\ndetail")
    assert "OSError: the cause" in record["error"]["stack"]
