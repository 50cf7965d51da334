"""What staff ask of what came in: to look at received files and the entries in them.

A file has entries of many customers, and some of nobody we know: no relation leads to one, so groups alone decide.
"""

from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.ids import prefix_of
from domain.rails.ach.incoming_entries import Parts
from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_store import ReceivedFilePage, ReceivedPage
from domain.refusals import NotFound, Refusal


class IncomingDesk:
    def __init__(self, parts: Parts) -> None:
        self._store = parts.store

    def file(self, actor: Actor, file: str) -> ReceivedFile | Refusal:
        """Refusals: NotAllowed, NotFound."""
        declined = _declined(actor, Action.VIEW_ACH_FILES)
        return declined or (self._store.received_file(file) if prefix_of(file) == "rcf" else None) or NotFound(file)

    def files(self, actor: Actor, *, before: str | None = None, limit: int = 25) -> ReceivedFilePage | Refusal:
        """The files of this region, those too of which another region handed entries over; the latest received first.
        Refusals: NotAllowed."""
        return _declined(actor, Action.VIEW_ACH_FILES) or self._store.received_files(before=before, limit=limit)

    def entry(self, actor: Actor, entry: str) -> ReceivedEntry | Refusal:
        """Refusals: NotAllowed, NotFound."""
        declined = _declined(actor, Action.VIEW_ACH_FILES)
        return declined or (self._store.received(entry) if prefix_of(entry) == "rce" else None) or NotFound(entry)

    def entries(self, actor: Actor, file: str, *, after: int = 0, limit: int = 25) -> ReceivedPage | Refusal:
        """The entries of a file that this region has, by their lines. Refusals: NotAllowed."""
        declined = _declined(actor, Action.VIEW_ACH_FILES)
        return declined or self._store.received_entries(file, after=after, limit=limit)


def _declined(actor: Actor, action: Action) -> Refusal | None:
    return refusal_of(actor, action, relation=Relation.STRANGER)
