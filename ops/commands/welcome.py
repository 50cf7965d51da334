"""What a person reads when the bank is up: where things are, how to sign in, what to try next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops.commands.examples import examples
from ops.graphiql.users import UsersMissing, load_users
from ops.local.start import seeded_regions

if TYPE_CHECKING:
    from ops.graphiql.users import User
    from ops.local.bank import LocalBank

LOGINS_SHOWN = 4


def welcome(bank: LocalBank) -> list[str]:
    lines = ["", "The bank is open.", ""]
    lines += [f"  {'GraphQL':<10} {region.graphql}" for region in bank.regions.values()]
    lines += [f"  {'GraphiQL':<10} {bank.graphiql}", ""]
    try:
        people = load_users(bank.users_file)
    except UsersMissing:
        return [*lines, "It has no people yet: fill it with `./florin seed`."]
    unseeded = [name for name in bank.regions if name not in seeded_regions(bank.folder)]
    if unseeded:
        lines += [
            f"{', '.join(unseeded)} came later and has no people: `./florin up --fresh` begins again with all.",
            "",
        ]
    lines += ["Sign in (all: ./florin users)"]
    lines += [
        f"  ./florin token {user.name:<12} # {user.display}, {user.kind}" for user in some_of(people, bank.home.region)
    ]
    lines += ["", "Try next"]
    for number, example in enumerate(examples(bank, people), start=1):
        lines += [f"  {number}. {example.about}", f"     {example.command}"]
    return lines


def some_of(people: list[User], region: str) -> list[User]:
    """A few people of one region, no two alike in kind while that is possible."""
    local = [user for user in people if user.region == region]
    firsts = {(user.kind, user.groups): user for user in reversed(local)}
    ordered = [user for user in local if user in firsts.values()]
    return (ordered + [user for user in local if user not in ordered])[:LOGINS_SHOWN]
