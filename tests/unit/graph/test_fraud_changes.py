"""What staff of fraud change: each change done, each refusal answered as a value, and each act on record."""

import json
from datetime import timedelta
from typing import Any, Final

import pytest

from domain.access.model import Actor, Group
from domain.fraud.registry_model import ArtefactKind
from graph.access import TABLE
from tests.unit.graph import documents as plain
from tests.unit.graph import fraud_documents as ask
from tests.unit.graph.fraud_house import SCOPE, rules_document, thresholds_document
from tests.unit.graph.test_fraud import Judged, subject
from tests.unit.graph.world import CLERK, World, clerk

ANALYST: Final = clerk(Group.FRAUD_ANALYST)
LEAD: Final = clerk(Group.FRAUD_LEAD, person="stf_01J0000000000000000000000B")
KEY: Final = "key-1"
NOWHERE: Final = "transfer/rules/99"


@pytest.fixture(name="world")
def _world() -> World:
    return World()


def done(world: World, document: str, who: Actor = ANALYST, /, **given: Any) -> dict[str, Any]:
    (answer,) = world.ask(who, document, input=given).data.values()
    found: dict[str, Any] = answer
    return found


def later(world: World, days: int) -> str:
    return (world.clock.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def registering(document: object = None, **more: Any) -> dict[str, Any]:
    text = document if isinstance(document, str) else json.dumps(document or rules_document())
    said = {"idempotencyKey": KEY, "scope": "TRANSFER", "kind": "RULES", "document": text, "note": "Too many reviews"}
    return {**said, **more}


class TestRegistering:
    def test_makes_the_next_version(self, world: World) -> None:
        answer = done(world, ask.REGISTER, **registering())

        assert answer["version"] == {
            "version": "transfer/rules/1",
            "scope": "TRANSFER",
            "kind": "RULES",
            "number": 1,
            "status": "DRAFT",
            "author": CLERK,
            "committedAt": None,
            "approvalId": None,
            "lineage": {"codeVersion": "hand", "note": "Too many reviews"},
        }

    def test_said_again_with_the_same_key_makes_no_other(self, world: World) -> None:
        answers = [done(world, ask.REGISTER, **registering()) for _ in range(2)]

        assert answers[0] == answers[1]

    def test_another_document_with_the_key_is_refused(self, world: World) -> None:
        done(world, ask.REGISTER, **registering())

        answer = done(world, ask.REGISTER, **registering(rules_document(7)))

        assert (answer["__typename"], answer["code"]) == ("FraudKeyReused", "FRAUD_KEY_REUSED")

    def test_lists_are_not_registered(self, world: World) -> None:
        answer = done(world, ask.REGISTER, **registering({"format": "florin.lists/1"}, kind="LISTS"))

        assert ("KIND_NOT_DRAFTED", ["kind"]) in [(one["code"], one["path"]) for one in answer["fields"]]

    @pytest.mark.parametrize(
        ("document", "path", "message"),
        [
            ("", [], "is no JSON"),
            ("{", [], "line 1, column 2"),
            ('{"format": "florin.rules/1",\n "rules": [}', [], "line 2, column 12"),
            ("[1]", [], "is no object"),
            ("null", [], "is no object"),
            ('{"a": NaN}', [], "NaN"),
            ('{"a": 1, "a": 2}', [], "twice"),
            ("[" * 40_000, [], "is nested too deeply"),
            ('{"format": "florin.rules/1"}', [], "has no 'rules'"),
            ('{"format": "florin.rules/2", "rules": []}', ["format"], "florin.rules/1"),
            ("x" * 50_001, [], "50000 characters"),
        ],
    )
    def test_what_is_no_such_document_is_refused_with_the_place(
        self, world: World, document: str, path: list[str], message: str
    ) -> None:
        answer = done(world, ask.REGISTER, **registering(document or " "))

        (fault,) = answer["fields"]
        assert fault["path"] == ["document", *path]
        assert message in fault["message"]

    def test_a_mistake_deep_within_is_told_with_its_place(self, world: World) -> None:
        wrong = rules_document()
        wrong["rules"][1]["condition"]["and"][1]["lt"][0]["feature"] = "shoe_size"

        (fault,) = done(world, ask.REGISTER, **registering(wrong))["fields"]

        assert fault["path"] == ["document", "rules[1].condition.and[1].lt[0].feature"]
        assert fault["code"] == "DOCUMENT_MALFORMED"

    @pytest.mark.parametrize("note", ["", " ", "a" * 501, "two\nlines"])
    def test_a_note_that_says_nothing_is_refused(self, world: World, note: str) -> None:
        (fault,) = done(world, ask.REGISTER, **registering(note=note))["fields"]

        assert (fault["path"], fault["code"]) == (["note"], "REASON_MALFORMED")

    def test_a_request_larger_than_any_is_not_read(self, world: World) -> None:
        answer = world.ask(ANALYST, ask.REGISTER, input=registering("x" * 70_000))

        assert answer.codes == ["PAYLOAD_TOO_LARGE"]


class TestADraft:
    def test_takes_another_document_until_it_is_committed(self, world: World) -> None:
        version = world.drafted(ANALYST).id
        given = {"version": version, "document": json.dumps(rules_document(7))}

        changed = done(world, ask.REDRAFT, **given)
        committed = done(world, ask.COMMIT, version=version)
        refused = done(world, ask.REDRAFT, **given)

        assert changed["version"]["sha256"] != world.drafted(ANALYST, key="other").sha256
        assert committed["version"]["committedAt"]
        assert refused["__typename"] == "FraudVersionState"

    def test_is_its_authors_alone(self, world: World) -> None:
        version = world.drafted(LEAD).id

        assert done(world, ask.COMMIT, version=version)["code"] == "NOT_ALLOWED"
        given = {"version": version, "document": json.dumps(rules_document(7))}
        assert done(world, ask.REDRAFT, **given)["code"] == "NOT_ALLOWED"

    def test_is_retired_with_a_reason(self, world: World) -> None:
        version = world.drafted(ANALYST).id

        answer = done(world, ask.RETIRE, version=version, reason="It came to nothing")

        assert answer["version"]["status"] == "RETIRED"
        assert answer["version"]["retired"] == {"by": CLERK, "reason": "It came to nothing"}
        assert done(world, ask.COMMIT, version=version)["__typename"] == "FraudVersionState"

    def test_is_not_retired_without_one(self, world: World) -> None:
        answer = done(world, ask.RETIRE, version=world.drafted(ANALYST).id, reason=" ")

        assert answer["fields"][0]["path"] == ["reason"]


class TestAShadow:
    def test_is_asked_until_it_is_stopped(self, world: World) -> None:
        version = world.committed(ANALYST).id

        started = done(world, ask.START_SHADOW, version=version, until=later(world, 30))
        stopped = done(world, ask.STOP_SHADOW, version=version)

        assert started["version"]["status"] == "SHADOW"
        assert started["version"]["shadowRun"]["until"] == later(world, 30)
        assert stopped["version"]["status"] == "DRAFT"

    def test_is_committed_first(self, world: World) -> None:
        answer = done(world, ask.START_SHADOW, version=world.drafted(ANALYST).id, until=later(world, 30))

        assert answer["__typename"] == "FraudVersionState"

    @pytest.mark.parametrize("days", [-1, 61])
    def test_ends_within_its_time(self, world: World, days: int) -> None:
        answer = done(world, ask.START_SHADOW, version=world.committed(ANALYST).id, until=later(world, days))

        assert [one["path"] for one in answer["fields"]] == [["until"]]

    def test_is_one_of_three_at_most(self, world: World) -> None:
        answers = []
        for number in range(4):
            version = world.committed(ANALYST, document=rules_document(number + 1), key=f"draft-{number}").id
            answers.append(done(world, ask.START_SHADOW, version=version, until=later(world, 30))["__typename"])

        assert answers == [*["StartFraudShadowSuccess"] * 3, "FraudLimitReached"]


class TestAPromotion:
    def asked(self, world: World, version: str, **more: Any) -> dict[str, Any]:
        given = {"idempotencyKey": KEY, "version": version, "reason": "It is better", **more}
        return done(world, ask.REQUEST_PROMOTION, **given)

    def thresholds(self, world: World) -> str:
        world.bounded()
        return world.committed(ANALYST, ArtefactKind.THRESHOLDS).id

    def test_is_made_when_a_lead_agrees(self, world: World) -> None:
        version = self.thresholds(world)
        approval = self.asked(world, version)["approval"]

        given = {"approvalId": approval["id"], "fingerprint": approval["fingerprint"]}
        agreed = done(world, plain.GIVE_APPROVAL, LEAD, **given)

        assert approval["group"] == "FRAUD_LEAD"
        assert agreed["__typename"] == "GiveApprovalSuccess"
        assert world.registry.pointer(SCOPE).champions[ArtefactKind.THRESHOLDS].used.version == version

    def test_that_lacks_something_is_refused_at_once(self, world: World) -> None:
        answer = self.asked(world, world.committed(ANALYST).id)

        assert answer["__typename"] == "FraudGateClosed"
        assert answer["missing"].startswith("DRY_RUN,SHADOW_RUN")

    def test_asked_for_with_the_key_of_another_is_refused(self, world: World) -> None:
        version = self.thresholds(world)
        self.asked(world, version)

        assert self.asked(world, version, reason="Another")["__typename"] == "ApprovalKeyReused"

    def test_is_not_agreed_to_by_who_asked(self, world: World) -> None:
        world.bounded()
        version = world.committed(LEAD, ArtefactKind.THRESHOLDS).id
        asking = {"idempotencyKey": KEY, "version": version, "reason": "It is better"}
        approval = done(world, ask.REQUEST_PROMOTION, LEAD, **asking)["approval"]

        given = {"approvalId": approval["id"], "fingerprint": approval["fingerprint"]}

        assert done(world, plain.GIVE_APPROVAL, LEAD, **given)["code"] == "MAKER_CANNOT_CHECK"

    def test_whose_gate_has_closed_meanwhile_is_told_to_who_agrees(self, world: World) -> None:
        version = self.thresholds(world)
        approval = self.asked(world, version)["approval"]
        world.registry_store._bounds.clear()

        given = {"approvalId": approval["id"], "fingerprint": approval["fingerprint"]}

        assert done(world, plain.GIVE_APPROVAL, LEAD, **given)["__typename"] == "FraudGateClosed"

    def test_that_was_agreed_to_is_made_by_asking(self, world: World) -> None:
        version = world.agreed(ANALYST, LEAD).id

        answer = done(world, ask.PROMOTE, version=version)

        assert (answer["version"]["status"], answer["version"]["promotedBy"]) == ("CHAMPION", CLERK)

    def test_without_consent_is_refused(self, world: World) -> None:
        answer = done(world, ask.PROMOTE, version=self.thresholds(world))

        assert (answer["__typename"], answer["code"]) == ("FraudGateClosed", "FRAUD_GATE_CLOSED")


class TestARollback:
    def test_has_the_version_before_decide(self, world: World) -> None:
        version = world.governed()["champion"]
        given = {"scope": "TRANSFER", "kind": "RULES", "version": version, "reason": "It blocks everybody"}

        answer = done(world, ask.ROLL_BACK, **given)

        assert {"kind": "RULES", "version": "transfer/rules/1"} in answer["scoring"]["champions"]
        assert (answer["scoring"]["changedBy"], answer["scoring"]["reason"]) == (CLERK, "It blocks everybody")

    def test_of_another_version_than_decides_is_refused(self, world: World) -> None:
        named = world.governed()
        given = {"scope": "TRANSFER", "kind": "RULES", "version": named["shadow"], "reason": "It blocks everybody"}

        answer = done(world, ask.ROLL_BACK, **given)

        assert (answer["__typename"], answer["champion"]) == ("FraudVersionNotChampion", named["champion"])

    def test_of_what_was_never_promoted_is_refused(self, world: World) -> None:
        given = {"scope": "CARD", "kind": "RULES", "version": "card/rules/1", "reason": "It blocks everybody"}

        assert done(world, ask.ROLL_BACK, **given)["__typename"] == "NoFraudVersionBefore"

    def test_of_lists_is_refused(self, world: World) -> None:
        world.governed()
        given = {"scope": "TRANSFER", "kind": "LISTS", "version": "transfer/lists/1", "reason": "All of them"}

        assert done(world, ask.ROLL_BACK, **given)["fields"][0]["path"] == ["kind"]


ENTRY: Final = {
    "idempotencyKey": KEY,
    "scope": "TRANSFER",
    "family": "DEVICE",
    "entity": "dev-7",
    "reason": "Stolen, says the customer",
}


class TestLists:
    def entities(self, world: World) -> set[tuple[str, str]]:
        page = world.ask(ANALYST, ask.ENTRIES, scope="TRANSFER").data["fraudListEntries"]
        return {(edge["node"]["list"], edge["node"]["entity"]) for edge in page["edges"]}

    def test_deny_at_once(self, world: World) -> None:
        answer = done(world, ask.ADD_ENTRY, list="DENY", **ENTRY)

        assert (answer["version"]["version"], answer["approval"]) == ("transfer/lists/1", None)
        assert self.entities(world) == {("DENY", "dev-7")}

    def test_allow_and_take_away_when_a_lead_agrees(self, world: World) -> None:
        for document, wanted in ((ask.ADD_ENTRY, {("ALLOW", "dev-7")}), (ask.REMOVE_ENTRY, set())):
            answer = done(world, document, list="ALLOW", **{**ENTRY, "idempotencyKey": f"key-{len(wanted)}"})
            before = self.entities(world)

            approval = answer["approval"]
            given = {"approvalId": approval["id"], "fingerprint": approval["fingerprint"]}
            agreed = done(world, plain.GIVE_APPROVAL, LEAD, **given)

            assert answer.get("version") is None
            assert agreed["__typename"] == "GiveApprovalSuccess", agreed
            assert before != wanted
            assert self.entities(world) == wanted

    def test_another_entry_with_the_key_is_refused(self, world: World) -> None:
        done(world, ask.ADD_ENTRY, list="DENY", **ENTRY)
        done(world, ask.ADD_ENTRY, list="ALLOW", **ENTRY)

        denied = done(world, ask.ADD_ENTRY, list="DENY", **{**ENTRY, "entity": "dev-8"})
        allowed = done(world, ask.ADD_ENTRY, list="ALLOW", **{**ENTRY, "entity": "dev-8"})
        removed = done(world, ask.REMOVE_ENTRY, list="ALLOW", **{**ENTRY, "entity": "dev-8"})

        assert denied["__typename"] == "FraudKeyReused"
        assert (allowed["__typename"], removed["__typename"]) == ("ApprovalKeyReused", "ApprovalKeyReused")

    @pytest.mark.parametrize("list_", ["DENY", "ALLOW"])
    @pytest.mark.parametrize(
        ("place", "value"),
        [
            ("entity", "two words"),
            ("entity", ""),
            ("entity", "mallory@example.com"),
            ("reason", ""),
            ("reason", "a" * 201),
            ("until", "2026-01-01"),
        ],
    )
    def test_that_say_nothing_are_refused(self, world: World, list_: str, place: str, value: str) -> None:
        answer = done(world, ask.ADD_ENTRY, list=list_, **{**ENTRY, place: value})

        assert [one["path"] for one in answer["fields"]] == [[place]]


def documents_lost(world: World) -> None:
    """And nobody has read one of them before."""
    books = world.books
    world.artefacts.bodies.clear()
    for kept in (books._books, books._rules, books._thresholds, books._lists):
        kept._found.clear()


class TestDocumentsThatCannotBeRead:
    def test_of_lists_are_said_so_and_nobody_is_denied_by_them(self, world: World) -> None:
        done(world, ask.ADD_ENTRY, list="DENY", **ENTRY)
        documents_lost(world)

        shown = world.ask(ANALYST, ask.ENTRIES, scope="TRANSFER")
        assert shown.codes == ["UNAVAILABLE"]
        more = {**ENTRY, "idempotencyKey": "key-2", "entity": "dev-8"}
        added, removed = (done(world, change, list="DENY", **more) for change in (ask.ADD_ENTRY, ask.REMOVE_ENTRY))
        assert (added["code"], added["versionName"]) == ("FRAUD_DOCUMENT_UNREAD", "transfer/lists/1")
        assert (removed["code"], removed["retryable"]) == ("FRAUD_DOCUMENT_UNREAD", True)

    def test_of_rules_are_not_tried(self, world: World) -> None:
        version = done(world, ask.REGISTER, **registering())["version"]["version"]
        documents_lost(world)

        day = world.clock.now().date().isoformat()
        answer = done(world, ask.DRY_RUN, version=version, firstDay=day, lastDay=day)
        assert answer["code"] == "FRAUD_DOCUMENT_UNREAD"

    def test_of_thresholds_close_no_gate_and_open_none(self, world: World) -> None:
        world.bounded()
        version = world.committed(ANALYST, ArtefactKind.THRESHOLDS).id
        documents_lost(world)

        asking = {"idempotencyKey": KEY, "version": version, "reason": "It is better"}
        answer = done(world, ask.REQUEST_PROMOTION, **asking)
        assert answer["code"] == "FRAUD_DOCUMENT_UNREAD"
        assert world.ask(ANALYST, ask.VERSION, version=version).data["fraudVersion"]["gate"] is None


RULE: Final = "new-payee-very-large"
"""Of the first rules."""


class TestSnoozes:
    def given(self, world: World, **more: Any) -> dict[str, Any]:
        said = {"customerId": world.person().id, "rule": RULE, "reason": "Works at night"}
        return {**said, "until": later(world, 30), **more}

    def test_silence_a_rule_until_they_are_ended(self, world: World) -> None:
        given = self.given(world)

        (snooze,) = done(world, ask.SNOOZE, **given)["snoozes"]
        ended = done(world, ask.END_SNOOZE, customerId=given["customerId"], rule=RULE)

        assert (snooze["rule"], snooze["reason"], snooze["by"], snooze["over"]) == (
            RULE,
            "Works at night",
            CLERK,
            False,
        )
        assert ended["snoozes"] == []

    @pytest.mark.parametrize(
        ("place", "value"), [("rule", ""), ("rule", "a" * 49), ("reason", ""), ("reason", "a" * 501)]
    )
    def test_that_say_nothing_are_refused(self, world: World, place: str, value: str) -> None:
        answer = done(world, ask.SNOOZE, **self.given(world, **{place: value}))

        assert [one["path"] for one in answer["fields"]] == [[place]]

    @pytest.mark.parametrize("days", [-1, 181])
    def test_end_within_their_time(self, world: World, days: int) -> None:
        answer = done(world, ask.SNOOZE, **self.given(world, until=later(world, days)))

        assert [one["path"] for one in answer["fields"]] == [["until"]]

    def test_are_at_most_twenty(self, world: World) -> None:
        given = self.given(world)
        for number in range(20):
            world.snoozed(given["customerId"], f"rule-{number}")
        answer = done(world, ask.SNOOZE, **given)

        assert (answer["__typename"], answer["limit"], answer["most"]) == ("FraudLimitReached", "SNOOZES", 20)

    def test_are_refused_of_a_rule_that_is_silenced_for_nobody(self, world: World) -> None:
        answer = done(world, ask.SNOOZE, **self.given(world, rule="drain-after-credential-change"))

        assert (answer["__typename"], answer["code"], answer["retryable"]) == (
            "FraudRuleNotOverridable",
            "FRAUD_RULE_NOT_OVERRIDABLE",
            False,
        )
        assert answer["message"] == "This rule is silenced for nobody; nothing was snoozed."
        assert (answer["scope"], answer["rule"]) == ("TRANSFER", "drain-after-credential-change")

    def test_are_refused_of_a_rule_that_is_nowhere(self, world: World) -> None:
        assert done(world, ask.SNOOZE, **self.given(world, rule="night"))["code"] == "NOT_FOUND"

    @pytest.mark.parametrize("customer", ["", "x", "cus_us_01J00000000000000000000000", "a" * 5_000])
    def test_of_nobody_are_refused(self, world: World, customer: str) -> None:
        assert done(world, ask.SNOOZE, **self.given(world, customerId=customer))["code"] == "NOT_FOUND"
        assert done(world, ask.END_SNOOZE, customerId=customer, rule="night")["code"] == "NOT_FOUND"


class TestLabels:
    def test_say_what_a_payment_was(self) -> None:
        judged = Judged()

        answer = done(judged.world, ask.LABEL, subjectId=judged.subject, fraud=True, code="CUSTOMER_SAYS")

        assert answer["label"]["fraud"] is True
        assert answer["label"]["said"] == [
            {"fraud": True, "source": "STAFF", "code": "CUSTOMER_SAYS", "by": CLERK},
        ]

    def test_said_again_change_nothing_and_otherwise_are_written_below(self) -> None:
        judged = Judged()
        given = {"subjectId": judged.subject, "fraud": True}
        done(judged.world, ask.LABEL, **given)
        judged.world.clock.instant += timedelta(seconds=1)
        again = done(judged.world, ask.LABEL, **given)
        judged.world.clock.instant += timedelta(seconds=1)

        other = done(judged.world, ask.LABEL, **{**given, "fraud": False})

        assert len(again["label"]["said"]) == 1
        assert [one["fraud"] for one in other["label"]["said"]] == [True, False]

    def test_of_what_was_never_judged_are_refused(self) -> None:
        judged = Judged()
        for wanted in (subject(judged.account, "z"), judged.account.id, "x", "a" * 5_000, ""):
            assert done(judged.world, ask.LABEL, subjectId=wanted, fraud=True)["code"] == "NOT_FOUND"

    @pytest.mark.parametrize("code", ["", "small", "A" * 41, "A B", "É"])
    def test_codes_have_a_form(self, code: str) -> None:
        judged = Judged()

        answer = done(judged.world, ask.LABEL, subjectId=judged.subject, fraud=True, code=code)

        assert [one["path"] for one in answer["fields"]] == [["code"]]

    def test_are_on_record_for_the_customer(self) -> None:
        judged = Judged()

        done(judged.world, ask.LABEL, subjectId=judged.subject, fraud=True)

        records = judged.world.audit.by_subject(judged.ada.id).records
        assert ("label_fraud", judged.account.id) in [(one.action, one.account) for one in records]


VERSIONED: Final = {
    ask.REDRAFT: {"document": json.dumps(thresholds_document())},
    ask.COMMIT: {},
    ask.START_SHADOW: {"until": "2026-04-01T00:00:00Z"},
    ask.STOP_SHADOW: {},
    ask.REQUEST_PROMOTION: {"idempotencyKey": KEY, "reason": "It is better"},
    ask.PROMOTE: {},
    ask.RETIRE: {"reason": "It came to nothing"},
}


@pytest.mark.parametrize("version", [NOWHERE, "", "x", "a" * 5_000, "transfer/rules/01"])
@pytest.mark.parametrize("document", VERSIONED, ids=lambda document: document.partition("$input: ")[2][:24])
def test_a_version_that_there_is_not_is_not_found(world: World, document: str, version: str) -> None:
    assert done(world, document, version=version, **VERSIONED[document])["code"] == "NOT_FOUND"


def test_every_change_is_on_record(world: World) -> None:
    version = done(world, ask.REGISTER, **registering())["version"]["version"]
    done(world, ask.COMMIT, version=version)
    done(world, ask.COMMIT, version=NOWHERE)

    records = world.audit.by_actor(CLERK).records
    assert {(one.action, one.subject_id, one.outcome.value) for one in records} == {
        ("register_fraud_version", "TRANSFER", "ALLOWED"),
        ("commit_fraud_version", version, "ALLOWED"),
        ("commit_fraud_version", NOWHERE, "REFUSED"),
    }


CHANGES: Final = [name.partition(".")[2] for name in TABLE if name.startswith("Mutation.") and "raud" in name]


@pytest.mark.parametrize("group", [None, *(group for group in Group if not group.value.startswith("fraud"))])
def test_nobody_else_changes_anything(world: World, group: Group | None) -> None:
    who: Any = world.person() if group in (None, Group.CUSTOMER) else clerk(group)

    assert len(CHANGES) == 15
    for document, given in ((ask.COMMIT, {"version": NOWHERE}), (ask.ADD_ENTRY, {"list": "DENY", **ENTRY})):
        assert done(world, document, who, **given)["code"] == "NOT_ALLOWED"
