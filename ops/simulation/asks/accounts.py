"""What staff and owners ask of an account itself: open, freeze, thaw, close, limit, batch."""

from collections.abc import Callable

from domain.accounts.model import Account, AccountRecord
from domain.customers.model import Customer
from domain.ledger.model import Batching, Limits, State, Status
from domain.money import Money
from domain.refusals import Refusal
from ops.simulation.cast import CLERK, Party, acting, clerk
from ops.simulation.operations import Operation
from ops.simulation.processes import Process
from ops.simulation.scene import Scene


def opening(scene: Scene) -> Operation:
    owner = scene.rng.choice(scene.parties).owner
    return opened(scene, owner, "EUR" if scene.chance(0.2) else "USD")


def opened(scene: Scene, owner: Customer, currency: str) -> Operation:
    key = scene.key()

    def ask(process: Process) -> AccountRecord | Refusal:
        answer = process.accounts.open_account(
            acting(owner), customer=owner, product="checking", currency=currency, key=key
        )
        if isinstance(answer, Account):
            scene.joins(owner, answer.id)
            return answer.record  # which never changes; its state may have, since it was opened
        return answer

    return Operation(text=f"opening {currency} [{key}]", kind="opening", ask=ask, key=key, keyed=False)


def freeze(scene: Scene) -> Operation:
    party, debits_only, key = scene.party(), scene.chance(0.4), scene.key()
    return _change(
        "debits_frozen" if debits_only else "account_frozen",
        party,
        key,
        lambda process: process.accounts.freeze(clerk(), account=party.account, key=key, debits_only=debits_only),
    )


def thaw(scene: Scene) -> Operation | None:
    frozen = [party for party in scene.parties if scene.state(party).status in (Status.FROZEN, Status.DEBITS_FROZEN)]
    return thawed(scene, scene.rng.choice(frozen)) if frozen else None


def thawed(scene: Scene, party: Party) -> Operation:
    key = scene.key()
    return _change(
        "account_thawed",
        party,
        key,
        lambda process: process.accounts.thaw(clerk(), account=party.account, key=key),
    )


def close(scene: Scene) -> Operation:
    """Mostly one of the accounts that are met least: what is closed stays closed."""
    party = scene.parties[-1] if scene.chance(0.5) else scene.rng.choice(scene.parties[2:])
    key = scene.key()
    return _change(
        "account_closed",
        party,
        key,
        lambda process: process.accounts.close(clerk(), account=party.account, key=key),
    )


def close_too_soon(scene: Scene) -> Operation | None:
    """Of an empty account that has an open hold, or whose credits are batched.

    What binds it goes before, and may be refused or lost: then the account is closed, or not, like any other.
    """
    empty = [party for party in scene.parties if _is_empty(scene.state(party))]
    if not empty:
        return None
    party, keys = empty[-1], (scene.key(), scene.key())
    held = scene.chance(0.5)

    def ask(process: Process) -> Account | Refusal:
        if held:
            limits = Limits(overdraft_minor=500, per_transfer_minor=20_000, per_day_minor=30_000)
            process.accounts.set_limits(clerk(), account=party.account, limits=limits, key=keys[0])
            process.transfers.place_hold(
                clerk(), account=party.account, amount=Money(100, party.currency), expires_at=None, key=keys[1]
            )
        else:
            process.accounts.start_batching(clerk(), account=party.account, key=keys[0])
        return process.accounts.close(clerk(), account=party.account, key=key)

    key = scene.key()
    operation = _change("account_closed", party, key, ask)
    operation.besides = frozenset((party.account, CLERK, one) for one in keys)
    return operation


def _is_empty(state: State) -> bool:
    return state.posted_minor == 0 and state.status is Status.OPEN and state.batching is Batching.OFF


def set_limits(scene: Scene) -> Operation:
    party, key = scene.party(), scene.key()
    limits = Limits(
        overdraft_minor=scene.rng.choice((0, 0, 500, 5_000)),
        per_transfer_minor=scene.rng.choice((2_000, 20_000, 100_000)),
        per_day_minor=scene.rng.choice((4_000, 30_000, 200_000)),
    )
    return _change(
        "limits_set",
        party,
        key,
        lambda process: process.accounts.set_limits(clerk(), account=party.account, limits=limits, key=key),
    )


def set_joint_limits(scene: Scene) -> Operation:
    party, key = scene.party("USD"), scene.key()
    limits = (scene.joint_limit,) if scene.chance(0.7) else ()
    return _change(
        "joint_limits_set",
        party,
        key,
        lambda process: process.accounts.set_joint_limits(clerk(), account=party.account, limits=limits, key=key),
    )


def start_batching(scene: Scene) -> Operation:
    return batching_started(scene, scene.party())


def batching_started(scene: Scene, party: Party) -> Operation:
    key = scene.key()
    return _change(
        "batching_started",
        party,
        key,
        lambda process: process.accounts.start_batching(clerk(), account=party.account, key=key),
    )


def end_batching(scene: Scene) -> Operation | None:
    batched = [party for party in scene.parties if scene.state(party).batching is not Batching.OFF]
    return batching_ended(scene, scene.rng.choice(batched)) if batched else None


def batching_ended(scene: Scene, party: Party) -> Operation:
    key = scene.key()
    return _change(
        "batching_ended",
        party,
        key,
        lambda process: process.accounts.end_batching(clerk(), account=party.account, key=key),
    )


def _change(kind: str, party: Party, key: str, ask: Callable[[Process], Account | Refusal]) -> Operation:
    return Operation(
        text=f"{kind} {party.name} [{key}]",
        kind=kind,
        ask=ask,
        initiator=party.account,
        scope=CLERK,
        key=key,
    )
