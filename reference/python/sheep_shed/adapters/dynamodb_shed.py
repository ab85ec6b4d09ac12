"""The shed in a DynamoDB table: HASH key `tattoo` (N), attribute `weight` (N), no index."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from ..domain.sheep import Sheep

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from botocore.awsrequest import AWSPreparedRequest
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import ScanInputTypeDef

_CONFIG = Config(
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)


_BEFORE_SCAN = "before-send.dynamodb.Scan"


def create_client() -> DynamoDBClient:
    """Create the low-level client; region, endpoint and credentials come from the environment.

    Takes much longer than a call: make one when the module is loaded and reuse it with its connections. It is
    the client of boto3, made without the import of boto3, which takes about 10 ms more (PERFORMANCE.md).
    An attempt may take 1 s to connect and 3 s to answer; there are at most 3.
    """
    return cast("DynamoDBClient", get_session().create_client("dynamodb", config=_CONFIG))


def open_shed(table: str) -> DynamoDBShed:
    """Create a client, open a connection that the first call will use, and return the shed.

    A request goes through the whole client, signing included, and asks at its end for `GET /`, which needs no
    rights. A failure is left to the first call.
    """
    client = create_client()
    sent = False

    def ask_for_nothing(request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        nonlocal sent
        if sent:
            # The SDK repeats what failed: once is enough.
            return AWSResponse(request.url, 200, HTTPHeaders(), _NoBody())
        sent = True
        request.method = "GET"
        request.body = b""
        for name in list(request.headers.keys()):
            del request.headers[name]
        return None

    # The stubs know of no event whose handler may answer in place of the server.
    client.meta.events.register_first(_BEFORE_SCAN, ask_for_nothing)  # type: ignore[arg-type]
    with suppress(BotoCoreError, ClientError):
        client.scan(TableName=table, Select="COUNT")
    client.meta.events.unregister(_BEFORE_SCAN, ask_for_nothing)  # type: ignore[arg-type]
    return DynamoDBShed(client, table)


class _NoBody:
    """The body of an answer that says nothing."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """Give an empty object of JSON."""
        yield b"{}"


class DynamoDBShed:
    """A Shed in one DynamoDB table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, sheep: Sheep) -> bool:
        """Put a sheep on condition that its tattoo is not there."""
        weight = str(sheep.weight)
        try:
            self._client.put_item(
                TableName=self._table,
                Item={"tattoo": {"N": str(sheep.tattoo)}, "weight": {"N": weight}},
                ConditionExpression="attribute_not_exists(tattoo)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if not _is_failed_condition(error):
                raise
            # The SDK repeats a request whose answer was lost: the sheep in the way may then be our own.
            repeated = error.response["ResponseMetadata"]["RetryAttempts"] > 0
            in_the_way: dict[str, dict[str, str]] = error.response.get("Item", {})  # type: ignore[assignment]
            return repeated and in_the_way.get("weight") == {"N": weight}
        return True

    def count(self) -> int:
        """Count by scans of `Select: COUNT`, one for each MB of the table."""
        request: ScanInputTypeDef = {"TableName": self._table, "Select": "COUNT"}
        count = 0
        while True:
            page = self._client.scan(**request)
            count += page["Count"]
            if not (last := page.get("LastEvaluatedKey")):
                return count
            request["ExclusiveStartKey"] = last

    def scan(self) -> Iterator[Sequence[Sheep]]:
        """Read the table by pages of at most 1 MB, about 35 000 sheep."""
        request: ScanInputTypeDef = {
            "TableName": self._table,
            # The wolf's role demands both words.
            "Select": "SPECIFIC_ATTRIBUTES",
            "ProjectionExpression": "tattoo, weight",
        }
        while True:
            page = self._client.scan(**request)
            yield [Sheep(int(item["tattoo"]["N"]), int(item["weight"]["N"])) for item in page["Items"]]
            if not (last := page.get("LastEvaluatedKey")):
                return
            request["ExclusiveStartKey"] = last

    def remove(self, tattoo: int) -> bool:
        """Delete a sheep on condition that it is there."""
        try:
            self._client.delete_item(
                TableName=self._table,
                Key={"tattoo": {"N": str(tattoo)}},
                ConditionExpression="attribute_exists(tattoo)",
            )
        except ClientError as error:
            if not _is_failed_condition(error):
                raise
            return False
        return True


def _is_failed_condition(error: ClientError) -> bool:
    return error.response["Error"]["Code"] == "ConditionalCheckFailedException"
