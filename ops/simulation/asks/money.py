"""Money between customers, in and out of the bank, and back."""

from datetime import datetime, timedelta
from typing import Final

from domain.ledger.model import Batching, Command
from domain.money import Money
from domain.refusals import Refusal, StepUpRequired
from domain.transfers.model import AccountTarget, Transfer, Wish
from ops.simulation.asks.posting import posting
from ops.simulation.cast import CLERK, Party, acting, clerk
from ops.simulation.model import booked, moves
from ops.simulation.operations import Operation
from ops.simulation.processes import Process
from ops.simulation.scene import BANK, Scene

IN: Final = {
    "cash_deposit": 5,
    "payment_received": 4,
    "payout_paid": 2,
    "instant_received": 3,
    "interest": 2,
}
OUT: Final = {
    "cash_withdrawal": 3,
    "payment_sent": 3,
    "payout_funded": 2,
    "instant_sent": 3,
    "fee": 3,
    "payment_returned": 2,
    "chargeback": 2,
}
"""Kinds with a book of the bank on the other side, and their weights."""
SHARES_MAX: Final = 3
SIGN_IN_ANEW: Final = 0.7
"""Share of the customers who do so when they are asked to, and then ask again."""
TOO_EARLY: Final = 0.1
"""How often their first sign-in lies in the second of the decision, which counts for nothing."""


def transfer(scene: Scene) -> Operation:
    source = scene.party()
    payee = scene.party(source.currency, source)
    key, minor = scene.key(), scene.minor()
    own = payee.owner.id == source.owner.id and scene.chance(0.5)
    target = AccountTarget(payee.account) if own else payee.target
    wish = Wish(source.account, target, Money(minor, source.currency), "rent" if scene.chance(0.1) else None)
    proves = scene.chance(SIGN_IN_ANEW)

    def ask(process: Process) -> Transfer | Refusal:
        actor = acting(source.owner, signed_in=operation.signed_in)
        answer = process.transfers.transfer(actor, wish, key=key)
        if isinstance(answer, StepUpRequired) and proves:
            first = operation.signed_in is None
            operation.signed_in = _sign_in(scene, answer, too_early=first and scene.chance(TOO_EARLY))
        return answer

    operation = Operation(
        text=f"transfer {source.name} -> {payee.name} {minor} [{key}]",
        kind="transfer",
        ask=ask,
        looks=lambda process: process.transfers.preview(acting(source.owner), wish, key=key),
        initiator=source.account,
        scope=source.owner.id,
        key=key,
        effects=moves(source.account, payee.account, minor),
    )
    return operation


def _sign_in(scene: Scene, wanted: StepUpRequired, *, too_early: bool) -> datetime:
    """Now, in whole seconds as a token says it; now and then a moment too early to count."""
    scene.time.pass_by(scene.rng.uniform(0.2, 3))
    decided = datetime.fromisoformat(wanted.since).replace(microsecond=0)
    now = scene.time.now().replace(microsecond=0)
    return decided if too_early else max(now, decided + timedelta(seconds=1))


def preview(scene: Scene) -> Operation:
    source = scene.party()
    payee = scene.party(source.currency, source)
    key, actor, minor = scene.key(), acting(source.owner), scene.minor()
    wish = Wish(source.account, payee.target, Money(minor, source.currency))
    return Operation(
        text=f"preview of a transfer {source.name} -> {payee.name} {minor} [{key}]",
        kind="preview",
        ask=lambda process: process.transfers.preview(actor, wish, key=key),
        initiator=source.account,
        scope=actor.person,
        key=key,
        writes=False,
    )


def split(scene: Scene) -> Operation:
    source = scene.party("USD")
    others = [party for party in scene.parties if party.currency == "USD" and party is not source]
    chosen = scene.rng.sample(others, min(len(others), scene.rng.randrange(2, SHARES_MAX + 1)))
    shares = tuple((party.account, Money(scene.minor(), "USD")) for party in chosen)
    minor = sum(money.minor for _, money in shares)
    command = Command(
        kind="split_transfer",
        initiator=source.account,
        scope=BANK,
        key=scene.key(),
        parties={"source": source.account},
        amounts={"amount": Money(minor, "USD")},
        shares=shares,
    )
    effects = {source.account: -minor, **{account: money.minor for account, money in shares}}
    return posting(command, f"{source.name} -> {', '.join(party.name for party in chosen)} {minor}", effects)


def exchange(scene: Scene) -> Operation:
    source, payee = scene.party("USD"), scene.party("EUR")
    sold, bought = scene.minor(), scene.minor()
    command = Command(
        kind="fx_exchange",
        initiator=source.account,
        scope=BANK,
        key=scene.key(),
        parties={"source": source.account, "destination": payee.account},
        amounts={"sold": Money(sold, "USD"), "bought": Money(bought, "EUR")},
    )
    effects = {
        source.account: -sold,
        "fx_position/USD": sold,
        "fx_position/EUR": -bought,
        payee.account: bought,
    }
    return posting(command, f"{source.name} {sold} -> {payee.name} {bought}", effects)


def money_in(scene: Scene) -> Operation:
    kind = scene.favourite(IN)
    batched = [party for party in scene.parties if scene.state(party).batching is not Batching.OFF]
    if batched and kind != "instant_received" and scene.chance(0.6):
        return paid_in(scene, kind, scene.rng.choice(batched), scene.minor() * 2)
    return paid_in(scene, kind, scene.party("USD" if kind == "instant_received" else None), scene.minor() * 2)


def till(scene: Scene) -> Operation | None:
    """A small payment into a shop. A till that hears nothing goes on with the next customer."""
    shops = [party for party in scene.parties if scene.state(party).batching is Batching.ON]
    if not shops:
        return None
    operation = paid_in(scene, scene.till, shops[0], scene.rng.randrange(1, 400))
    operation.hurried = True
    return operation


def paid_in(scene: Scene, kind: str, party: Party, minor: int) -> Operation:
    return _booked(scene, kind, "destination", party, minor, initiator=scene.book("settlement", party.currency))


def money_out(scene: Scene) -> Operation:
    kind = scene.favourite(OUT)
    party = scene.party("USD" if kind == "instant_sent" else None)
    return _booked(scene, kind, "source", party, scene.minor(), initiator=party.account)


def _booked(scene: Scene, kind: str, role: str, party: Party, minor: int, *, initiator: str) -> Operation:
    command = Command(
        kind=kind,
        initiator=initiator,
        scope=BANK,
        key=scene.key(),
        parties={role: party.account},
        amounts={"amount": Money(minor, party.currency)},
    )
    return posting(command, f"{party.name} {minor}", booked(kind, party.account, minor, party.currency))


def prefund(scene: Scene) -> Operation:
    return prefunded(scene, scene.minor())


def prefunded(scene: Scene, minor: int) -> Operation:
    command = Command(
        kind="prefund_added",
        initiator=scene.book("instant_prefund", "USD"),
        scope=BANK,
        key=scene.key(),
        amounts={"amount": Money(minor, "USD")},
    )
    return posting(command, str(minor), booked("prefund_added", "", minor, "USD"))


def reverse(scene: Scene) -> Operation | None:
    """Of anything with a journal, refused ones and reversals among them; all that is left, or a part."""
    done = [one for one in scene.asked[-40:] if one.keyed and one.writes and one.told and one.told.for_ever]
    if not done:
        return None
    in_part = [one.reverses for one in done if one.reverses in done and one.told and one.told.done]
    original = scene.rng.choice(in_part if in_part and scene.chance(0.3) else done)
    if original is None:
        return None
    key, journal = scene.key(), original.journal
    minor = max(original.effects.values(), default=0)
    part = scene.rng.randrange(1, minor + 20) if minor and scene.chance(0.6) else 0
    amount = Money(part, _currency(scene, original)) if part else None
    return Operation(
        text=f"reversal of {part or 'all'} of ({original.text}) [{key}]",
        kind="reversal",
        ask=lambda process: process.transfers.reverse(clerk(), journal=journal, amount=amount, key=key),
        initiator=original.initiator,
        scope=CLERK,
        key=key,
        reverses=original,
    )


def _currency(scene: Scene, operation: Operation) -> str:
    return next((party.currency for party in scene.parties if party.account in operation.effects), "USD")
