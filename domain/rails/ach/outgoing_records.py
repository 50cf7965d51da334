"""Our files, their entries and their texts as they are kept, and how they move while others may be moving them too."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain.clock import Clock
from domain.rails.ach.composing import Composed
from domain.rails.ach.exchange import Exchange
from domain.rails.ach.kinds import FILES_ENDED, EntryState, FileEvent, file_target
from domain.rails.ach.model import AchFile, Entry
from domain.rails.ach.outgoing_room import ENTRIES_MAX
from domain.rails.ach.records import Contended, changed
from domain.rails.ach.store import AchStore
from domain.rails.ach.windows import Window

PAGE: Final = 100
BUILT: Final = "built/ach/"
"""Where the texts of our files are kept, each under its digest."""

Changes = Callable[[AchFile], AchFile]


class FileMissing(Exception):
    """A file that something names does not exist: a fault, because none is ever deleted."""


class OutgoingRecords:
    def __init__(self, *, store: AchStore, exchange: Exchange, clock: Clock, region: str, jurisdiction: str) -> None:
        self._store = store
        self._exchange = exchange
        self._clock = clock
        self._region = region
        self._jurisdiction = jurisdiction

    # Files.

    def opened(self, window: Window, *, number: int) -> AchFile:
        """The file of this number in a window, as it is by now if somebody else has opened it."""
        now = self._clock.now()
        file = AchFile(
            id=file_id(self._jurisdiction, self._region, window.id, number),
            region=self._region,
            window=window.id,
            number=number,
            opened_at=now,
            effective_on=window.settles_on,
            entered_at=now,
            due_at=now,
        )
        self._store.add_file(file)
        return self.existing(file.id)

    def existing(self, file: str) -> AchFile:
        found = self._store.file(file)
        if found is None:
            raise FileMissing(file)
        return found

    def of_window(self, window: str, number: int) -> AchFile:
        return self.existing(file_id(self._jurisdiction, self._region, window, number))

    def moved(
        self,
        file: AchFile,
        event: FileEvent,
        *,
        changes: Changes | None = None,
        only_if: Callable[[AchFile], bool] = lambda _: True,
    ) -> AchFile:
        """By the table; an event that has no row for the file as it is changes nothing."""

        def move(stored: AchFile) -> AchFile:
            if file_target(stored.state, event) is None or not only_if(stored):
                return stored
            return self.led(changes(stored) if changes else stored, event)

        return self.written(file, move)

    def led(self, file: AchFile, event: FileEvent) -> AchFile:
        """The file in the state that a row of the table leads to, not written yet."""
        target = file_target(file.state, event)
        if target is None:
            raise ValueError(f"nothing leads {file.id} from {file.state} by {event}")
        now = self._clock.now()
        return replace(
            file,
            state=target,
            entered_at=now,
            told=None if target is file.state else file.told,
            due_at=None if target in FILES_ENDED else now,
        )

    def noted(self, file: AchFile, changes: Changes) -> AchFile:
        """Of the file in the state that this was found out about; of no other."""

        def note(stored: AchFile) -> AchFile:
            return changes(stored) if stored.state is file.state else stored

        return self.written(file, note)

    def due(self, file: AchFile, at: datetime | None) -> AchFile:
        """When somebody has to work on it next; None: not before something else becomes of it."""
        return self.noted(file, lambda found: replace(found, due_at=at))

    def written(self, file: AchFile, changes: Changes) -> AchFile:
        """Whatever its state is by now: the changes look at it."""
        return changed(lambda: self.existing(file.id), changes, self._store.replace_file)

    # Entries.

    def entries(self, file: AchFile) -> list[Entry]:
        """Those too that have gone into another file since."""
        found: list[Entry] = []
        after: str | None = None
        while len(found) <= ENTRIES_MAX:
            page = self._store.entries(file.id, after=after, limit=PAGE)
            found += page.entries
            if page.after is None:
                return found
            after = page.after
        raise Contended(f"{file.id} has more than {ENTRIES_MAX} entries")

    def standing(self, file: AchFile) -> list[Entry]:
        """Entries of the file that have not been rejected."""
        return [one for one in self.entries(file) if one.state is EntryState.READY and one.file == file.id]

    def entry_moved(
        self,
        entry: Entry,
        state: EntryState,
        code: str | None = None,
        reason: str | None = None,
        journal: str | None = None,
    ) -> Entry:
        moved = replace(
            entry,
            state=state,
            reason_code=code,
            reason=reason or None,
            journal=journal or entry.journal,
            version=entry.version + 1,
        )
        if self._store.replace_entry(moved, version=entry.version):
            return moved
        stored = self._store.entry(entry.id)
        if stored is None:
            raise FileMissing(entry.id)
        return stored

    # Texts.

    def keep_text(self, text: Composed) -> None:
        self._exchange.put(f"{BUILT}{text.sha256}", text.content)

    def text(self, file: AchFile) -> bytes:
        """Of a built file."""
        content = self._exchange.get(f"{BUILT}{file.sha256}")
        if content is None:
            raise FileMissing(f"the text of {file.id}")
        return content


def file_id(jurisdiction: str, region: str, window: str, number: int) -> str:
    """A file is made once for its region, its window and its number in it."""
    return f"fil_{jurisdiction}_{region.replace('-', '')}_{window}_{number}"
