"""Runs the sponsor bank beside a local bank: looks into the exchange, delivers messages and files, again and again.

What is to be done is kept before it is done, and what it came to after: killed anywhere it goes on where it was, and
at worst says something twice under the same id, or puts the same bytes under the same name.
"""

from __future__ import annotations

import copy
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from domain.clock import Clock, SystemClock, instant_text
from domain.partners.kinds import SPONSOR
from domain.rails.ach.exchange import ContentDiffers
from ops.graphiql.upstream import UpstreamSlow, UpstreamUnreachable, forward
from ops.local.aws import Clients
from ops.local.bank import BankMissing, LocalBank
from ops.local.partners import PartnerMissing, sender_of
from ops.sponsor.bucket import OUTPUT, Bucket, S3Bucket
from ops.sponsor.keeping import Life, gone, opened, seen, sign
from ops.sponsor.state import StateUnreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ops.sponsor.state import InboundFile, Message

POLL_SECONDS: Final = 2.0
"""Between two looks: a person hardly waits, and an engine of one core hardly notices."""
FILES_AT_ONCE: Final = 20
MESSAGES_AT_ONCE: Final = 20
"""Of one look, so that a long queue does not keep new orders waiting."""
SAID_MAX: Final = 200
SUCCESSES: Final = range(200, 300)


class NoExchange(Exception):
    """The stack of the local bank has no bucket for the exchange."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one look came to."""

    taken: tuple[str, ...] = ()
    put: tuple[str, ...] = ()
    delivered: tuple[tuple[str, bool], ...] = ()


def turn(
    folder: Path, buckets: Mapping[str, Bucket], deliver: Callable[[Message], tuple[bool, str]], clock: Clock
) -> Turn:
    """Takes what is new, then carries out what is due."""
    known = seen(folder).files
    fresh = [(region, name) for region, bucket in buckets.items() for name in bucket.names() if name not in known]
    contents = [(region, name, buckets[region].get(name)) for region, name in fresh[:FILES_AT_ONCE]]
    with opened(folder) as bank:
        now = clock.now()
        for region, name, content in contents:
            if content is not None:
                bank.take(name, content, region=region, now=now)
        bank.go_on(now)
        to_put = [one for one in map(copy.copy, bank.to_put()) if one.region in buckets]
        due = [copy.copy(one) for one in bank.due(now, limit=MESSAGES_AT_ONCE)]
    for file in to_put:
        _put(buckets[file.region], file)
        with opened(folder) as bank:
            bank.put(file.name)
    delivered = []
    for message in due:
        taken, said = deliver(message)
        delivered.append((message.id, taken))
        with opened(folder) as bank:
            bank.delivered(message.id, taken=taken, said=said[:SAID_MAX], now=clock.now())
    return Turn(
        taken=tuple(name for _, name, content in contents if content is not None),
        put=tuple(one.name for one in to_put),
        delivered=tuple(delivered),
    )


def _put(bucket: Bucket, file: InboundFile) -> None:
    """A name that stands there with other bytes is from before the state was lost, and its file was delivered."""
    with suppress(ContentDiffers):
        bucket.put(file.name, (file.text or "").encode("latin-1"))


class Postman:
    """Delivers messages to the webhooks of a local bank."""

    def __init__(self, bank: LocalBank, clock: Clock) -> None:
        self._bank = bank
        self._clock = clock

    def deliver(self, message: Message) -> tuple[bool, str]:
        """Whether it was taken, and what was said."""
        if message.region not in self._bank.regions:
            return False, f"this bank has no region {message.region}"
        address = f"{self._bank.regions[message.region].webhooks}/{SPONSOR.name}/{quote(message.kind)}"
        body = message.body.encode()
        try:
            sender = sender_of(self._bank.folder, region=message.region, partner=SPONSOR.name)
            signing = sender.stranger() if message.forged else sender
            answer = forward(address, body, signing.headers(body, message_id=message.id, at=self._clock.now()))
        except (PartnerMissing, UpstreamSlow, UpstreamUnreachable) as fault:
            return False, str(fault)
        return answer.status in SUCCESSES, str(answer.status)


def buckets_of(bank: LocalBank) -> dict[str, Bucket]:
    """The exchange of each region that has one. Raises `NoExchange` when none has."""
    found: dict[str, Bucket] = {
        name: S3Bucket(Clients(endpoint=bank.engine, region=name).s3, region.outputs[OUTPUT])
        for name, region in bank.regions.items()
        if OUTPUT in region.outputs
    }
    if not found:
        raise NoExchange(f"no region of the bank has an output {OUTPUT}")
    return found


class Runner:
    """Turn after turn, until it is asked to end. What stops one turn is said once, and the next is tried."""

    def __init__(self, folder: Path, say: Callable[[str], None], clock: Clock | None = None) -> None:
        self._folder = folder
        self._say = say
        self._clock = clock or SystemClock()
        self._stopping = threading.Event()
        self._fault = ""
        self._bank: LocalBank | None = None
        self._buckets: dict[str, Bucket] = {}

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            self.once()
            self._stopping.wait(POLL_SECONDS)
        gone(self._folder)

    def once(self) -> None:
        fault = ""
        try:
            bank = LocalBank.load(self._folder)
            if bank != self._bank:  # it was deployed anew
                self._buckets, self._bank = buckets_of(bank), bank
            done = turn(self._folder, self._buckets, Postman(bank, self._clock).deliver, self._clock)
            self._tell(done)
        except (BankMissing, BotoCoreError, ClientError, NoExchange, OSError, StateUnreadable) as stopped:
            fault = str(stopped)[:SAID_MAX]
        except Exception as unexpected:  # noqa: BLE001 - the last frame of its thread: the bank beside it goes on
            traceback.print_exc()
            fault = f"fault: {type(unexpected).__name__}"
        if fault and fault != self._fault:
            self._say(f"sponsor bank: {fault}")
        self._fault = fault
        sign(self._folder, Life(at=instant_text(self._clock.now()), fault=fault))

    def _tell(self, done: Turn) -> None:
        for name in done.taken:
            self._say(f"sponsor bank: took {name}")
        for name in done.put:
            self._say(f"sponsor bank: delivered {name}")


def start(folder: Path, say: Callable[[str], None]) -> Runner:
    """Runs it in a thread of this process, which ends with the process."""
    runner = Runner(folder, say)
    threading.Thread(target=runner.run, name="sponsor", daemon=True).start()
    return runner
