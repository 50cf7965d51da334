"""What staff ask of what came in: to look at received files and the entries in them, and to send one back.

A file has entries of many customers, and some of nobody we know: no relation leads to one, so groups alone decide.
"""

from domain import keys
from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.ids import prefix_of
from domain.rails.ach.incoming_decisions import Decisions
from domain.rails.ach.incoming_entries import Parts
from domain.rails.ach.incoming_model import Grounds, ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_store import ReceivedFilePage, ReceivedPage
from domain.rails.ach.return_codes import Decision
from domain.refusals import InputInvalid, NotFound, Refusal


class IncomingDesk:
    def __init__(self, parts: Parts, *, decisions: Decisions) -> None:
        self._store = parts.store
        self._decisions = decisions

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

    def send_back(
        self, actor: Actor, entry: str, decision: Decision, *, key: str, facts: Grounds
    ) -> ReceivedEntry | Refusal:
        """Has a posted entry taken back and returned, as `Decisions.send_back` says.

        Refusals: NotAllowed, InputInvalid, NotFound, EntryNotPending, AnswerNotAllowed, ReturnKeyReused.
        """
        declined = _declined(actor, Action.RETURN_ACH_ENTRY)
        if declined:
            return declined
        if faults := keys.key_faults(key):
            return InputInvalid(faults)
        if prefix_of(entry) != "rce":
            return NotFound(entry)
        return self._decisions.send_back(entry, decision, by=actor.person, key=key, facts=facts)


def _declined(actor: Actor, action: Action) -> Refusal | None:
    return refusal_of(actor, action, relation=Relation.STRANGER)
