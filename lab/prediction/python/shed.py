"""The shed as the earlier benchmark has it in Python: a resource of boto3 made in every call, a scan on threads."""

import os
from concurrent.futures import ThreadPoolExecutor, as_completed

import boto3
from answers import logger

LIGHTEST_UG = 80_000_000_000
HEAVIEST_UG = 160_000_000_000


class Weight:
    """A weight in micrograms."""

    def __init__(self, micrograms):
        self._micrograms = micrograms

    def as_ug(self):
        return self._micrograms

    def __lt__(self, other):
        return self._micrograms < other._micrograms

    def __gt__(self, other):
        return self._micrograms > other._micrograms


class Sheep:
    """A sheep; what a scan brings are numbers of decimal."""

    def __init__(self, tattoo, weight):
        self.tattoo = tattoo
        self.weight = weight


class Shed:
    """The table, with a client of its own."""

    def __init__(self):
        self._name = os.environ["BACKEND_TABLE_NAME"]
        self._table = boto3.resource("dynamodb").Table(self._name)
        self._client = self._table.meta.client

    def add(self, sheep):
        logger.info("add(sheep=%s)", sheep)
        self._table.put_item(
            Item={"tattoo": sheep.tattoo, "weight": sheep.weight.as_ug()},
            ConditionExpression="attribute_not_exists(tattoo)",
            ReturnValues="NONE",
        )
        logger.info("add => Ok")

    def kill(self, tattoo):
        logger.info("kill(tattoo=%s)", tattoo)
        self._table.delete_item(
            Key={"tattoo": tattoo},
            ConditionExpression="attribute_exists(tattoo)",
            ReturnValues="ALL_OLD",
        )
        logger.info("kill => Ok")

    def count(self):
        return self._scan(with_sheep=False)[0]

    def all(self):
        return self._scan(with_sheep=True)[1]

    def _scan(self, *, with_sheep):
        logger.info("scan(with_sheep=%s)", with_sheep)
        size = self._client.describe_table(TableName=self._name)["Table"]["ItemCount"]
        logger.info("approximate size=%s", size)
        segments = min(1 + size // 100_000, 1_000_000)
        with ThreadPoolExecutor(max_workers=segments) as executor:
            tasks = [executor.submit(self._scan_segment, i, segments, with_sheep) for i in range(segments)]
            logger.info("launched %s threads", len(tasks))
            count, sheep = 0, []
            for task in as_completed(tasks):
                some, found = task.result()
                count += some
                sheep.extend(found)
        logger.info("scan => %s", count)
        return count, sheep

    def _scan_segment(self, segment, segments, with_sheep):
        asked = {
            "Segment": segment,
            "TotalSegments": segments,
            "Select": "ALL_ATTRIBUTES" if with_sheep else "COUNT",
        }
        count, sheep = 0, []
        while True:
            page = self._table.scan(**asked)
            count += page["Count"]
            if with_sheep:
                sheep.extend(Sheep(item["tattoo"], Weight(item["weight"])) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return count, sheep
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]
