"""The port Shed: every implementation passes these tests."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from sheep_shed.adapters.dynamodb_shed import DynamoDBShed, create_client
from sheep_shed.adapters.memory_shed import MemoryShed
from sheep_shed.domain.sheep import MAX_TATTOO, MIN_WEIGHT, Sheep

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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


def test_an_add_whose_first_answer_was_lost_finds_its_own_sheep(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = 0

    class Handler(BaseHTTPRequestHandler):
        """Answers as DynamoDB does to ReturnValuesOnConditionCheckFailure, which dynalite does not know."""

        def do_POST(self) -> None:
            nonlocal requests
            requests += 1
            item = json.loads(self.rfile.read(int(self.headers["content-length"])))["Item"]
            if requests == 1:
                return
            if requests > 2:
                item["weight"] = {"N": str(MIN_WEIGHT)}
            kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"
            body = json.dumps({"__type": kind, "message": "failed", "Item": item}).encode()
            self.send_response(400)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{server.server_port}")
        shed = DynamoDBShed(create_client(), "sheep-shed-test")
        assert shed.add(Sheep(7, MIN_WEIGHT + 1))
        assert requests == 2
        assert not shed.add(Sheep(7, MIN_WEIGHT + 2)), "another sheep stays a conflict"
        server.shutdown()


def test_failures_of_dynamodb_are_not_hidden(client: DynamoDBClient, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = DynamoDBShed(client, "no-such-table")
    for call in (missing.count, lambda: missing.add(Sheep(1, MIN_WEIGHT)), lambda: missing.remove(1)):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            call()
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    with pytest.raises(EndpointConnectionError):
        DynamoDBShed(create_client(), "no-such-table").count()
