from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

# Nothing here asserts a time: on a busy machine an example may take long.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

STACK = Path(__file__).parents[1]
REPOSITORY = STACK.parents[1]

os.environ.update(
    AWS_REGION="eu-west-3",
    AWS_DEFAULT_REGION="eu-west-3",
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",  # noqa: S106
    AWS_EC2_METADATA_DISABLED="true",
)


def serverless() -> dict[str, dict[str, dict[str, dict[str, object]]]]:
    """The stack's own definition."""
    return yaml.safe_load((STACK / "serverless.yml").read_text())


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """A DynamoDB server of its own for this run."""
    node = shutil.which("node", path=str(REPOSITORY / "node_modules/.bin"))
    if node is None:
        pytest.fail("node_modules/.bin/node is missing: run npm ci in the root of the repository")
    with subprocess.Popen(
        [node, STACK / "tests/dynalite.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


@pytest.fixture
def client(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> DynamoDBClient:
    """The client that the functions use, on the server of this run."""
    from sheep_shed.adapters.dynamodb_shed import create_client  # noqa: PLC0415

    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
    return create_client()


@pytest.fixture
def table(client: DynamoDBClient) -> Iterator[str]:
    """An empty table made from serverless.yml."""
    # What comes after the first part is made from files, by the framework.
    own, *_files = serverless()["resources"]
    properties = dict(own["Resources"]["Shed"]["Properties"])  # type: ignore[call-overload, index]
    # Those that the request has too; the others are for a deployed table alone.
    properties = {key: properties[key] for key in ("BillingMode", "AttributeDefinitions", "KeySchema")}
    properties["TableName"] = "sheep-shed-test-python"
    client.create_table(**properties)
    client.get_waiter("table_exists").wait(
        TableName="sheep-shed-test-python", WaiterConfig={"Delay": 1, "MaxAttempts": 10}
    )
    yield "sheep-shed-test-python"
    client.delete_table(TableName="sheep-shed-test-python")
