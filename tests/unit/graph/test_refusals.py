"""Refusals of the bank and members of the schema: none is forgotten."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import fields
from types import ModuleType

import pytest

import domain
from domain.refusals import FieldFault, InputInvalid, NotFound, Refusal, WrongRegion
from graph.answers import REFUSALS
from graph.refusals import MEMBERS, ROWS, UNREACHED, RefusalCode, answered, presented

AROUND_EVERY_POSTING = {"InputInvalid", "NotFound", "NotAllowed", "WrongRegion"}


def every_refusal() -> set[type[Refusal]]:
    """Every class of refusal in the bank: all its modules but the adapters are read."""
    for found in pkgutil.walk_packages(domain.__path__, "domain."):
        if not found.name.endswith(("_aws", "_dynamodb")):
            importlib.import_module(found.name)
    return set(_below(Refusal))


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def an_example(kind: type[Refusal]) -> Refusal:
    if kind is InputInvalid:
        return InputInvalid((FieldFault(("amount", "currency"), "CURRENCY_UNKNOWN", "is unknown"),))
    given = {part.name: "USD" if part.name.endswith("currency") else _value(part.type) for part in fields(kind)}
    return kind(**given)


def _value(kind: object) -> object:
    return 100 if kind in (int, "int") else "text"


def test_every_refusal_of_the_bank_has_a_row_or_a_reason() -> None:
    decided = set(MEMBERS) | set(UNREACHED)

    assert {kind.__name__ for kind in every_refusal() if kind.__module__.startswith("domain.")} == {
        kind.__name__ for kind in decided
    }


def test_no_refusal_has_both() -> None:
    assert set(MEMBERS) & set(UNREACHED) == set()


def test_every_row_can_be_answered_by_something() -> None:
    answerable = {kind for kinds in REFUSALS.values() for kind in kinds} | {WrongRegion, NotFound}

    assert {kind.__name__ for kind in MEMBERS} == {kind.__name__ for kind in answerable}


def test_codes_are_unique() -> None:
    codes = [row.refusal.code for row in ROWS]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", MEMBERS)
def test_a_refusal_is_presented_with_its_code_and_words(kind: type[Refusal]) -> None:
    refusal = an_example(kind)

    member = presented(refusal)

    assert type(member) is MEMBERS[kind]
    assert member.code is RefusalCode(refusal.code)
    assert member.message == refusal.message
    assert member.retryable is refusal.retryable


def test_faults_are_shown_field_by_field() -> None:
    member = presented(an_example(InputInvalid))

    (fault,) = member.fields  # type: ignore[attr-defined]  # made of its row
    assert (fault.path, fault.code) == (["amount", "currency"], "CURRENCY_UNKNOWN")


def test_what_is_no_refusal_is_answered_as_it_is() -> None:
    assert answered("yes") == "yes"


def test_a_refusal_without_a_row_is_a_fault() -> None:
    kind = next(iter(UNREACHED))

    with pytest.raises(KeyError):
        presented(an_example(kind))


# What a service may answer is what it makes: the refusals named in the code that a mutation runs through.

CARRYING_OUT = [
    "domain.cases.service:_heard,_approved,_not_approved,_carried_out,_moved",
    "domain.access.service:use,_moved",
    "domain.access.rules:used",
]
DECIDED_OF_FRAUD = [
    "domain.fraud.registry:decided,_promoted,_found",
    "domain.fraud.gate_evidence:collected",
    "domain.fraud.registry_rules:promoted",
    "domain.fraud.list_changes:decided,_applied,_deciding",
]
CHECKING = [
    "domain.access.service:decide,seen,check,_moved",
    "domain.access.rules:checked",
    "domain.cases.service:decided",
    *CARRYING_OUT,
]
ORIGINATING = [
    "domain.rails.ach.service:_originate,_accepted,_class_refusal,_limit_refusal,_duplicate",
    "domain.payments.service:open",
    "domain.counterparties.service:get,_found,usable",
]
JUDGING = ["domain.transfers.judging:answered,answer,_meant"]
SOURCES = {
    "openAccount": ["domain.accounts.service:open_account,_claimed,_finished,_existing"],
    "transfer": [
        "domain.transfers.service:transfer,_shown,draft,_payee,_sealed,_unless_used,_record",
        *JUDGING,
        "domain.transfers.reviews:begun,_brought_on,_hold",
        "domain.transfers.review_rules:in_review,declined",
        "domain.ledger.effects:place_hold",
    ],
    "previewTransfer": [
        "domain.transfers.service:preview,_shown,draft,_payee,_sealed,_unless_used,_record",
        "domain.answers:preview_of",
    ],
    "scheduleTransfer": ["domain.transfers.orders:schedule,_claimed"],
    "cancelTransferOrder": ["domain.transfers.orders:cancel,_seen"],
    "placeHold": ["domain.transfers.service:place_hold,_held", "domain.ledger.effects:place_hold"],
    "captureHold": [
        "domain.transfers.service:capture_hold,_captured,_placed,_pair_refusal,_held,_changed",
        *JUDGING,
        "domain.ledger.effects:capture_hold,_open_hold",
    ],
    "releaseHold": ["domain.transfers.service:release_hold,_placed,_held", "domain.ledger.effects:release_hold"],
    "reverseJournal": [
        "domain.transfers.service:reverse",
        "domain.ledger.drafts:_reversing_legs",
        "domain.ledger.guards:credit,fund,status_refuses_debit",
    ],
    "freezeAccount": ["domain.accounts.service:freeze,_change", "domain.ledger.effects:freeze,_status"],
    "thawAccount": ["domain.accounts.service:thaw,_change", "domain.ledger.effects:thaw,_status"],
    "replayPartnerDelivery": ["domain.partners.service:replay"],
    "closeAccount": ["domain.accounts.service:close,_change", "domain.ledger.effects:close,_status"],
    "addCounterparty": ["domain.counterparties.service:add,_unfit,_created,_drafted"],
    "closeCounterparty": ["domain.counterparties.service:close,_seen,_found,_moved"],
    "verifyCounterparty": [
        "domain.counterparties.service:start_verification,_seen,_found,_moved,_sent,_details",
        "domain.counterparties.rules:started,start_refusal",
    ],
    "confirmMicroEntries": [
        "domain.counterparties.service:confirm,_compared,_seen,_found,_moved",
        "domain.counterparties.rules:counted",
    ],
    "originateAchCredit": ORIGINATING,
    "originateAchDebit": ORIGINATING,
    "reverseAchPayment": [
        "domain.rails.ach.reversing:reverse,_refusal,_opened,_not_eligible",
        "domain.rails.ach.service:_seen",
    ],
    "cancelPayment": ["domain.rails.ach.service:cancel,_seen"],
    "confirmPayment": ["domain.rails.ach.service:confirm,_seen"],
    "returnAchEntry": [
        "domain.rails.ach.incoming_desk:send_back",
        "domain.rails.ach.incoming_decisions:send_back,_not_allowed",
    ],
    "assignCase": ["domain.cases.service:assign,_worked,seen,_moved", "domain.cases.rules:assigned,_closed"],
    "releaseCase": ["domain.cases.service:release,_worked,seen,_moved", "domain.cases.rules:released,_closed"],
    "resolveCase": [
        "domain.cases.service:resolve,_worked,seen,_moved,settle,_left_over,_asked_for",
        "domain.cases.rules:resolving,_said_before",
        *CARRYING_OUT,
    ],
    "giveApproval": [*CHECKING, *DECIDED_OF_FRAUD],
    "refuseApproval": [*CHECKING, *DECIDED_OF_FRAUD],
    "registerFraudVersion": ["domain.fraud.registry:draft,register,_made_before", "domain.fraud.list_changes:_applied"],
    "redraftFraudVersion": ["domain.fraud.registry:redraft,_moved,_found", "domain.fraud.registry_rules:redrafted"],
    "commitFraudVersion": ["domain.fraud.registry:commit,_moved,_found", "domain.fraud.registry_rules:committed"],
    "dryRunFraudRules": [
        "domain.fraud.dry_runs:run",
        "domain.fraud.registry:record_dry_run,_moved,_found",
        "domain.fraud.registry_rules:dry_ran,_measured",
    ],
    "startFraudShadow": [
        "domain.fraud.registry:start_shadow,_pointed,_found",
        "domain.fraud.registry_rules:shadowing",
    ],
    "stopFraudShadow": ["domain.fraud.registry:stop_shadow,_pointed,_found"],
    "requestFraudPromotion": [
        "domain.fraud.registry:request_promotion,_worked,_moved,_found",
        "domain.fraud.gate_evidence:collected",
        "domain.access.service:request,_requested_before",
    ],
    "promoteFraudVersion": [
        "domain.fraud.registry:promote,_worked,_promoted,_found",
        "domain.fraud.gate_evidence:collected",
        "domain.fraud.registry_rules:promoted",
        "domain.access.service:use,_moved",
        "domain.access.rules:used",
    ],
    "rollBackFraud": [
        "domain.fraud.registry:roll_back,rolled_back,_pointed",
        "domain.fraud.registry_rules:rolled_back",
    ],
    "retireFraudVersion": [
        "domain.fraud.registry:retire,_pointed,_moved,_found",
        "domain.fraud.registry_rules:retired",
    ],
    "addFraudListEntry": [
        "domain.fraud.list_changes:deny,propose,_applied,_deciding",
        "domain.access.service:request,_requested_before",
    ],
    "removeFraudListEntry": [
        "domain.fraud.list_changes:propose,_deciding",
        "domain.access.service:request,_requested_before",
    ],
    "snoozeFraudRule": ["domain.fraud.snoozing:snooze,_moved", "domain.fraud.registry_rules:snoozed"],
    "endFraudSnooze": ["domain.fraud.snoozing:wake,_moved"],
    "labelFraud": ["domain.fraud.labels:say,learn"],
}
MONEY_OUT = ["domain.ledger.guards:debit,draw,status_refuses_debit,count,fund"]
FOR_MUTATIONS = {
    "transfer": [
        *SOURCES["transfer"],
        *MONEY_OUT,
        "domain.ledger.guards:credit",
        "domain.transfers.rules:pair_refusal",
    ],
    "previewTransfer": [
        *SOURCES["previewTransfer"],
        *MONEY_OUT,
        "domain.ledger.guards:credit",
        "domain.transfers.rules:pair_refusal",
    ],
    "placeHold": [*SOURCES["placeHold"], *MONEY_OUT],
    "captureHold": [*SOURCES["captureHold"], *MONEY_OUT, "domain.ledger.guards:credit"],
}
NOT_SAID = {
    ("closeAccount", "AlreadySo"),  # a closed account is refused as closed before it could be so already
}


def refusals_made(source: str) -> set[str]:
    """Names of refusals that the functions call, that is, make."""
    name, _, functions = source.partition(":")
    module = importlib.import_module(name)
    wanted = set(functions.split(","))
    known = {kind.__name__ for kind in every_refusal()}
    return {
        call.func.id
        for definition in _functions(module)
        if definition.name in wanted
        for call in ast.walk(definition)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in known
    }


def _functions(module: ModuleType) -> list[ast.FunctionDef]:
    tree = ast.parse(inspect.getsource(module))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("name", REFUSALS)
def test_a_mutation_names_every_refusal_that_its_services_make(name: str) -> None:
    sources = FOR_MUTATIONS.get(name, SOURCES[name])
    made = {refusal for source in sources for refusal in refusals_made(source)}

    declared = {kind.__name__ for kind in REFUSALS[name]} | {refusal for key, refusal in NOT_SAID if key == name}

    assert made, "the functions named here have moved"
    assert made - declared == set()


@pytest.mark.parametrize(("name", "source"), [(n, s) for n, all_ in SOURCES.items() for s in all_])
def test_the_functions_named_here_exist(name: str, source: str) -> None:
    module, _, functions = source.partition(":")
    found = {definition.name for definition in _functions(importlib.import_module(module))}

    assert set(functions.split(",")) <= found, name


@pytest.mark.parametrize("name", REFUSALS)
def test_every_mutation_can_be_asked_wrongly(name: str) -> None:
    assert {kind.__name__ for kind in REFUSALS[name]} >= AROUND_EVERY_POSTING
