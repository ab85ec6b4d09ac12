"""Resident memory of the wolf on a full page of a scan.

Run `python -m benchmarks.memory` in reference/python after `npm ci` in the root.
"""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.kernels import herd
from benchmarks.startup import ENVIRONMENT, NODE, STACK

# Where dynalite ends a page; 1 MB of DynamoDB holds 35 000.
SHEEP = 25_000
WOLF = """
import resource
from types import SimpleNamespace
from sheep_shed.functions.delete_wolf.handler import handler
for _ in range(2):
    assert handler({}, SimpleNamespace(aws_request_id="request"))["statusCode"] == 204
print(f"peak after two calls: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
"""


def main() -> None:
    with subprocess.Popen(
        [NODE, STACK / "tests/dynalite.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        os.environ.update(ENVIRONMENT, AWS_ENDPOINT_URL_DYNAMODB=server.stdout.readline().strip())
        load(ENVIRONMENT["SHEEP_SHED_TABLE"])
        subprocess.run([sys.executable, "-c", WOLF], cwd=STACK, check=True, timeout=120)
        server.kill()


def load(table: str) -> None:
    import boto3  # noqa: PLC0415 (not before the environment is set)

    client = boto3.client("dynamodb")
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "tattoo", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "tattoo", "KeyType": "HASH"}],
    )
    # Tattoos of 19 digits, as most random ones have.
    items = [
        {"tattoo": {"N": str(10**18 + tattoo)}, "weight": {"N": str(weight)}}
        for tattoo, weight in enumerate(herd(SHEEP))
    ]
    for start in range(0, SHEEP, 25):
        requests = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        client.batch_write_item(RequestItems={table: requests})


if __name__ == "__main__":
    main()
