"""Lambda entry point of what fraud scoring knows: of the queue florin-fraud-features, and of the stream of labels.

Messages are applied one by one and once: the bad ones come back to the queue and end in its dead-letter queue, the
others are done, and a repetition changes nothing. What the stream says of labels becomes events on the bus, which come
back by the queue: so a label is tried as often as a payment, and holds up no other. Of one that cannot be read the
event says just that: the queue has it read again from its table, and its dead-letter queue keeps it until a person has
mended it.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any, Final

from domain.access.events import CredentialChanged
from domain.clock import parse_instant
from domain.fraud.events import SOURCE, LabelUnread, PaymentLabelled, labelled
from domain.fraud.feature_updates import Outcome
from domain.fraud.label_store_dynamodb import label_of_image, subject_of_keys
from domain.ids import prefix_of
from domain.ledger.events import JournalPosted
from domain.unsettled import Unsettled
from functions.composition import bank
from functions.logs import log, log_fault
from functions.messages import one_by_one

STREAM: Final = "aws:dynamodb"
CUSTOMER: Final = "cus"
MALFORMED: Final = (KeyError, ValueError, TypeError, AttributeError)
"""What reading a label of any shape may raise."""


class PaymentNotKnown(Unsettled):
    """A label of a payment that was neither applied nor judged, and may be on its way: the message is to come again."""


class NotPublished(Unsettled):
    """The bus did not take all that was learnt; the records of the stream are to come again."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    records = event["Records"]
    if any(record.get("eventSource") == STREAM for record in records):
        return tell(records)
    return one_by_one(event, apply, function="fraud_features", complaint="an event was not applied")


# What the queue brings.


def apply(body: str) -> None:
    """Other journals than payments, and events of other kinds, change nothing."""
    envelope = json.loads(body)
    applied = APPLIED.get(envelope["detail-type"])
    if applied:
        applied(envelope["detail"])


def _posted(detail: object) -> None:
    posted = JournalPosted.model_validate(detail)
    outcome = bank().feature_updates.apply(posted)
    log("fraud_features").info("applied", extra={"journal": posted.journal, "outcome": outcome.value})


def _labelled(detail: object) -> None:
    said = PaymentLabelled.model_validate(detail)
    outcome = bank().feature_updates.label(
        said.payment,
        fraud=said.fraud,
        source=said.source,
        learnt_at=parse_instant(said.learnt_at),
        happened_at=parse_instant(said.happened_at),
    )
    extra = {"payment": said.payment, "source": said.source, "outcome": outcome.value}
    log("fraud_features").info("applied", extra=extra)
    if outcome is Outcome.UNKNOWN:
        raise PaymentNotKnown(said.payment)


def _credential_changed(detail: object) -> None:
    """Of staff, who make no payments, nothing is noted."""
    said = CredentialChanged.model_validate(detail)
    if prefix_of(said.person) != CUSTOMER:
        return
    outcome = bank().feature_updates.credential_changed(said.person, said.changed_at.astimezone(UTC))
    log("fraud_features").info("applied", extra={"customer": said.person, "outcome": outcome.value})


def _unread(detail: object) -> None:
    """Reads it where it is kept; raises what is wrong with it, until that is mended."""
    payment = LabelUnread.model_validate(detail).payment
    label = bank().labels.of(payment)
    if label is None:
        raise PaymentNotKnown(payment)
    _publish(labelled(label, region=bank().region))


APPLIED: Final[Mapping[str, Callable[[object], None]]] = {
    JournalPosted.__name__: _posted,
    PaymentLabelled.__name__: _labelled,
    LabelUnread.__name__: _unread,
    CredentialChanged.__name__: _credential_changed,
}


# What the stream brings.


def tell(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Says of each label what was last said by each source; what was said before is said again, and changes nothing."""
    events: list[PaymentLabelled | LabelUnread] = []
    for record in records:
        try:
            label = label_of_image(record["dynamodb"]["NewImage"])
        except MALFORMED as fault:
            payment = subject_of_keys(record["dynamodb"]["Keys"])
            log_fault("fraud_features", "a label was not read", fault, payment=payment)
            events.append(LabelUnread(payment=payment, region=bank().region))
        else:
            events.extend(labelled(label, region=bank().region))
    _publish(events)
    log("fraud_features").info("told", extra={"labels": len(records), "events": len(events)})
    return {}


def _publish(events: Sequence[PaymentLabelled | LabelUnread]) -> None:
    if not all(bank().bus(SOURCE).publish(events)):
        raise NotPublished(f"{len(events)} labels")
