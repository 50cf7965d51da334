"""Inputs of what staff of fraud change: one for each mutation."""

from collections.abc import Mapping
from typing import Any, Final

import strawberry

from domain.fraud.lists import REASON_MAX as ENTRY_REASON_MAX
from domain.fraud.registry_rules import REASON_LENGTH_MAX, SHADOW_RUN_MAX, SNOOZE_MAX
from domain.ids import ID_LENGTH_MAX
from domain.ledger.model import KEY_LENGTH_MAX
from domain.refusals import FieldFault
from graph.fraud_enums import ArtefactKind, Family, ListName, Scope
from graph.fraud_lists import ENTITY_LENGTH_MAX
from graph.ids import by_id
from graph.inputs import Reading
from graph.scalars import Day, IdempotencyKey, Instant

DOCUMENT_LENGTH_MAX: Final = 50_000
"""Characters: within a request of 64 KiB, where quotation marks take two bytes each. Larger documents, which are
models, are registered by who trains them."""
RULE_LENGTH_MAX: Final = 48
CODE_LENGTH_MAX: Final = 40
DRY_RUN_DAYS_MAX: Final = 31
_KEY: Final = (
    f"Names this request: 1 to {KEY_LENGTH_MAX} printable ASCII characters without spaces. The same key with the "
    "same input gives the same answer and acts once."
)
VERSION_NAMED: Final = (
    f"The version: scope, kind and number, such as `card/model/3`, at most {ID_LENGTH_MAX} characters."
)
_REASON: Final = f"Why: 1 to {REASON_LENGTH_MAX} printable characters on one line."
_DOCUMENT: Final = f"The document, JSON: at most {DOCUMENT_LENGTH_MAX} characters."
_SCOPE: Final = "The family of payments."
_CUSTOMER: Final = by_id("The customer", "cus")
_RULE: Final = f"The rule's id, the same in every version: at most {RULE_LENGTH_MAX} characters."


@strawberry.input(name="RegisterFraudVersionInput", description="A document to be registered as the next version.")
class RegisterFraudVersionInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    scope: Scope = strawberry.field(description=_SCOPE)
    kind: ArtefactKind = strawberry.field(description="What kind of document it is. Lists are changed entry by entry.")
    document: str = strawberry.field(description=_DOCUMENT)
    note: str = strawberry.field(description=_REASON)


@strawberry.input(name="RedraftFraudVersionInput", description="Another document in the place of a draft's.")
class RedraftFraudVersionInput:
    version: str = strawberry.field(description=VERSION_NAMED)
    document: str = strawberry.field(description=_DOCUMENT)


@strawberry.input(name="CommitFraudVersionInput", description="A draft whose document is to stand for ever.")
class CommitFraudVersionInput:
    version: str = strawberry.field(description=VERSION_NAMED)


@strawberry.input(name="DryRunFraudRulesInput", description="Rules to be tried on payments that were judged.")
class DryRunFraudRulesInput:
    version: str = strawberry.field(description=VERSION_NAMED)
    first_day: Day = strawberry.field(description="The first UTC day of decisions.")
    last_day: Day = strawberry.field(
        description=f"The last one: on or after the first, and at most {DRY_RUN_DAYS_MAX} days in all."
    )


@strawberry.input(name="StartFraudShadowInput", description="A version to be asked beside the champions.")
class StartFraudShadowInput:
    version: str = strawberry.field(description=VERSION_NAMED)
    until: Instant = strawberry.field(
        description=f"When that ends by itself: ahead, and at most {SHADOW_RUN_MAX.days} days."
    )


@strawberry.input(name="StopFraudShadowInput", description="A version to be asked no more.")
class StopFraudShadowInput:
    version: str = strawberry.field(description=VERSION_NAMED)


@strawberry.input(name="RequestFraudPromotionInput", description="A version that is to decide.")
class RequestFraudPromotionInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    version: str = strawberry.field(description=VERSION_NAMED)
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(name="PromoteFraudVersionInput", description="A version to whose promotion a lead has agreed.")
class PromoteFraudVersionInput:
    version: str = strawberry.field(description=VERSION_NAMED)


@strawberry.input(name="RollBackFraudInput", description="A version that is to decide no more.")
class RollBackFraudInput:
    scope: Scope = strawberry.field(description=_SCOPE)
    kind: ArtefactKind = strawberry.field(description="Of which kind. Lists do not go back.")
    version: str = strawberry.field(
        description=f"The version that is to end, as you were shown it: at most {ID_LENGTH_MAX} characters. When "
        "another decides by now, nothing is done."
    )
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(name="RetireFraudVersionInput", description="A draft or a shadow that comes to nothing.")
class RetireFraudVersionInput:
    version: str = strawberry.field(description=VERSION_NAMED)
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(name="AddFraudListEntryInput", description="Somebody who is to stand on a list.")
class AddFraudListEntryInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    scope: Scope = strawberry.field(description=_SCOPE)
    list: ListName = strawberry.field(description="Which list.")
    family: Family = strawberry.field(description="On which side of a payment.")
    entity: str = strawberry.field(
        description="The id of who it is, as payments name them on that side: `cus_` of a customer, `acc_` of an "
        "account, either `acc_` or `cpy_` of a payee, and of a device or a terminal at most "
        f"{ENTITY_LENGTH_MAX} printable ASCII characters without blanks and @."
    )
    reason: str = strawberry.field(description=f"Why: 1 to {ENTRY_REASON_MAX} printable characters.")
    until: Day | None = strawberry.field(
        default=None,
        description="The last day, UTC, on which it counts, today at the earliest; for ever when not given. Who is "
        "denied already is denied until the later of both.",
    )


@strawberry.input(name="RemoveFraudListEntryInput", description="Somebody who is to be taken off a list.")
class RemoveFraudListEntryInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    scope: Scope = strawberry.field(description=_SCOPE)
    list: ListName = strawberry.field(description="Which list.")
    family: Family = strawberry.field(description="On which side of a payment.")
    entity: str = strawberry.field(description=f"The id of who it is: at most {ENTITY_LENGTH_MAX} characters.")
    reason: str = strawberry.field(description=f"Why: 1 to {ENTRY_REASON_MAX} printable characters.")


@strawberry.input(name="SnoozeFraudRuleInput", description="A rule that is to be silent for one customer.")
class SnoozeFraudRuleInput:
    customer_id: strawberry.ID = strawberry.field(description=_CUSTOMER)
    rule: str = strawberry.field(description=_RULE)
    reason: str = strawberry.field(description=_REASON)
    until: Instant = strawberry.field(description=f"Until when: ahead, and at most {SNOOZE_MAX.days} days.")


@strawberry.input(name="EndFraudSnoozeInput", description="A rule that is to speak again on a customer.")
class EndFraudSnoozeInput:
    customer_id: strawberry.ID = strawberry.field(description=_CUSTOMER)
    rule: str = strawberry.field(description=_RULE)


@strawberry.input(name="LabelFraudInput", description="What a payment that was judged turned out to be.")
class LabelFraudInput:
    subject_id: strawberry.ID = strawberry.field(description=by_id("What was judged", "pay", "jrn"))
    fraud: bool = strawberry.field(description="Whether it was a fraud.")
    code: str | None = strawberry.field(
        default=None,
        description=f"Why you say so, for programs: 1 to {CODE_LENGTH_MAX} capital letters, digits and underscores.",
    )


def document_of(reading: Reading, given: str) -> Mapping[str, Any]:
    """The document that a text is; what is wrong with it is kept, with the place."""
    from domain.fraud.documents import DocumentMalformed, read  # noqa: PLC0415  (with the first that is registered)

    if len(given) > DOCUMENT_LENGTH_MAX:
        reading.faults.append(
            FieldFault(("document",), "DOCUMENT_TOO_LONG", f"has at most {DOCUMENT_LENGTH_MAX} characters")
        )
        return {}
    try:
        found = read(given)
    except DocumentMalformed as fault:
        reading.faults.append(FieldFault(("document",), "DOCUMENT_MALFORMED", fault.problem))
        return {}
    if not isinstance(found, dict):
        reading.faults.append(FieldFault(("document",), "DOCUMENT_MALFORMED", "is no object"))
        return {}
    return found


def code_of(reading: Reading, given: str | None) -> str | None:
    """A code as sources have theirs; None when none is given."""
    fits = given is None or (
        1 <= len(given) <= CODE_LENGTH_MAX and given.isascii() and given.replace("_", "").isalnum() and given.isupper()
    )
    if not fits:
        message = f"is 1 to {CODE_LENGTH_MAX} capital letters, digits and underscores"
        reading.faults.append(FieldFault(("code",), "CODE_MALFORMED", message))
    return given
