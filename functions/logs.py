"""The structured log of a function. Made at its first line, because making it reads the environment."""

from functools import cache

from aws_lambda_powertools import Logger


@cache
def log(function: str) -> Logger:
    return Logger(service=function)
