"""The bus as Amazon EventBridge, for every part of the bank that publishes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

ENTRIES_MAX: Final = 10
"""PutEvents takes ten entries a call."""
ENTRY_BYTES_MAX: Final = 256 * 1024


class EventTooLong(Exception):
    """The bus takes no event of this size. A fault: what events hold is bounded."""


class Event(Protocol):
    """A model of some part's `events`; its class's name is its type on the bus."""

    def model_dump_json(self) -> str: ...


E = TypeVar("E", bound=Event)


class EventsClient(Protocol):
    """The part of boto3's `events` client that is used."""

    def put_events(self, *, Entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]: ...  # noqa: N803  (AWS's name)


class EventBridgeBus(Generic[E]):
    def __init__(self, *, client: Callable[[], EventsClient], bus: str, source: str, key: Callable[[E], str]) -> None:
        """`source`: the part that publishes, as rules match it. `key`: what its consumers deduplicate an event by."""
        self._client = client
        self._bus = bus
        self._source = source
        self._key = key

    def publish(self, events: Sequence[E]) -> tuple[bool, ...]:
        """Which of the events the bus accepted, in their order."""
        accepted: list[bool] = []
        for start in range(0, len(events), ENTRIES_MAX):
            entries = [self._entry(event) for event in events[start : start + ENTRIES_MAX]]
            answer = self._client().put_events(Entries=entries)
            accepted += ["ErrorCode" not in entry for entry in answer["Entries"]]
        return tuple(accepted)

    def _entry(self, event: E) -> dict[str, str]:
        detail = event.model_dump_json()
        if len(detail.encode()) > ENTRY_BYTES_MAX:
            raise EventTooLong(
                f"the {type(event).__name__} of {self._key(event)} is longer than {ENTRY_BYTES_MAX} bytes"
            )
        return {
            "EventBusName": self._bus,
            "Source": self._source,
            "DetailType": type(event).__name__,
            "Detail": detail,
        }
