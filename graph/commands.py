"""What stands around every command: ids that cannot be ids, the audit record, and the refusal as a member."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from graphql import GraphQLResolveInfo

from domain.ids import ID_LENGTH_MAX
from domain.refusals import NotFound, Refusal
from graph.context import Context
from graph.inputs import with_schema_paths
from graph.refusals import answered

Info = GraphQLResolveInfo[Context]

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
}
"""What each command is done to, and the field of its input that names it. A preview changes nothing: no record."""


def carried_out(command: str, resolve: Callable[..., Any]) -> Callable[..., Any]:
    """The command with exactly one audit record, whatever becomes of it, and its refusal as the schema shows it."""
    subject = SUBJECTS[command]

    def run(source: Any, info: Info, **arguments: Any) -> Any:
        context: Context = info.context
        given: Mapping[str, Any] = arguments["input"]
        context.commands.append(command)
        try:
            answer = _absurd(given) or resolve(source, info, **arguments)
        except Exception:
            if subject:
                _recorded(context, command, subject, given, refusal=None, failed=True)
            raise
        if subject:
            refusal = answer if isinstance(answer, Refusal) else None
            _recorded(context, command, subject, given, refusal=refusal, failed=False)
        return answered(with_schema_paths(answer) if isinstance(answer, Refusal) else answer)

    return run


def _recorded(
    context: Context,
    command: str,
    subject: tuple[str, str],
    given: Mapping[str, Any],
    *,
    refusal: Refusal | None,
    failed: bool,
) -> None:
    kind, field = subject
    subject_id = str(given.get(field) or context.actor.person)
    account = context.concerned or (subject_id if kind == "account" else None)
    context.bank.audit.record(
        context.actor,
        action=_snake(command),
        subject_kind=kind,
        subject_id=subject_id,
        customer=subject_id if kind == "customer" else _holder(context, account),
        account=account,
        refusal=refusal,
        failed=failed,
    )


def _holder(context: Context, account: str | None) -> str | None:
    return context.holder_of(account) if account else None


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
