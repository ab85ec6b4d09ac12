"""The function `post-sheep` on AWS Lambda."""

import os
import random

from ...adapters.dynamodb_shed import open_shed
from ...config import table_name
from ...wrappers.aws_lambda import on_lambda
from .run import Context, run

handler = on_lambda(
    run,
    Context(shed=open_shed(table_name(os.environ)), random=random.random),
    status=201,
)
