"""`florin graphql`: one operation, as one of the seeded people."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from ops.commands.options import FOLDER, FolderOption, RegionOption, region_of, running_bank

ERRORS_STATUS = 1


class BadInput(Exception):
    """What was typed cannot be what was meant."""


def graphql(
    query: Annotated[str, typer.Argument(help="The operation; `-` reads it from standard input.")],
    user: Annotated[str, typer.Option("--user", "-u", help="A name from `florin users`.")],
    folder: FolderOption = FOLDER,
    variables: Annotated[str, typer.Option("--variables", "-v", help="Variables, as a JSON object.")] = "{}",
    region: RegionOption = None,
) -> None:
    """Send one GraphQL operation and print the answer. Status 1 when the answer holds errors."""
    from ops.commands.people import access_token, find_user
    from ops.graphiql.upstream import forward

    bank = running_bank(folder)
    name = region_of(bank, region or find_user(bank, user).region)
    body = {"query": sys.stdin.read() if query == "-" else query, "variables": parse_variables(variables)}
    token = access_token(bank, user=user, region=name)
    answer = forward(
        bank.regions[name].graphql,
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    text, failed = judge(answer.body.decode(errors="replace"))
    typer.echo(text)
    if failed:
        typer.echo(f"florin: {bank.regions[name].graphql} answered {answer.status}, not with data alone", err=True)
        raise typer.Exit(ERRORS_STATUS)


def parse_variables(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as fault:
        raise BadInput(f"the variables are not JSON: {fault}") from fault
    if not isinstance(found, dict):
        raise BadInput('the variables are not a JSON object, such as {"id": "..."}')
    return found


def judge(body: str) -> tuple[str, bool]:
    """The answer as it is printed, and whether it is anything but data."""
    try:
        document = json.loads(body)
    except ValueError:
        return body, True
    failed = not isinstance(document, dict) or "data" not in document or bool(document.get("errors"))
    return json.dumps(document, indent=2, ensure_ascii=False), failed
