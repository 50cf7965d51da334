"""Holds: placed, raised, captured, released, cleared by the network, and one too many."""

from datetime import timedelta
from typing import Final

from domain.ids import hold_id
from domain.ledger.model import HOLDS_MAX, Command, Posted, Refused, Status
from domain.money import Money
from ops.simulation.asks.posting import posting
from ops.simulation.cast import CLERK, Party, acting, clerk
from ops.simulation.model import booked, moves
from ops.simulation.operations import Operation
from ops.simulation.processes import Process
from ops.simulation.scene import BANK, Scene

STILL_OPEN: Final = 0.7
"""How often it is an open hold that somebody captures, raises or releases, where there is one."""
LIFETIMES_SECONDS: Final = (None, 20, 120, 900, 4_000, 90_000)


def place(scene: Scene) -> Operation:
    party = scene.party()
    key, money = scene.key(), Money(scene.minor(), party.currency)
    actor = acting(party.owner) if scene.chance(0.7) else clerk()
    seconds = scene.rng.choice(LIFETIMES_SECONDS)
    expires_at = scene.time.now() + timedelta(seconds=seconds) if seconds else None
    return Operation(
        text=f"hold_placed {party.name} {money.minor}{f' for {seconds} s' if seconds else ''} [{key}]",
        kind="hold_placed",
        ask=lambda process: process.transfers.place_hold(
            actor, account=party.account, amount=money, expires_at=expires_at, key=key
        ),
        initiator=party.account,
        scope=actor.person,
        key=key,
    )


def raise_(scene: Scene) -> Operation | None:
    found = _placed(scene)
    if found is None:
        return None
    party, hold = found
    minor = scene.minor()
    command = Command(
        kind="hold_raised",
        initiator=party.account,
        scope=BANK,
        key=scene.key(),
        parties={"account": party.account},
        amounts={"amount": Money(minor, party.currency)},
        hold=hold,
        expires_at=scene.time.now() + timedelta(hours=2) if scene.chance(0.3) else None,
    )
    return posting(command, f"{party.name} {minor} on {hold[-6:]}")


def capture(scene: Scene) -> Operation | None:
    """To a customer's account, or into card settlement."""
    found = _placed(scene)
    if found is None:
        return None
    party, hold = found
    key, final = scene.key(), scene.chance(0.5)
    money = Money(_fitting(scene, party, hold), party.currency)
    payee = scene.party(party.currency, party) if scene.chance(0.5) else None
    kind = "hold_captured" if payee else "card_captured"
    return Operation(
        text=f"{kind} {party.name} {money.minor} of {hold[-6:]}{' to ' + payee.name if payee else ''} [{key}]",
        kind=kind,
        ask=lambda process: process.transfers.capture_hold(
            clerk(), hold=hold, amount=money, destination=payee.target if payee else None, final=final, key=key
        ),
        initiator=party.account,
        scope=CLERK,
        key=key,
        ends_hold=final,
        effects=moves(party.account, payee.account, money.minor)
        if payee
        else booked(kind, party.account, money.minor, party.currency),
    )


def clear(scene: Scene) -> Operation | None:
    """The network has settled: it posts whatever the hold says."""
    found = _placed(scene)
    if found is None:
        return None
    party, hold = found
    minor = scene.minor()
    command = Command(
        kind="card_cleared",
        initiator=party.account,
        scope="card-network",
        key=scene.key(),
        parties={"account": party.account},
        amounts={"amount": Money(minor, party.currency)},
        hold=hold,
    )
    effects = booked("card_cleared", party.account, minor, party.currency)
    return posting(command, f"{party.name} {minor} of {hold[-6:]}", effects)


def release(scene: Scene) -> Operation | None:
    found = _placed(scene)
    if found is None:
        return None
    party, hold = found
    key = scene.key()
    return Operation(
        text=f"hold_released {party.name} {hold[-6:]} [{key}]",
        kind="hold_released",
        ask=lambda process: process.transfers.release_hold(clerk(), hold=hold, key=key),
        initiator=party.account,
        scope=CLERK,
        key=key,
    )


def one_too_many(scene: Scene) -> Operation | None:
    """Fills an account's list of holds on the way; the operation is the hold too many."""
    party = scene.party("USD")
    state = scene.state(party)
    room = HOLDS_MAX - state.holds_count
    if state.status is not Status.OPEN or state.available_minor <= HOLDS_MAX or room < 1:
        return None
    commands = [_small(scene, party) for _ in range(room + 1)]

    def ask(process: Process) -> Posted | Refused:
        for command in commands[:-1]:
            process.ledger.post(command)
        return process.ledger.post(commands[-1])

    operation = posting(commands[-1], f"{party.name} 1 after {room} more")
    operation.ask, operation.looks = ask, None
    operation.besides = frozenset((party.account, BANK, command.key) for command in commands[:-1])
    return operation


def _small(scene: Scene, party: Party) -> Command:
    return Command(
        kind="hold_placed",
        initiator=party.account,
        scope=BANK,
        key=scene.key(),
        parties={"account": party.account},
        amounts={"amount": Money(1, party.currency)},
        expires_at=scene.time.now() + timedelta(days=1),
    )


def _placed(scene: Scene) -> tuple[Party, str] | None:
    """A hold that was placed; mostly one that is open."""
    placed = [(scene.party_of(one.initiator), hold_id(one.journal)) for one in scene.done("hold_placed")]
    still_open = [(party, hold) for party, hold in placed if hold in {one.id for one in scene.holds(party)}]
    among = still_open if still_open and scene.chance(STILL_OPEN) else placed
    return scene.rng.choice(among) if among else None


def _fitting(scene: Scene, party: Party, hold: str) -> int:
    """Mostly what the hold can give, if its account's last line lists it."""
    listed = next((one for one in scene.state(party).holds or () if one.id == hold), None)
    if listed is None or scene.chance(0.3):
        return scene.minor()
    return scene.rng.randrange(1, listed.remaining_minor + 1)
