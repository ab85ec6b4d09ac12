"""Init and overhead of the functions over bare boto3, interleaved.

Init: fresh processes import boto3 and create a client, or import a handler, which also opens its connection.
Overhead: in one process, a put or a count by the bare client, or by the handler. DynamoDB is on the loopback.
Run `python -m benchmarks.startup` in reference/python after `npm ci` in the root.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

STACK = Path(__file__).parents[1]
NODE = STACK.parents[1] / "node_modules/.bin/node"
ENVIRONMENT = {
    "AWS_REGION": "eu-west-3",
    "AWS_DEFAULT_REGION": "eu-west-3",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
    "SHEEP_SHED_TABLE": "sheep-shed-bench",
}
STARTS = {
    "boto3 and a client": "import boto3; boto3.client('dynamodb')",
    "botocore and a client": (
        "from botocore.session import get_session; get_session().create_client('dynamodb')"
    ),
    "post-sheep": "import sheep_shed.functions.post_sheep.handler",
    "get-dog": "import sheep_shed.functions.get_dog.handler",
    "delete-wolf": "import sheep_shed.functions.delete_wolf.handler",
    "get-cat": "import sheep_shed.functions.get_cat.handler",
}
ROUNDS = 15
CALLS = 400


def measure_starts() -> None:
    milliseconds: dict[str, list[float]] = {name: [] for name in STARTS}
    names = list(STARTS)
    for number in range(ROUNDS + 1):
        for name in names if number % 2 else names[::-1]:
            script = f"from time import perf_counter as t; s = t(); {STARTS[name]}; print((t() - s) * 1000)"
            output = subprocess.run(
                [sys.executable, "-c", script],
                env=os.environ,
                cwd=STACK,
                check=True,
                capture_output=True,
                text=True,
                timeout=60,
            ).stdout
            # The first round fills the file cache and writes the bytecode.
            if number:
                milliseconds[name].append(float(output))
    yardstick = milliseconds["boto3 and a client"]
    print("| init | median ms | over boto3 and a client, ms |\n|---|---|---|")
    for name, values in milliseconds.items():
        over = median(value - base for value, base in zip(values, yardstick, strict=True))
        print(f"| {name} | {median(values):.1f} | {over:+.1f} |")


def measure_calls() -> None:
    import boto3  # noqa: PLC0415 (not before the environment is set)

    table = ENVIRONMENT["SHEEP_SHED_TABLE"]
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "tattoo", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "tattoo", "KeyType": "HASH"}],
    )
    post = importlib.import_module("sheep_shed.functions.post_sheep.handler").handler
    dog = importlib.import_module("sheep_shed.functions.get_dog.handler").handler
    context = SimpleNamespace(aws_request_id="request", get_remaining_time_in_millis=lambda: 29_000)

    def bare_put(number: int) -> None:
        client.put_item(
            TableName=table,
            Item={"tattoo": {"N": str(number)}, "weight": {"N": "80000000000"}},
            ConditionExpression="attribute_not_exists(tattoo)",
        )

    def post_sheep(number: int) -> None:
        assert post({"pathParameters": {"tattoo": str(number + 10**9)}}, context)["statusCode"] == 201

    def bare_count(_: int) -> None:
        client.scan(TableName=table, Select="COUNT")

    def get_dog(_: int) -> None:
        assert dog({}, context)["statusCode"] == 200

    print(
        "\n| warm call | bare, median ms | function, median ms | median difference, ms |\n|---|---|---|---|"
    )
    compare_calls("dog, empty table", bare_count, get_dog)
    compare_calls("sheep", bare_put, post_sheep)


def compare_calls(title: str, bare: Callable[[int], None], function: Callable[[int], None]) -> None:
    milliseconds: dict[Callable[[int], None], list[float]] = {bare: [], function: []}
    for number in range(CALLS):
        for run in (bare, function) if number % 2 else (function, bare):
            start = perf_counter()
            run(number)
            milliseconds[run].append((perf_counter() - start) * 1000)
    over = median(b - a for a, b in zip(milliseconds[bare], milliseconds[function], strict=True))
    print(
        f"| {title} | {median(milliseconds[bare]):.2f} | {median(milliseconds[function]):.2f} | {over:+.3f} |"
    )


def main() -> None:
    print(f"Python {sys.version.split()[0]}, {CALLS} calls, {ROUNDS} starts each\n")
    with subprocess.Popen(
        [NODE, STACK / "tests/dynalite.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        os.environ.update(ENVIRONMENT, AWS_ENDPOINT_URL_DYNAMODB=server.stdout.readline().strip())
        measure_starts()
        measure_calls()
        server.kill()


if __name__ == "__main__":
    main()
