"""What can be asked about notices: tell a customer something once, show what was told, and that it was read.

The outbox is itself a channel: a notice that is kept is delivered in the app. Other channels get it after that.
Death between keeping and delivering is mended by the caller's retry: whoever puts the same key again delivers on
the channels that have not confirmed it yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from domain.clock import Clock
from domain.ids import Randomness, ulid
from domain.notices.kinds import NoticeKind, text_of
from domain.notices.model import Notice, NoticePage
from domain.notices.store import NoticeStore
from domain.refusals import NotFound

PAGE_DEFAULT: Final = 25
PAGE_MAX: Final = 100


class Channel(Protocol):
    """A way to reach a customer outside the app."""

    @property
    def name(self) -> str: ...

    def deliver(self, notice: Notice) -> None:
        """At least once: the notice's id tells a repetition. Raises when it could not; it is then tried again."""
        ...


class Notices:
    def __init__(
        self,
        *,
        store: NoticeStore,
        clock: Clock,
        randomness: Randomness,
        channels: Sequence[Channel] = (),
    ) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._channels = tuple(channels)

    def put(self, customer: str, *, key: str, kind: NoticeKind, facts: Mapping[str, str]) -> Notice:
        """Tells the customer once per key; put again, the notice kept first is the answer."""
        now = self._clock.now()
        notice = Notice(
            id=f"ntc_{ulid(now, self._randomness)}",
            customer=customer,
            key=key,
            kind=kind,
            at=now,
            facts=dict(facts),
            text=text_of(kind, facts),
        )
        kept = notice if self._store.add(notice) else self._kept_before(notice)
        for channel in self._channels:
            self._deliver(kept, channel)
        return kept

    def get(self, customer: str, notice_id: str) -> Notice | NotFound:
        return self._store.notice(customer, notice_id) or NotFound(notice_id)

    def page(self, customer: str, *, position: str | None = None, size: int = PAGE_DEFAULT) -> NoticePage:
        """The customer's notices, the newest first, from `position` on."""
        if not 1 <= size <= PAGE_MAX:
            raise ValueError(f"a page has 1 to {PAGE_MAX} notices, not {size}")
        return self._store.page(customer, before=position, size=size)

    def read(self, customer: str, notice_id: str) -> Notice | NotFound:
        """Marks the notice as read; the first time it was read stays."""
        notice = self._store.notice(customer, notice_id)
        if notice is None:
            return NotFound(notice_id)
        if notice.read_at:
            return notice
        now = self._clock.now()
        if self._store.mark_read(notice, now):
            return replace(notice, read_at=now)
        return self.get(customer, notice_id)

    def _kept_before(self, notice: Notice) -> Notice:
        kept = self._store.of_key(notice.customer, notice.key)
        if kept is None:
            raise RuntimeError(f"{notice.id} was not kept although its key is free")
        return kept

    def _deliver(self, notice: Notice, channel: Channel) -> None:
        if self._store.delivered(notice, channel.name):
            return
        channel.deliver(notice)
        self._store.mark_delivered(notice, channel.name, self._clock.now())
