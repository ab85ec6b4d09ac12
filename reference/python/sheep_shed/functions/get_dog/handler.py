"""The function `get-dog` on AWS Lambda."""

import os

from ...adapters.dynamodb_shed import DynamoDBShed, create_client
from ...config import table_name
from ...wrappers.aws_lambda import on_lambda
from .run import Context, run

handler = on_lambda(run, Context(shed=DynamoDBShed(create_client(), table_name(os.environ))), status=200)
