"""`florin webhook`: delivers messages to the local bank as one of its partners would."""

from __future__ import annotations

import json
import sys
import uuid
from typing import Annotated

import typer

from ops.commands.options import FOLDER, FolderOption, RegionOption, region_of, running_bank

app = typer.Typer(help="Deliver webhooks to the local bank.", no_args_is_help=True)

REFUSED_STATUS = 1


@app.callback()
def webhook() -> None:
    """Deliver webhooks to the local bank."""


@app.command("send")
def send(
    file: Annotated[str, typer.Argument(help="The message, a JSON file; `-` reads it from standard input.")],
    partner: Annotated[str, typer.Option("--partner", "-p", help="Who sends it, such as sponsor.")],
    *,
    folder: FolderOption = FOLDER,
    kind: Annotated[str | None, typer.Option("--kind", help="The kind in the address; else the message's own.")] = None,
    region: RegionOption = None,
    message_id: Annotated[str | None, typer.Option("--id", help="The webhook-id; a new one when not given.")] = None,
    scheme: Annotated[str, typer.Option("--scheme", help="v1 (HMAC) or v1a (Ed25519).")] = "v1",
) -> None:
    """Sign one message and deliver it once. Prints the status and the answer; status 1 when it was not taken."""
    from datetime import UTC, datetime
    from urllib.parse import quote

    from domain.partners.model import Scheme
    from ops.commands.asking import BadInput
    from ops.graphiql.upstream import forward
    from ops.local.partners import sender_of

    bank = running_bank(folder)
    name = region_of(bank, region)
    if scheme not in {known.value for known in Scheme}:
        raise BadInput(f"the scheme is one of {', '.join(known.value for known in Scheme)}")
    if message_id is not None and not (message_id.isascii() and message_id.isprintable()):
        raise BadInput("a header holds printable ASCII alone: give another `--id`")
    body = read_message(file)
    headers = sender_of(bank.folder, region=name, partner=partner).headers(
        body,
        message_id=f"msg_{uuid.uuid4().hex}" if message_id is None else message_id,
        at=datetime.now(UTC),
        scheme=Scheme(scheme),
    )
    address = f"{bank.regions[name].webhooks}/{quote(partner)}/{quote(kind or kind_of(body), errors='replace')}"
    answer = forward(address, body, headers)
    typer.echo(answer.status)
    typer.echo(answer.body.decode(errors="replace"))
    if answer.status >= 300:  # noqa: PLR2004 - as HTTP has it, what is not 2xx was not taken
        raise typer.Exit(REFUSED_STATUS)


def read_message(file: str) -> bytes:
    from pathlib import Path

    from ops.commands.asking import BadInput

    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as fault:
        raise BadInput(f"{file}: {fault.strerror}") from fault


def kind_of(body: bytes) -> str:
    """The message's own kind. One that names none is delivered to a kind that is given."""
    from ops.commands.asking import BadInput

    try:
        found = json.loads(body)["type"]
    except (ValueError, KeyError, TypeError, RecursionError) as fault:
        raise BadInput("the message names no `type`: say `--kind`") from fault
    if not isinstance(found, str) or not found:
        raise BadInput("the message's `type` is no text: say `--kind`")
    return found
