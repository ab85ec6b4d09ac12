"""The function `get-cat` on AWS Lambda."""

import os

from ...config import max_steps
from ...wrappers.aws_lambda import on_lambda
from .run import Context, run

handler = on_lambda(run, Context(max_steps=max_steps(os.environ)), status=200)
