"""Documents: whatever the schema allows, one step beside it, and each change of the bank asked almost rightly.

The shapes come from hypothesis-graphql, the values from `words`. A document is then told in other ways that mean the
same (values as variables, fields behind fragments), because each way goes through other code.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInputType,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    is_required_argument,
    parse,
    parse_type,
    print_ast,
    value_from_ast_untyped,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema

from graph.documents import core_schema
from graph.schema import schema
from tests.fuzz import names, words
from tests.fuzz.names import named
from tests.unit.graph.fraud_house import rules_document, thresholds_document

CORE: Final = core_schema(schema)
ANSWERED: Final = "__typename ... on Refusal { code }"
"""Asked of every change, so that its answer says what became of it."""
FACTS: Final = "... on InputInvalid { fields { path code message } } ... on NotFound { message }"


def _fields(kind: str) -> list[str]:
    found = CORE.query_type if kind == "query" else CORE.mutation_type
    assert found
    return sorted(found.fields)


QUERIES: Final = _fields("query")
MUTATIONS: Final = _fields("mutation")


@dataclass(frozen=True)
class Document:
    text: str
    variables: dict[str, Any] = field(default_factory=dict)
    askers: tuple[str, ...] = ()
    """Who might well ask this; anybody when it is empty."""


# --- what the schema allows, and one step beside it --------------------------------------------------------------


def _one_field(name: str, mode: Mode) -> st.SearchStrategy[DocumentNode]:
    return from_schema(CORE, fields=[name], custom_scalars=words.SCALARS, print_ast=lambda node: node, mode=mode)


_ALLOWED: Final = {name: _one_field(name, Mode.POSITIVE) for name in (*QUERIES, *MUTATIONS)}
_NOTHING_BESIDE: Final = frozenset({"fraudFeatures", "fraudRuleGrammar", "fraudScopes"})
"""They and all below them take no argument, and that is where hypothesis-graphql goes beside the schema."""
_BESIDE: Final = {
    name: _one_field(name, Mode.NEGATIVE) for name in (*QUERIES, *MUTATIONS) if name not in _NOTHING_BESIDE
}


@st.composite
def allowed(draw: st.DrawFn) -> Document:
    """One root field of the schema with any of its fields, told in one of several ways."""
    drawn = draw(st.sampled_from([*QUERIES, *MUTATIONS, *MUTATIONS]).flatmap(_ALLOWED.__getitem__))
    return told(draw, answered(drawn))


@st.composite
def several(draw: st.DrawFn) -> Document:
    """Several root fields at once: where the limits are."""
    chosen = draw(st.lists(st.sampled_from(QUERIES), min_size=2, max_size=4, unique=True))
    strategy: st.SearchStrategy[DocumentNode] = from_schema(
        CORE, fields=chosen, custom_scalars=words.SCALARS, print_ast=lambda node: node
    )
    return told(draw, draw(strategy))


beside: st.SearchStrategy[Document] = (
    st.sampled_from(sorted(_BESIDE)).flatmap(_BESIDE.__getitem__).map(lambda node: Document(print_ast(node)))
)
"""A document with exactly one thing in it that the schema does not have."""


def answered(document: DocumentNode) -> DocumentNode:
    """The document with `ANSWERED` asked of each change."""
    asked = _selections("{ " + ANSWERED + " }")

    class Asking(Visitor):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> Any:
            if node.operation is not OperationType.MUTATION:
                return None
            changes = tuple(
                _with(one, asked) if isinstance(one, FieldNode) else one for one in node.selection_set.selections
            )
            return _replaced(node, selection_set=SelectionSetNode(selections=changes))

    found: DocumentNode = visit(document, Asking())
    return found


def _with(change: FieldNode, asked: SelectionSetNode) -> FieldNode:
    selections = (*asked.selections, *(change.selection_set.selections if change.selection_set else ()))
    found: FieldNode = _replaced(change, selection_set=SelectionSetNode(selections=selections))
    return found


def _selections(text: str) -> SelectionSetNode:
    (operation,) = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation.selection_set


def _replaced(node: Any, **changes: Any) -> Any:
    return type(node)(**{name: getattr(node, name) for name in node.keys} | changes)


# --- told in another way -----------------------------------------------------------------------------------------


def told(draw: st.DrawFn, document: DocumentNode) -> Document:
    variables: dict[str, Any] = {}
    share = draw(st.sampled_from([0, 0, 30, 100]))
    if share:
        document = _hoisted(draw, document, variables, share=share)
    if draw(st.integers(0, 6)) == 3:
        document = _behind_a_fragment(document)
    if variables and draw(st.integers(0, 4)) == 2:
        name = draw(st.sampled_from(sorted(variables)))
        variables[name] = draw(words.json_values)
    if variables and draw(st.integers(0, 8)) == 4:
        del variables[draw(st.sampled_from(sorted(variables)))]
    return Document(print_ast(document), variables)


def _hoisted(draw: st.DrawFn, document: DocumentNode, variables: dict[str, Any], *, share: int) -> DocumentNode:
    """Values become variables, those of inner fields of an input too."""
    info = TypeInfo(CORE)
    kinds: dict[str, str] = {}

    class Hoisting(Visitor):
        def enter(self, node: Any, *_: Any) -> Any:
            kind = info.get_input_type()
            if not isinstance(node, ValueNode) or isinstance(node, VariableNode) or kind is None:
                return None
            if draw(st.integers(1, 100)) > share:
                return None
            name = f"v{len(variables)}"
            variables[name] = value_from_ast_untyped(node)
            kinds[name] = _variable_type(draw, kind)
            return VariableNode(name=NameNode(value=name))

    moved: DocumentNode = visit(document, TypeInfoVisitor(info, Hoisting()))
    return _declaring(moved, kinds)


def _variable_type(draw: st.DrawFn, kind: GraphQLInputType) -> str:
    """That of the place, now and then with or without the mark that it must be there."""
    text = str(kind)
    return draw(st.sampled_from([text, text, text, text.removesuffix("!"), text.removesuffix("!") + "!"]))


def _declaring(document: DocumentNode, kinds: dict[str, str]) -> DocumentNode:
    declared = tuple(
        VariableDefinitionNode(variable=VariableNode(name=NameNode(value=name)), type=parse_type(kind))
        for name, kind in kinds.items()
    )

    class Declaring(Visitor):
        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> Any:
            return _replaced(node, name=NameNode(value="Op"), variable_definitions=declared)

    found: DocumentNode = visit(document, Declaring())
    return found


def _behind_a_fragment(document: DocumentNode) -> DocumentNode:
    """The operation spreads one fragment that holds all it asked for."""
    operation = next(part for part in document.definitions if isinstance(part, OperationDefinitionNode))
    root = "Mutation" if operation.operation is OperationType.MUTATION else "Query"
    fragment = FragmentDefinitionNode(
        name=NameNode(value="All"),
        type_condition=NamedTypeNode(name=NameNode(value=root)),
        selection_set=operation.selection_set,
        directives=(),
        variable_definitions=(),
    )
    spread = SelectionSetNode(selections=(FragmentSpreadNode(name=NameNode(value="All"), directives=(), arguments=()),))
    return DocumentNode(definitions=(_replaced(operation, selection_set=spread), fragment))


# --- each change, asked almost rightly ---------------------------------------------------------------------------

_DESTINATION: Final = st.one_of(
    st.fixed_dictionaries({"accountId": words.of("own.second", "own.euro", "other.account", "own.closed")}),
    st.fixed_dictionaries(
        {
            "bankAccount": st.fixed_dictionaries(
                {"routingNumber": words.routing, "accountNumber": words.of("other.number", "second.number")}
            )
        }
    ),
    st.fixed_dictionaries({"accountId": words.ids}),
    st.fixed_dictionaries(
        {
            "bankAccount": st.fixed_dictionaries(
                {"routingNumber": st.just(named("routing")), "accountNumber": words.numbers}
            )
        }
    ),
)
_MONEY: Final = st.one_of(
    st.fixed_dictionaries({"amount": st.sampled_from(words.AMOUNTS), "currency": st.just("USD")}),
    st.fixed_dictionaries({"amount": words.amounts, "currency": words.currencies}),
)
_RHYTHM: Final = st.sampled_from(["ONCE", "WEEKLY", "MONTHLY"])
_SCHEDULE: Final = st.fixed_dictionaries(
    {"rhythm": _RHYTHM, "startsOn": words.days},
    optional={"dayOfMonth": words.integers, "endsOn": words.days, "count": words.integers},
)
_SOURCE: Final = words.mostly(words.of("own.account", "own.second", "own.empty", "own.euro"), words.ids)
_ACCOUNT: Final = words.mostly(words.of(*names.ACCOUNTS), words.ids)
_KEY: Final = {"idempotencyKey": words.keys}
_TRANSFER: Final[dict[str, st.SearchStrategy[Any]]] = {
    **_KEY,
    "sourceId": _SOURCE,
    "destination": _DESTINATION,
    "amount": _MONEY,
}
_MEMO: Final = {"memo": st.one_of(words.memos, st.none())}
_HOLD: Final = words.mostly(words.of(*names.HOLDS), words.ids)
_WORK: Final = words.mostly(words.of(*names.WORK), words.ids)
_COUNTERPARTY: Final = words.mostly(words.of(*names.COUNTERPARTIES), words.ids)
_ACH: Final[dict[str, st.SearchStrategy[Any]]] = {
    **_KEY,
    "accountId": _SOURCE,
    "counterpartyId": words.mostly(words.of("verified.counterparty"), _COUNTERPARTY),
    "amount": _MONEY,
    "secCode": st.sampled_from(["PPD", "CCD", "WEB", "TEL", "CTX"]),
    "description": words.mostly(st.sampled_from(["RENT", "PAYROLL"]), words.memos),
}
_ACH_MORE: Final[dict[str, st.SearchStrategy[Any]]] = {
    "speed": st.sampled_from(["SAME_DAY", "NEXT_DAY"]),
    "purpose": st.sampled_from(["PAYMENT", "WAGES", "PURCHASE", "REVERSAL"]),
    "remittance": st.one_of(words.memos, st.none()),
    "recurring": st.booleans(),
    "duplicateIntended": st.booleans(),
}

_CENTS: Final = st.one_of(
    st.lists(
        st.fixed_dictionaries({"amount": st.sampled_from(["0.01", "0.11", "0.99"]), "currency": st.just("USD")}),
        min_size=2,
        max_size=2,
    ),
    st.lists(_MONEY, max_size=4),
)

_VERSION: Final = words.mostly(
    st.sampled_from([f"transfer/rules/{number}" for number in range(1, 6)] + ["transfer/model/1", "card/model/1"]),
    st.one_of(words.anything, words.bent(st.just("transfer/rules/2")), st.just("transfer/rules/" + "9" * 60)),
)
_SCOPE: Final = st.sampled_from(["ACH", "CARD", "TRANSFER"])
_KINDS: Final = st.sampled_from(["RULES", "MODEL", "THRESHOLDS", "LISTS"])
_RULES: Final = json.dumps(rules_document())
_DOCUMENT: Final = words.mostly(
    st.sampled_from([_RULES, json.dumps(thresholds_document())]),
    st.one_of(words.anything, words.bent(st.just(_RULES)), words.json_values.map(json.dumps)),
)
_RULE: Final = words.mostly(st.sampled_from(["night", "large", "young"]), words.anything)
_JUDGED: Final = words.mostly(words.of("own.journal", "other.journal", "private.journal", *names.PAYMENTS), words.ids)
_PERSON: Final = words.mostly(words.of(*names.PEOPLE), words.ids)
_LISTED: Final[dict[str, st.SearchStrategy[Any]]] = {
    **_KEY,
    "scope": _SCOPE,
    "list": st.sampled_from(["ALLOW", "DENY"]),
    "family": st.sampled_from(["CUSTOMER", "ACCOUNT", "PAYEE", "DEVICE", "TERMINAL"]),
    "entity": words.mostly(st.one_of(st.just("dev-1"), words.of("own.account", "other.person")), words.anything),
    "reason": words.memos,
}

WISHES: Final[dict[str, st.SearchStrategy[dict[str, Any]]]] = {
    "openAccount": st.fixed_dictionaries(
        {**_KEY, "product": st.sampled_from(["CHECKING", "SAVINGS"]), "currency": words.currencies},
        optional={"customerId": words.mostly(words.of(*names.PEOPLE), words.ids)},
    ),
    "transfer": st.fixed_dictionaries(_TRANSFER, optional=_MEMO),
    "previewTransfer": st.fixed_dictionaries(_TRANSFER, optional=_MEMO),
    "scheduleTransfer": st.fixed_dictionaries({**_TRANSFER, "schedule": _SCHEDULE}, optional=_MEMO),
    "cancelTransferOrder": st.fixed_dictionaries({"orderId": words.mostly(words.of(*names.ORDERS), words.ids)}),
    "placeHold": st.fixed_dictionaries(
        {**_KEY, "accountId": _ACCOUNT, "amount": _MONEY}, optional={"expiresAt": words.instants}
    ),
    "captureHold": st.fixed_dictionaries(
        {**_KEY, "holdId": _HOLD, "amount": _MONEY},
        optional={"destination": _DESTINATION, "final": st.booleans()},
    ),
    "releaseHold": st.fixed_dictionaries({**_KEY, "holdId": _HOLD}),
    "reverseJournal": st.fixed_dictionaries(
        {**_KEY, "journalId": words.mostly(words.of(*names.JOURNALS), words.ids)}, optional={"amount": _MONEY}
    ),
    "freezeAccount": st.fixed_dictionaries({**_KEY, "accountId": _ACCOUNT}, optional={"debitsOnly": st.booleans()}),
    "thawAccount": st.fixed_dictionaries({**_KEY, "accountId": _ACCOUNT}),
    "closeAccount": st.fixed_dictionaries({**_KEY, "accountId": _ACCOUNT}),
    "originateAchCredit": st.fixed_dictionaries(_ACH, optional=_ACH_MORE),
    "originateAchDebit": st.fixed_dictionaries(_ACH, optional=_ACH_MORE),
    "reverseAchPayment": st.fixed_dictionaries(
        {
            **_KEY,
            "paymentId": words.mostly(words.of(*names.PAYMENTS), words.ids),
            "reason": st.sampled_from(["DUPLICATE", "WRONG_AMOUNT", "WRONG_DATE", "LACK_OF_FUNDING"]),
        },
        optional={"intendedOn": words.of("today", "next.month"), "speed": st.sampled_from(["SAME_DAY", "NEXT_DAY"])},
    ),
    "confirmPayment": st.fixed_dictionaries({"paymentId": words.mostly(words.of(*names.PAYMENTS), words.ids)}),
    "cancelPayment": st.fixed_dictionaries({"paymentId": words.mostly(words.of(*names.PAYMENTS), words.ids)}),
    "replayPartnerDelivery": st.fixed_dictionaries(
        {**_KEY, "deliveryId": words.mostly(words.of(*names.DELIVERIES), words.ids)},
        optional={"body": st.sampled_from(['{"type": "ach.file.acknowledged"}', "{}", "[]", "{", ""])},
    ),
    "returnAchEntry": st.fixed_dictionaries(
        {
            **_KEY,
            "entryId": words.mostly(words.of(*names.FILES), words.ids),
            "decision": st.sampled_from(["UNAUTHORISED", "STOPPED", "REQUESTED"]),
        },
        optional={"statementReceived": st.booleans(), "eventOn": words.of("today", "next.month")},
    ),
    "assignCase": st.fixed_dictionaries({"caseId": _WORK}),
    "releaseCase": st.fixed_dictionaries({"caseId": _WORK}),
    "resolveCase": st.fixed_dictionaries(
        {
            **_KEY,
            "caseId": _WORK,
            "resolution": st.sampled_from(["POST", "RETURN", "DISCARD"]),
            "reason": st.text(max_size=9),
        }
    ),
    "giveApproval": st.fixed_dictionaries({"approvalId": _WORK, "fingerprint": st.text(max_size=9)}),
    "refuseApproval": st.fixed_dictionaries({"approvalId": _WORK, "fingerprint": st.text(max_size=9)}),
    "registerFraudVersion": st.fixed_dictionaries(
        {**_KEY, "scope": _SCOPE, "kind": _KINDS, "document": _DOCUMENT, "note": words.memos}
    ),
    "redraftFraudVersion": st.fixed_dictionaries({"version": _VERSION, "document": _DOCUMENT}),
    "commitFraudVersion": st.fixed_dictionaries({"version": _VERSION}),
    "dryRunFraudRules": st.fixed_dictionaries({"version": _VERSION, "firstDay": words.days, "lastDay": words.days}),
    "startFraudShadow": st.fixed_dictionaries({"version": _VERSION, "until": words.instants}),
    "stopFraudShadow": st.fixed_dictionaries({"version": _VERSION}),
    "requestFraudPromotion": st.fixed_dictionaries({**_KEY, "version": _VERSION, "reason": words.memos}),
    "promoteFraudVersion": st.fixed_dictionaries({"version": _VERSION}),
    "rollBackFraud": st.fixed_dictionaries(
        {"scope": _SCOPE, "kind": _KINDS, "version": _VERSION, "reason": words.memos}
    ),
    "retireFraudVersion": st.fixed_dictionaries({"version": _VERSION, "reason": words.memos}),
    "addFraudListEntry": st.fixed_dictionaries(_LISTED, optional={"until": words.days}),
    "removeFraudListEntry": st.fixed_dictionaries(_LISTED),
    "snoozeFraudRule": st.fixed_dictionaries(
        {"customerId": _PERSON, "rule": _RULE, "reason": words.memos, "until": words.instants}
    ),
    "endFraudSnooze": st.fixed_dictionaries({"customerId": _PERSON, "rule": _RULE}),
    "labelFraud": st.fixed_dictionaries(
        {"subjectId": _JUDGED, "fraud": st.booleans()}, optional={"code": words.anything}
    ),
    "addCounterparty": st.fixed_dictionaries(
        {
            **_KEY,
            "name": words.memos,
            "routingNumber": words.mostly(st.sampled_from(["091000019", "011000015"]), words.anything),
            "accountNumber": words.mostly(st.from_regex(r"[0-9A-Za-z-]{1,17}", fullmatch=True), words.anything),
            "accountType": st.sampled_from(["CHECKING", "SAVINGS", "LOAN", "GL"]),
            "holderKind": st.sampled_from(["CONSUMER", "BUSINESS"]),
        },
        optional={"customerId": words.mostly(words.of(*names.PEOPLE), words.ids)},
    ),
    "closeCounterparty": st.fixed_dictionaries({"counterpartyId": _COUNTERPARTY}),
    "verifyCounterparty": st.fixed_dictionaries(
        {**_KEY, "counterpartyId": _COUNTERPARTY, "method": st.sampled_from(["PRENOTE", "MICRO_ENTRIES"])}
    ),
    "confirmMicroEntries": st.fixed_dictionaries(
        {**_KEY, "counterpartyId": words.mostly(words.of("proving.counterparty"), _COUNTERPARTY), "amounts": _CENTS}
    ),
}
"""An input for each change, whose parts are mostly real."""


_BY_STAFF: Final = frozenset(
    {
        "reverseJournal",
        "freezeAccount",
        "thawAccount",
        "replayPartnerDelivery",
        "returnAchEntry",
        "assignCase",
        "releaseCase",
        "resolveCase",
        "giveApproval",
        "refuseApproval",
    }
)


@st.composite
def changes(draw: st.DrawFn) -> Document:
    """One change, with everything of its answer that is not a list."""
    name = draw(st.sampled_from(MUTATIONS))
    wish = draw(WISHES[name])
    if draw(st.integers(0, 14)) == 7:
        place = draw(st.sampled_from(sorted(wish)))
        wish[place] = draw(words.json_values)
    kind = f"{name[0].upper()}{name[1:]}"
    shown = " ".join(_leaves(f"{kind}Success", depth=3))
    asked = f"{ANSWERED} {FACTS} ... on {kind}Success {{ {shown} }}"
    text = f"mutation Op($input: {kind}Input!) {{ {name}(input: $input) {{ {asked} }} }}"
    asker = "fraud_lead" if "Fraud" in name else "operations" if name in _BY_STAFF else "owner"
    return Document(text, {"input": wish}, askers=draw(st.sampled_from([(asker,), (asker,), ()])))


def _leaves(kind: str, *, depth: int) -> list[str]:
    """Every field of a type that needs no argument, down to the given depth; lists of objects are left out."""
    found = []
    for name, part in CORE.type_map[kind].fields.items():  # type: ignore[attr-defined]  # of an object type
        if any(is_required_argument(argument) for argument in part.args.values()):
            continue
        inner = part.type
        wrapped = "["[: str(inner).count("[")]
        named_kind = CORE.type_map[str(inner).strip("[]!")]
        if not hasattr(named_kind, "fields") or hasattr(named_kind, "types"):
            found.append(name)
        elif depth and not wrapped and not named_kind.name.endswith("Connection"):
            found.append(f"{name} {{ {' '.join(_leaves(named_kind.name, depth=depth - 1)) or '__typename'} }}")
    return found


# --- not even a document -----------------------------------------------------------------------------------------

_PIECES: Final = (
    "{",
    "}",
    "(",
    ")",
    "$",
    "...",
    "@skip(if: true)",
    '"',
    '"""',
    "#",
    "\x00",
    "\ufeff",
    "null",
    "&",
    "!",
    "[",
    "]",
)


@st.composite
def torn(draw: st.DrawFn) -> Document:
    """A document with a piece cut out, doubled or put in."""
    base = draw(st.sampled_from(EXAMPLES))
    begin = draw(st.integers(0, len(base)))
    end = min(len(base), begin + draw(st.integers(0, 12)))
    piece = draw(st.one_of(st.sampled_from(_PIECES), st.just(base[begin:end] * 2), st.text(max_size=4), st.just("")))
    return Document(base[:begin] + piece + base[end:], draw(st.sampled_from([{}, {"id": named("own.account")}])))


EXAMPLES: Final = (
    "{ viewer { person groups region customer { name } accounts(first: 2) { edges { node { id } } } } }",
    "query A($id: ID!) { account(id: $id) { __typename ... on Account { entries(first: 2) { edges { cursor } } } } }",
    """mutation { placeHold(input: {idempotencyKey: "k", accountId: "<own.account>",
      amount: {amount: "1.00", currency: "USD"}}) { __typename ... on Refusal { code message } } }""",
    "query Q($id: ID!) { node(id: $id) { id ... F } } fragment F on Account { status ledgerBalance { amount } }",
)
