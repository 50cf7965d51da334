"""Commands about the people who may sign in to the local bank."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

from ops.commands.options import FOLDER, FolderOption, JsonOption, RegionOption, running_bank

if TYPE_CHECKING:
    from ops.graphiql.users import User
    from ops.local.bank import LocalBank


def users(folder: FolderOption = FOLDER, as_json: JsonOption = False) -> None:
    """List the people who may sign in, and where each is at home."""
    from ops.graphiql.users import load_users

    bank = running_bank(folder)
    found = load_users(bank.users_file)
    if as_json:
        typer.echo(json.dumps([user.public() | {"graphql": home(bank, user)} for user in found], indent=2))
        return
    widths = [max(len(getattr(user, field)) for user in found) for field in ("name", "display", "kind")]
    for user in found:
        columns = (user.name, user.display, user.kind)
        padded = "  ".join(text.ljust(width) for text, width in zip(columns, widths, strict=True))
        typer.echo(f"{padded}  {','.join(user.groups):<14} {home(bank, user)}")


def token(
    user: Annotated[str, typer.Argument(help="A name from `florin users`.")],
    folder: FolderOption = FOLDER,
    region: RegionOption = None,
) -> None:
    """Print an access token of a person; the address it is for goes to standard error."""
    bank = running_bank(folder)
    name = region or find_user(bank, user).region
    text = access_token(bank, user=user, region=name)
    typer.echo(f"for {bank.regions[name].graphql}", err=True)
    typer.echo(text)


def find_user(bank: LocalBank, name: str) -> User:
    from ops.graphiql.tokens import TokenRefused
    from ops.graphiql.users import load_users

    for user in load_users(bank.users_file):
        if user.name == name:
            return user
    raise TokenRefused("USER_UNKNOWN", f"there is no user {name!r}; `./florin users` lists them")


def access_token(bank: LocalBank, *, user: str, region: str) -> str:
    from ops.graphiql.tokens import TokenDesk

    return TokenDesk(bank, time.monotonic).token(user=user, region=region).text


def home(bank: LocalBank, user: User) -> str:
    """The address of the user's home region, when this bank has that region."""
    return bank.regions[user.region].graphql if user.region in bank.regions else f"({user.region} does not run)"
