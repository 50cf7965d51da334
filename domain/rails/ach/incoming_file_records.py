"""Received files as they are kept, and how they move while others may be moving them too."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from domain.clock import Clock
from domain.rails.ach.exchange import Exchange
from domain.rails.ach.incoming_kinds import (
    RECEIVED_FILES_ENDED,
    ReceivedFileEvent,
    ReceivedFileState,
    received_file_target,
)
from domain.rails.ach.incoming_model import ReceivedFile
from domain.rails.ach.incoming_store import IncomingStore
from domain.rails.ach.records import changed

Changes = Callable[[ReceivedFile], ReceivedFile]


class ReceivedFileMissing(Exception):
    """A file that something names does not exist: a fault, because none is ever deleted."""


class ReceivedFileRecords:
    def __init__(self, *, store: IncomingStore, exchanges: Callable[[str], Exchange], clock: Clock) -> None:
        self._store = store
        self._exchanges = exchanges
        self._clock = clock

    def existing(self, file: str) -> ReceivedFile:
        found = self._store.received_file(file)
        if found is None:
            raise ReceivedFileMissing(file)
        return found

    def chunks(self, file: ReceivedFile) -> Iterable[bytes]:
        """Its content, where it lies."""
        chunks = self._exchanges(file.region).chunks(file.name)
        if chunks is None:
            raise ReceivedFileMissing(f"the content of {file.id}")
        return chunks

    def moved(
        self, file: ReceivedFile, event: ReceivedFileEvent, *, changes: Changes = lambda found: found
    ) -> ReceivedFile:
        def move(stored: ReceivedFile) -> ReceivedFile:
            return self.along(stored, event, changes)

        return self.written(file, move)

    def along(
        self, stored: ReceivedFile, event: ReceivedFileEvent, changes: Changes = lambda found: found
    ) -> ReceivedFile:
        """By the table; an event that has no row for the file as it is changes nothing."""
        target = received_file_target(stored.state, event)
        if target is None:
            return stored
        now = self._clock.now()
        rests = target in RECEIVED_FILES_ENDED and target is not ReceivedFileState.QUARANTINED
        return replace(changes(stored), state=target, entered_at=now, due_at=None if rests else now)

    def noted(self, file: ReceivedFile, changes: Changes) -> ReceivedFile:
        """Of the file in the state that this was found out about; of no other."""

        def note(stored: ReceivedFile) -> ReceivedFile:
            return changes(stored) if stored.state is file.state else stored

        return self.written(file, note)

    def written(self, file: ReceivedFile, changes: Changes) -> ReceivedFile:
        """Whatever its state is by now: the changes look at it."""
        return changed(lambda: self.existing(file.id), changes, self._store.replace_received_file)
