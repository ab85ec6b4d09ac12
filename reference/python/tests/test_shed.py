"""The port Shed: every implementation passes these tests."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from sheep_shed.adapters.dynamodb_shed import DynamoDBShed, create_client, open_shed
from sheep_shed.adapters.memory_shed import MemoryShed
from sheep_shed.domain.sheep import MAX_TATTOO, MIN_WEIGHT, Sheep

if TYPE_CHECKING:
    from socket import socket

    from mypy_boto3_dynamodb import DynamoDBClient
    from typing_extensions import Self

    from sheep_shed.domain.shed import Shed


@pytest.fixture(params=["memory", "dynamodb"])
def shed(request: pytest.FixtureRequest) -> Shed:
    if request.param == "memory":
        return MemoryShed(page_size=3)
    return DynamoDBShed(request.getfixturevalue("client"), request.getfixturevalue("table"))


def _all(shed: Shed) -> list[Sheep]:
    return sorted(sheep for page in shed.scan() for sheep in page)


def test_is_empty_at_first(shed: Shed) -> None:
    assert (shed.count(), _all(shed)) == (0, [])


@pytest.mark.parametrize("tattoo", [0, 7, 2**53, 2**53 + 1, MAX_TATTOO])
def test_numbers_stay_exact(shed: Shed, tattoo: int) -> None:
    assert shed.add(Sheep(tattoo, MIN_WEIGHT + 1))
    assert _all(shed) == [Sheep(tattoo, MIN_WEIGHT + 1)]


def test_the_first_sheep_of_a_tattoo_stays(shed: Shed) -> None:
    assert shed.add(Sheep(7, MIN_WEIGHT))
    assert not shed.add(Sheep(7, MIN_WEIGHT + 1))
    assert not shed.add(Sheep(7, MIN_WEIGHT))
    assert _all(shed) == [Sheep(7, MIN_WEIGHT)]


def test_a_sheep_is_removed_once(shed: Shed) -> None:
    shed.add(Sheep(7, MIN_WEIGHT))
    assert [shed.remove(7), shed.remove(7), shed.remove(8)] == [True, False, False]
    assert shed.count() == 0


def test_one_of_simultaneous_adds_wins(shed: Shed) -> None:
    with ThreadPoolExecutor(10) as pool:
        added = list(pool.map(lambda i: shed.add(Sheep(7, MIN_WEIGHT + i)), range(20)))
    assert sum(added) == 1
    assert _all(shed) == [Sheep(7, MIN_WEIGHT + added.index(True))]


@pytest.mark.parametrize("herd", [0, 1, 3, 4, 7])
def test_memory_pages_cover_the_herd(herd: int) -> None:
    shed = MemoryShed(page_size=3)
    for tattoo in range(herd):
        shed.add(Sheep(tattoo, MIN_WEIGHT))
    assert [len(page) for page in shed.scan()] == [min(3, herd - i) for i in range(0, herd, 3)]


def test_dynamodb_pages_cover_the_herd(client: DynamoDBClient, table: str) -> None:
    # DynamoDB ends a page at 1 MB; ballast that the projection leaves out makes three pages of 8 sheep.
    for tattoo in range(8):
        client.put_item(
            TableName=table,
            Item={
                "tattoo": {"N": str(tattoo)},
                "weight": {"N": str(MIN_WEIGHT)},
                "ballast": {"S": "x" * 300_000},
            },
        )
    shed = DynamoDBShed(client, table)
    assert len(list(shed.scan())) > 1
    assert _all(shed) == [Sheep(tattoo, MIN_WEIGHT) for tattoo in range(8)]
    assert shed.count() == 8


class _Table(ThreadingHTTPServer):
    """One sheep's place; it returns the sheep in the way, as DynamoDB does and dynalite does not."""

    def __init__(self, weight: int | None, *, loses_first: bool) -> None:
        super().__init__(("127.0.0.1", 0), _TableHandler)
        self.weight = weight
        self.loses_next = loses_first
        self.requests: list[str] = []
        self.connections = 0

    def get_request(self) -> tuple[socket, Any]:
        self.connections += 1
        return super().get_request()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _TableHandler(BaseHTTPRequestHandler):
    server: _Table
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.requests.append("GET")
        self._reply(200, b"healthy: dynamodb")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append(self.headers["x-amz-target"].split(".")[1])
        there = self.server.weight
        if "Item" in body and there is None:
            self.server.weight = int(body["Item"]["weight"]["N"])
        if self.server.loses_next:
            self.server.loses_next = False
            self.close_connection = True
            return
        if "Item" not in body:
            self._reply(200, b'{"Count":5}')
        elif there is None:
            self._reply(200, b"{}")
        else:
            kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
            item = {**body["Item"], "weight": {"N": str(there)}}
            self._reply(400, json.dumps({"__type": kind, "message": "failed", "Item": item}).encode())

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("there", [None, MIN_WEIGHT, MIN_WEIGHT + 1])
def test_a_sheep_in_the_way_is_our_own_only_after_a_repetition(
    there: int | None, monkeypatch: pytest.MonkeyPatch, *, lost: bool
) -> None:
    with _Table(there, loses_first=lost) as table:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", table.endpoint)
        added = DynamoDBShed(create_client(), "sheep-shed-test").add(Sheep(7, MIN_WEIGHT))
        # After a lost answer nobody can tell a sheep of the same weight from our own.
        assert added == (there is None or (lost and there == MIN_WEIGHT))
        assert len(table.requests) == (2 if lost else 1)


def test_the_first_call_uses_the_connection_that_was_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    with _Table(None, loses_first=False) as table:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", table.endpoint)
        shed = open_shed("sheep-shed-test")
        assert table.requests == ["GET"]
        assert shed.count() == 5
        assert (table.requests, table.connections) == (["GET", "Scan"], 1)


def test_a_connection_that_cannot_be_opened_is_left_to_the_first_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    shed = open_shed("sheep-shed-test")
    with pytest.raises(EndpointConnectionError):
        shed.count()


def test_failures_of_dynamodb_are_not_hidden(client: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = DynamoDBShed(client, "no-such-table")
    for call in (missing.count, lambda: missing.add(Sheep(1, MIN_WEIGHT)), lambda: missing.remove(1)):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            call()
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    with pytest.raises(EndpointConnectionError):
        DynamoDBShed(create_client(), "no-such-table").count()
