"""What stands around every command: ids that cannot be ids, the audit record, and the refusal as a member."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypedDict

from graphql import GraphQLResolveInfo

from domain.ids import ID_LENGTH_MAX, is_account, is_internal, journal_id
from domain.refusals import NotAllowed, NotFound, Refusal
from graph.context import Context
from graph.inputs import with_schema_paths
from graph.refusals import answered

Info = GraphQLResolveInfo[Context]
Resolve = Callable[..., Any]

SUBJECTS: Final[dict[str, tuple[str, str] | None]] = {
    "openAccount": ("customer", "customerId"),
    "transfer": ("account", "sourceId"),
    "previewTransfer": None,
    "scheduleTransfer": ("account", "sourceId"),
    "cancelTransferOrder": ("transfer_order", "orderId"),
    "placeHold": ("account", "accountId"),
    "captureHold": ("hold", "holdId"),
    "releaseHold": ("hold", "holdId"),
    "reverseJournal": ("journal", "journalId"),
    "freezeAccount": ("account", "accountId"),
    "thawAccount": ("account", "accountId"),
    "closeAccount": ("account", "accountId"),
    "addCounterparty": ("customer", "customerId"),
    "closeCounterparty": ("counterparty", "counterpartyId"),
    "verifyCounterparty": ("counterparty", "counterpartyId"),
    "confirmMicroEntries": ("counterparty", "counterpartyId"),
    "originateAchCredit": ("account", "accountId"),
    "originateAchDebit": ("account", "accountId"),
    "reverseAchPayment": ("payment", "paymentId"),
    "cancelPayment": ("payment", "paymentId"),
    "confirmPayment": ("payment", "paymentId"),
    "returnAchEntry": ("received_ach_entry", "entryId"),
    "assignCase": ("case", "caseId"),
    "releaseCase": ("case", "caseId"),
    "resolveCase": ("case", "caseId"),
    "giveApproval": ("approval", "approvalId"),
    "refuseApproval": ("approval", "approvalId"),
    "replayPartnerDelivery": ("partner_delivery", "deliveryId"),
    "registerFraudVersion": ("fraud_scope", "scope"),
    "redraftFraudVersion": ("fraud_version", "version"),
    "commitFraudVersion": ("fraud_version", "version"),
    "dryRunFraudRules": ("fraud_version", "version"),
    "startFraudShadow": ("fraud_version", "version"),
    "stopFraudShadow": ("fraud_version", "version"),
    "requestFraudPromotion": ("fraud_version", "version"),
    "promoteFraudVersion": ("fraud_version", "version"),
    "rollBackFraud": ("fraud_version", "version"),
    "retireFraudVersion": ("fraud_version", "version"),
    "addFraudListEntry": ("fraud_scope", "scope"),
    "removeFraudListEntry": ("fraud_scope", "scope"),
    "snoozeFraudRule": ("customer", "customerId"),
    "endFraudSnooze": ("customer", "customerId"),
    "labelFraud": ("fraud_decision", "subjectId"),
}
"""What each command is done to, and the field of its input that names it. A preview changes nothing: no record."""
WITHOUT_JOURNAL: Final = frozenset(
    {
        "openAccount",
        "scheduleTransfer",
        "cancelTransferOrder",
        "originateAchCredit",
        "originateAchDebit",
        "reverseAchPayment",
        "cancelPayment",
        "confirmPayment",
        "returnAchEntry",
        "labelFraud",
    }
)
"""Commands whose key leads to something else than one journal of the account."""


def carried_out(command: str, conceivable: Callable[[Context], bool], resolve: Resolve) -> Resolve:
    """The command with exactly one audit record, whatever becomes of it, and its refusal as the schema shows it.

    A command that no relation could allow these groups is refused here; the service asks about the rest.
    """
    subject = SUBJECTS[command]

    def run(source: Any, info: Info, **arguments: Any) -> Any:
        context: Context = info.context
        given: Mapping[str, Any] = arguments["input"]
        context.commands.append(command)
        declined = _absurd(given) or (None if conceivable(context) else NotAllowed())
        act = _act(context, command, subject, given) if subject else None
        answer: Any = declined
        if declined and act is not None:
            context.bank.audit.record(context.actor, **act, refusal=declined)
        elif act is not None:
            answer = _on_record(context, act, lambda: resolve(source, info, **arguments))
        elif declined is None:
            answer = resolve(source, info, **arguments)
        context.answers(answer)
        return answered(with_schema_paths(answer) if isinstance(answer, Refusal) else answer)

    return run


def _on_record(context: Context, act: "_Act", resolve: Callable[[], Any]) -> Any:
    """Written down before it takes place: a process that dies in it leaves a record whose outcome is unknown."""
    audit = context.bank.audit
    begun = audit.begin(context.actor, **act)
    try:
        answer = resolve()
    except Exception:
        audit.end(begun, account=context.concerned, failed=True)
        raise
    audit.end(begun, account=context.concerned, refusal=answer if isinstance(answer, Refusal) else None)
    return answer


class _Act(TypedDict):
    action: str
    subject_kind: str
    subject_id: str
    customer: str | None
    account: str | None
    detail: Mapping[str, str]


def _act(context: Context, command: str, subject: tuple[str, str], given: Mapping[str, Any]) -> _Act:
    kind, field = subject
    subject_id = str(given.get(field) or context.actor.person)[:ID_LENGTH_MAX]
    account = context.account_behind(kind, subject_id)
    holder = context.holder_of(account) if account else None
    return _Act(
        action=_snake(command),
        subject_kind=kind,
        subject_id=subject_id,
        customer=holder if account else context.customer_behind(kind, subject_id),
        account=account,
        detail=_leads_to(context, command, account, given) if account else {},
    )


def _leads_to(context: Context, command: str, account: str, given: Mapping[str, Any]) -> dict[str, str]:
    """The journal that the command's key leads to, if it gets that far: so its outcome can be looked up for ever."""
    if command in WITHOUT_JOURNAL or not (is_account(account) or is_internal(account)):
        return {}
    return {"journal": journal_id(account, context.actor.person, given["idempotencyKey"])}


def _absurd(given: Mapping[str, Any]) -> NotFound | None:
    """Nothing has an id this long, or none at all; the stores are not asked."""
    for name, value in _texts(given):
        if name.endswith("Id") and not 1 <= len(value) <= ID_LENGTH_MAX:
            return NotFound(value[:ID_LENGTH_MAX])
    return None


def _texts(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if isinstance(value, Mapping):
            yield from _texts(value)
        elif isinstance(value, str):
            yield name, value


def _snake(name: str) -> str:
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)
