"""The answer to a command that the bank has reasons of its own to refuse.

A reason that the account's state did not decide (a relation that ended, a product's new terms, another region) never
speaks before the journal of the key: what was posted once is the answer for ever.
"""

from domain.ledger.model import Command, Posted
from domain.ledger.service import Ledger
from domain.refusals import Refusal


def answer_to(ledger: Ledger, command: Command, reason: Refusal | None) -> Posted | Refusal:
    """Posts the command; with a reason against it only what its key led to already is answered, or the reason."""
    if reason and not _used(ledger, command):
        return reason
    answer = ledger.post(command)
    return answer if isinstance(answer, Posted) else answer.refusal


def preview_of(ledger: Ledger, command: Command, reason: Refusal | None) -> Posted | Refusal:
    """What `answer_to` would answer now; nothing is written."""
    if reason and not _used(ledger, command):
        return reason
    answer = ledger.preview(command)
    return answer if isinstance(answer, Posted) else answer.refusal


def _used(ledger: Ledger, command: Command) -> bool:
    outcome = ledger.outcome(initiator=command.initiator, scope=command.scope, key=command.key)
    return outcome is not None
