"""Payments and ACH files through the schema: who sends, who sees what of it, and what is never shown."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Actor, Group, Relation
from domain.clock import instant_text
from domain.customers.model import Customer
from domain.fraud.kinds import CustomerReason, Decision
from domain.payments.model import Payment
from domain.rails.ach.judging import facts_of
from domain.rails.ach.kinds import EntryKind, RejectionLevel
from domain.rails.ach.model import AchFile, RejectionReason
from domain.rails.ach.sec_codes import ENTRY_CLASSES
from graph.enums import StandardEntryClass
from graph.payments import OF_FRAUD
from tests.unit.fraud.said import said
from tests.unit.graph import documents as ask
from tests.unit.graph.world import World, clerk, customer_actor
from tests.unit.rails.ach.partner import Sheet

PAYMENT = """id accountId counterparty { name } counterpartyNumber amount { amount currency } status reasonCode
  secCode description remittance cancellable settlesOn traceNumber fileId entryId
  ... on AchCredit { speed cutOffAt } ... on AchCreditReceived { originatorName }
  ... on AchDebitReceived { originatorName }
  timeline(first: 50) { edges { node { at event status by facts { label value } } } }"""
NODE = f"query($id: ID!) {{ node(id: $id) {{ __typename id ... on Payment {{ {PAYMENT} }} }} }}"
LIST = """query($id: ID!, $first: Int! = 25, $after: Cursor) { account(id: $id) { ... on Account {
  payments(first: $first, after: $after) { edges { node { __typename id ... on AchDebit { fundsAvailableAt } } }
    pageInfo { hasNextPage endCursor } } } } }"""
TIMELINE = """query($id: ID!, $first: Int!, $after: Cursor) { node(id: $id) { ... on Payment {
  timeline(first: $first, after: $after) { edges { node { event } } pageInfo { hasNextPage endCursor } } } } }"""
FILES = """query($first: Int! = 25, $after: Cursor) { achFiles(first: $first, after: $after) {
  edges { node { id status replacesId replacedByIds caseId } } pageInfo { hasNextPage endCursor } } }"""
FILE = """query($id: ID!) { node(id: $id) { ... on AchFile { id window status name sha256 modifier lineCount entryCount
  credits { amount } debits { amount } batchCount batches { id number secCode serviceClass credits { amount } }
  transliterated replacesId replacedByIds caseId
  rejections { level reasonCount deliveryId reasons { code message batchNumber traceNumber } }
  entries { edges { node { id kind status amount { amount } secCode traceNumber counterpartyNumber paymentId accountId
    fileId fileIds reasonCode reason } } } } } }"""
PAID = """query($id: ID!) { node(id: $id) { ... on Account {
  payments { edges { node { counterparty { name } } } } } } }"""
BATCH = "query($id: ID!) { node(id: $id) { ... on AchBatch { id fileId number secCode } } }"
ENTRY = "query($id: ID!) { node(id: $id) { ... on AchEntry { status paymentId } } }"
TICK = timedelta(seconds=1)
MARIA = "Maria Márquez"
SEES_FILES = {Group.OPERATIONS, Group.COMPLIANCE, Group.FINANCE, Group.AUDITOR}


class Town:
    """A customer of long standing with money and a counterparty."""

    def __init__(self) -> None:
        self.world = World()
        now = self.world.clock.instant
        self.world.clock.instant = now - timedelta(days=120)
        self.ada = self.world.person()
        self.account = self.world.open(self.ada, deposit_minor=100_000)
        self.world.clock.instant = now
        self.maria = self.world.verified(self.ada)

    def given(self, amount: str = "25.00", **more: Any) -> dict[str, Any]:
        return ask.ach_input(self.account.id, self.maria.id, amount, **more)

    def done(self, document: str, who: Customer | Actor | None = None, **given: Any) -> dict[str, Any]:
        (answer,) = self.world.ask(who or self.ada, document, input=given).data.values()
        found: dict[str, Any] = answer
        return found

    def sent(self, amount: str = "25.00", **more: Any) -> str:
        answer = self.done(ask.ORIGINATE_CREDIT, **self.given(amount, **more))
        assert answer["__typename"] == "OriginateAchCreditSuccess", answer
        found: str = answer["payment"]["id"]
        return found

    def collected(self, **more: Any) -> str:
        answer = self.done(ask.ORIGINATE_DEBIT, **self.given(secCode="PPD", **more))
        assert answer["__typename"] == "OriginateAchDebitSuccess", answer
        found: str = answer["payment"]["id"]
        return found

    def kept(self, payment: str) -> Payment:
        return self.world.payments.existing(payment)

    def scheduled(self, payment: str) -> None:
        self.world.run()
        assert self.kept(payment).state == "SCHEDULED"

    def in_file(self, payment: str) -> AchFile:
        self.scheduled(payment)
        return self.world.cut_off(self.kept(payment))

    def seen(self, payment: str, who: Customer | Actor | None = None) -> Any:
        return self.world.ask(who or self.ada, NODE, id=payment).data["node"]

    def prenoted(self) -> str:
        """A counterparty whose prenote waits for the next window."""
        added: str = self.done(ask.ADD_COUNTERPARTY, **ask.counterparty_input())["counterparty"]["id"]
        self.done(ask.VERIFY, idempotencyKey="v", counterpartyId=added, method="PRENOTE")
        assert self.world.verifications.send_prenote(self.world.counterparties.kept(added), attempt=1)
        return added

    def joint(self) -> Customer:
        bob = self.world.person("Bob Byron")
        self.world.relate(self.ada, self.account, bob, Relation.JOINT_OWNER)
        return bob


class TestSending:
    def test_money_is_sent_and_the_payment_says_what_was_asked(self) -> None:
        town = Town()
        node = town.seen(town.sent(remittance="Invoice 7"))
        told = ("__typename", "amount", "status", "secCode", "speed", "description", "remittance", "cancellable")
        assert {name: node[name] for name in told} == {
            "__typename": "AchCredit",
            "amount": {"amount": "25.00", "currency": "USD"},
            "status": "ACCEPTED",
            "secCode": "WEB",
            "speed": "NEXT_DAY",
            "description": "RENT",
            "remittance": "Invoice 7",
            "cancellable": True,
        }
        assert (node["counterparty"]["name"], node["counterpartyNumber"]) == (MARIA, "••6789")

    def test_the_same_key_is_the_same_payment(self) -> None:
        town = Town()
        assert town.sent() == town.sent()

    def test_the_key_of_another_payment_is_refused(self) -> None:
        town = Town()
        first = town.sent()
        answer = town.done(ask.ORIGINATE_CREDIT, **town.given("26.00"))
        assert (answer["code"], answer["paymentId"]) == ("PAYMENT_KEY_REUSED", first)

    def test_one_just_like_another_is_asked_about_and_made_when_it_is_intended(self) -> None:
        town = Town()
        first = town.sent()
        town.world.clock.move(TICK)
        answer = town.done(ask.ORIGINATE_CREDIT, **town.given(key="p-2"))
        assert (answer["code"], answer["paymentId"]) == ("DUPLICATE_SUSPECTED", first)
        assert town.sent(key="p-2", duplicateIntended=True) != first

    def test_what_is_wrong_with_it_is_told_where_it_stands_in_the_input(self) -> None:
        town = Town()
        answer = town.done(ask.ORIGINATE_CREDIT, **town.given(secCode="CCD", description="a" * 11))
        assert {tuple(fault["path"]) for fault in answer["fields"]} == {("secCode",), ("description",)}
        tele = town.done(ask.ORIGINATE_CREDIT, **town.given(secCode="TEL"))
        assert (tele["fields"][0]["path"], tele["fields"][0]["code"]) == (["secCode"], "DIRECTION_NOT_OF_CLASS")
        long = town.done(ask.ORIGINATE_CREDIT, **town.given(secCode="PPD", remittance="a" * 200))
        assert [(fault["path"], fault["code"]) for fault in long["fields"]] == [
            (["remittance"], "ADDENDA_OUT_OF_RANGE")
        ]

    def test_nothing_goes_to_who_is_not_proved(self) -> None:
        town = Town()
        added = town.done(ask.ADD_COUNTERPARTY, **ask.counterparty_input())["counterparty"]["id"]
        answer = town.done(ask.ORIGINATE_CREDIT, **{**town.given(), "counterpartyId": added})
        assert (answer["code"], answer["counterpartyId"], answer["status"]) == (
            "COUNTERPARTY_NOT_VERIFIED",
            added,
            "UNVERIFIED",
        )

    def test_an_amount_over_a_limit_says_which(self) -> None:
        town = Town()
        answer = town.done(ask.ORIGINATE_CREDIT, **town.given("90000.00"))
        assert (answer["code"], answer["reasonCode"]) == ("ACH_NOT_ELIGIBLE", "OVER_ENTRY_LIMIT")

    def test_another_currency_is_refused(self) -> None:
        town = Town()
        answer = town.done(ask.ORIGINATE_CREDIT, **{**town.given(), "amount": ask.dollars("25.00", "EUR")})
        assert answer["code"] == "CURRENCY_MISMATCH"

    def test_who_looks_on_and_staff_send_nothing(self) -> None:
        town = Town()
        eve = town.world.person("Eve Adams")
        town.world.relate(town.ada, town.account, eve, Relation.DELEGATE)
        for who in (eve, clerk(Group.OPERATIONS)):
            for document in (ask.ORIGINATE_CREDIT, ask.ORIGINATE_DEBIT):
                assert town.done(document, who, **town.given())["code"] == "NOT_ALLOWED"

    def test_a_stranger_is_told_of_no_account_and_of_nobodys_counterparty(self) -> None:
        town = Town()
        bob = town.joint()
        stranger = town.world.person("Eve Adams")
        assert town.done(ask.ORIGINATE_CREDIT, stranger, **town.given())["code"] == "NOT_FOUND"
        assert town.done(ask.ORIGINATE_CREDIT, bob, **town.given())["code"] == "NOT_FOUND"


class TestCallingOff:
    def test_a_payment_is_called_off_once(self) -> None:
        town = Town()
        payment = town.sent()
        town.scheduled(payment)
        first, again = (town.done(ask.CANCEL_PAYMENT, paymentId=payment) for _ in range(2))
        assert first["payment"]["status"] == again["payment"]["status"] == "CANCELLED"
        assert town.world.balance(town.account) == 100_000
        assert not town.seen(payment)["cancellable"]

    def test_after_the_cut_off_it_is_too_late(self) -> None:
        town = Town()
        payment = town.sent()
        town.in_file(payment)
        answer = town.done(ask.CANCEL_PAYMENT, paymentId=payment)
        assert (answer["code"], answer["paymentId"], answer["state"]) == ("PAYMENT_NOT_CANCELLABLE", payment, "SENT")

    def test_another_owner_may_and_the_time_line_says_who(self) -> None:
        town = Town()
        bob, payment = town.joint(), town.sent()
        town.done(ask.CANCEL_PAYMENT, bob, paymentId=payment)
        by = [edge["node"]["by"] for edge in town.seen(payment)["timeline"]["edges"]]
        assert by == ["you", "another owner"]
        by = [edge["node"]["by"] for edge in town.seen(payment, bob)["timeline"]["edges"]]
        assert by == ["another owner", "you"]

    def test_it_is_on_record_with_its_account(self) -> None:
        town = Town()
        payment = town.sent()
        town.done(ask.CANCEL_PAYMENT, paymentId=payment)
        records = {(one.action, one.subject_id, one.account) for one in town.world.audited(town.ada)}
        assert {
            ("originate_ach_credit", town.account.id, town.account.id),
            ("cancel_payment", payment, town.account.id),
        } <= records


class TestConfirming:
    def waiting(self) -> tuple[Town, str]:
        town = Town()
        payment = town.sent()
        town.world.will_decide(town.world.payments.existing(payment), Decision.STEP_UP, CustomerReason.NEW_PAYEE)
        town.world.run()
        town.world.clock.move(TICK)
        return town, payment

    def test_who_has_signed_in_again_confirms_it_once(self) -> None:
        town, payment = self.waiting()
        first, again = (town.done(ask.CONFIRM_PAYMENT, paymentId=payment) for _ in range(2))
        assert first["payment"]["status"] == again["payment"]["status"] == "SCHEDULED"
        assert [edge["node"]["event"] for edge in town.seen(payment)["timeline"]["edges"]].count("confirmed") == 1

    def test_who_has_not_is_asked_to_and_told_since_when(self) -> None:
        town, payment = self.waiting()
        asked = town.world.payments.existing(payment).step_up
        assert asked
        old = replace(customer_actor(town.ada), authenticated_at=asked.asked_at)
        answer = town.done(ask.CONFIRM_PAYMENT, old, paymentId=payment)
        assert (answer["code"], answer["retryable"]) == ("STEP_UP_REQUIRED", True)
        assert answer["since"] == instant_text(asked.asked_at)

    def test_what_does_not_wait_says_how_it_stands(self) -> None:
        town = Town()
        payment = town.sent()
        answer = town.done(ask.CONFIRM_PAYMENT, paymentId=payment)
        assert (answer["code"], answer["paymentId"], answer["state"]) == (
            "PAYMENT_NOT_AWAITING_STEP_UP",
            payment,
            "ACCEPTED",
        )

    def test_it_shows_why_since_when_and_until_when(self) -> None:
        town, payment = self.waiting()
        document = """query($id: ID!) { node(id: $id) { ... on AchCredit {
          status decisionReasons stepUp { askedAt until confirmedAt } } } }"""
        before = town.world.ask(town.ada, document, id=payment).data["node"]
        assert (before["status"], before["decisionReasons"]) == ("AWAITING_STEP_UP", ["NEW_PAYEE"])
        assert before["stepUp"]["confirmedAt"] is None
        assert before["stepUp"]["askedAt"] < before["stepUp"]["until"]
        town.done(ask.CONFIRM_PAYMENT, paymentId=payment)
        after = town.world.ask(town.ada, document, id=payment).data["node"]["stepUp"]
        assert after["askedAt"] < after["confirmedAt"] < after["until"]

    def test_of_the_decision_its_customer_sees_their_reasons_and_who_looks_at_fraud_all_of_it(self) -> None:
        town, payment = self.waiting()
        for who, labels in (
            (town.ada, {"customer_reasons"}),
            (
                clerk(Group.FRAUD_ANALYST),
                {"decision", "decision_id", "customer_reasons", "reasons", "rules", "thresholds", "lists"},
            ),
            (clerk(Group.OPERATIONS), {"decision", "decision_id", "customer_reasons"}),
            (clerk(Group.FINANCE), {"decision", "decision_id", "customer_reasons"}),
        ):
            _, line = town.seen(payment, who)["timeline"]["edges"]
            assert {fact["label"] for fact in line["node"]["facts"]} == labels

    def test_it_is_on_record_with_its_account(self) -> None:
        town, payment = self.waiting()
        town.done(ask.CONFIRM_PAYMENT, paymentId=payment)
        records = {(one.action, one.subject_id, one.account) for one in town.world.audited(town.ada)}
        assert ("confirm_payment", payment, town.account.id) in records


class TestLooking:
    def test_the_whole_way_stands_in_the_time_line(self) -> None:
        town = Town()
        payment = town.sent()
        file = town.in_file(payment)
        town.world.acknowledge(file)
        node = town.seen(payment, clerk(Group.OPERATIONS))
        assert [edge["node"]["event"] for edge in node["timeline"]["edges"]] == [
            "opened",
            "screened",
            "held",
            "taken",
            "captured",
            "sent",
            "acknowledged",
        ]
        assert (node["status"], node["fileId"]) == ("ACKNOWLEDGED", file.id)
        assert node["timeline"]["edges"][-1]["node"]["by"].startswith("partner:")

    def test_customers_are_told_of_their_money_and_of_no_person_decision_or_file(self) -> None:
        town = Town()
        payment = town.sent()
        town.world.acknowledge(town.in_file(payment))
        node = town.seen(payment)
        happened = [edge["node"] for edge in node["timeline"]["edges"]]
        assert {one["by"] for one in happened} == {"you", "bank", "partner"}
        assert {fact["label"] for one in happened for fact in one["facts"]} == {"journal", "trace"}
        assert (node["fileId"], node["entryId"]) == (None, None)
        assert len(node["traceNumber"]) == 15

    def test_a_time_line_is_read_page_by_page(self) -> None:
        town = Town()
        payment = town.sent()
        town.scheduled(payment)
        first = town.world.ask(town.ada, TIMELINE, id=payment, first=2).data["node"]["timeline"]
        assert first["pageInfo"]["hasNextPage"]
        end = first["pageInfo"]["endCursor"]
        rest = town.world.ask(town.ada, TIMELINE, id=payment, first=2, after=end).data["node"]["timeline"]
        events = [edge["node"]["event"] for edge in (*first["edges"], *rest["edges"])]
        assert events == ["opened", "screened", "held"]

    def test_the_newest_stand_first_on_their_account(self) -> None:
        town = Town()
        made = []
        for n, make in enumerate((town.sent, town.collected, town.sent)):
            town.world.clock.move(TICK)
            made.append(make(key=f"k{n}", duplicateIntended=True))
        first = town.world.ask(town.ada, LIST, id=town.account.id, first=2).data["account"]["payments"]
        assert first["pageInfo"]["hasNextPage"]
        end = first["pageInfo"]["endCursor"]
        rest = town.world.ask(town.ada, LIST, id=town.account.id, first=2, after=end).data["account"]["payments"]
        found = [edge["node"] for edge in (*first["edges"], *rest["edges"])]
        assert [one["id"] for one in found] == made[::-1]
        assert [one["__typename"] for one in found] == ["AchCredit", "AchDebit", "AchCredit"]

    def test_another_owner_sees_the_payment_and_not_who_is_paid(self) -> None:
        town = Town()
        node = town.seen(town.sent(), town.joint())
        assert (node["counterparty"], node["counterpartyNumber"]) == (None, "••6789")

    @pytest.mark.parametrize("group", [Group.OPERATIONS, Group.FRAUD_ANALYST, Group.AUDITOR, Group.FINANCE])
    def test_staff_see_it_as_the_table_says_and_their_looks_are_on_record(self, group: Group) -> None:
        town = Town()
        payment = town.sent(remittance="Invoice 7")
        node = town.seen(payment, clerk(group))
        assert node["remittance"] == (None if group is Group.FINANCE else "Invoice 7")
        looks = {(one.action, one.subject_id, one.account) for one in town.world.audited(town.ada)}
        assert ("view_payment", payment, town.account.id) in looks

    def test_whom_staff_see_paid_in_a_list_is_on_record_once(self) -> None:
        town = Town()
        for n in range(3):
            town.sent(key=f"k{n}", duplicateIntended=True)
        shown = town.world.ask(clerk(Group.OPERATIONS), PAID, id=town.account.id).data["node"]["payments"]
        assert [edge["node"]["counterparty"]["name"] for edge in shown["edges"]] == [MARIA] * 3
        looks = [one for one in town.world.audited(town.ada) if one.action == "view_counterparty"]
        assert [(one.subject_id, one.customer) for one in looks] == [(town.maria.id, town.ada.id)]

    def test_to_others_there_is_none(self) -> None:
        town = Town()
        payment = town.sent()
        for who in (town.world.person("Eve Adams"), clerk(Group.ADMIN)):
            assert town.seen(payment, who) is None
            assert town.done(ask.CANCEL_PAYMENT, who, paymentId=payment)["code"] in ("NOT_FOUND", "NOT_ALLOWED")

    @pytest.mark.parametrize("prefix", ["pay", "ent"])
    def test_what_lives_in_another_region_is_asked_there(self, prefix: str) -> None:
        west = f"{prefix}_us1000_{'a' * 32}"
        assert Town().world.ask(clerk(Group.OPERATIONS), NODE, id=west).codes == ["WRONG_REGION"]

    def test_a_full_number_is_in_no_answer(self) -> None:
        town = Town()
        payment = town.sent()
        file = town.in_file(payment)
        staff = clerk(Group.OPERATIONS)
        answers = [town.seen(payment), town.seen(payment, staff), town.world.ask(staff, FILE, id=file.id).data]
        assert "000123456" not in json.dumps(answers)
        assert MARIA not in json.dumps(answers[2])


class TestWhatComesIn:
    def test_who_sent_it_and_what_for_is_told_to_its_customer(self) -> None:
        town = Town()
        sheet = Sheet(made_at=town.world.clock.now())
        sheet.add(town.account.record.number, 250_00, information=["MARCH"])
        (payment,) = town.world.came_in(sheet)
        node = town.seen(payment.id)
        told = ("__typename", "amount", "status", "originatorName", "remittance", "secCode", "description")
        assert {name: node[name] for name in told} == {
            "__typename": "AchCreditReceived",
            "amount": {"amount": "250.00", "currency": "USD"},
            "status": "POSTED",
            "originatorName": "ACME WAGES",
            "remittance": "MARCH",
            "secCode": "PPD",
            "description": "PAYROLL",
        }
        assert (node["counterparty"], node["counterpartyNumber"], node["cancellable"]) == (None, "••7890", False)
        assert (node["settlesOn"], len(node["traceNumber"])) == (str(payment.progress.settles_on), 15)

    def test_what_is_collected_says_so_and_what_is_not_posted_says_why(self) -> None:
        town = Town()
        sheet = Sheet(made_at=town.world.clock.now())
        for sec in ("PPD", "CCD"):
            sheet.add(town.account.record.number, 10_00, code="27", sec=sec)
        posted, pended = (town.seen(payment.id) for payment in town.world.came_in(sheet))
        told = ("__typename", "status", "reasonCode", "remittance")
        assert [[one[name] for name in told] for one in (posted, pended)] == [
            ["AchDebitReceived", "POSTED", None, None],
            ["AchDebitReceived", "PENDED", "CORPORATE_DEBIT_TO_CONSUMER", None],
        ]

    def test_staff_see_the_file_it_came_in_and_customers_their_money(self) -> None:
        town = Town()
        sheet = Sheet(made_at=town.world.clock.now())
        sheet.add(town.account.record.number, 250_00)
        (payment,) = town.world.came_in(sheet)
        node, mine = town.seen(payment.id, clerk(Group.OPERATIONS)), town.seen(payment.id)
        happened = [
            (edge["node"]["event"], edge["node"]["by"], {fact["label"] for fact in edge["node"]["facts"]})
            for edge in node["timeline"]["edges"]
        ]
        assert happened == [("opened", "bank", {"entry", "file", "sec"}), ("posted", "bank", {"entry", "journal"})]
        assert (node["fileId"], node["entryId"]) == (payment.progress.file, payment.progress.entry)
        assert (mine["fileId"], mine["entryId"]) == (None, None)
        assert {fact["label"] for edge in mine["timeline"]["edges"] for fact in edge["node"]["facts"]} == {"journal"}

    def test_no_other_label_of_a_decision_is_told_to_whom_its_making_is_not(self) -> None:
        told = {"decision", "decision_id", "customer_reasons"}
        reasons = CustomerReason.NEW_PAYEE, CustomerReason.UNUSUAL_AMOUNT
        how = {"codes": ("MODEL_SCORE",), "score": 0.5, "model_version": "ach/model/1", "fallback": "SCORER_SILENT"}
        assert set(facts_of(said("pay_1", Decision.REVIEW, *reasons, **how))) == told | OF_FRAUD

    def test_who_sent_it_is_for_those_who_may_read_what_customers_write(self) -> None:
        town = Town()
        sheet = Sheet(made_at=town.world.clock.now())
        sheet.add(town.account.record.number, 250_00, information=["MARCH"])
        (payment,) = town.world.came_in(sheet)
        for group in (Group.OPERATIONS, Group.FRAUD_ANALYST, Group.AUDITOR, Group.FINANCE):
            node = town.seen(payment.id, clerk(group))
            expected = (None, None) if group is Group.FINANCE else ("ACME WAGES", "MARCH")
            assert (node["originatorName"], node["remittance"]) == expected
        assert town.seen(payment.id, town.world.person("Eve Adams")) is None

    def test_it_stands_in_the_list_of_its_account_and_no_words_are_left_when_they_are_erased(self) -> None:
        town = Town()
        sheet = Sheet(made_at=town.world.clock.now())
        sheet.add(town.account.record.number, 250_00, information=["MARCH"])
        (payment,) = town.world.came_in(sheet)
        (edge,) = town.world.ask(town.ada, LIST, id=town.account.id, first=2).data["account"]["payments"]["edges"]
        assert (edge["node"]["id"], edge["node"]["__typename"]) == (payment.id, "AchCreditReceived")
        town.world.customers.erase(town.ada.id)
        node = town.seen(payment.id, clerk(Group.OPERATIONS))
        assert (node["originatorName"], node["remittance"], node["status"]) == (None, None, "POSTED")


class TestFiles:
    def test_a_file_shows_its_totals_its_batches_and_its_entries(self) -> None:
        town = Town()
        payment = town.sent()
        file = town.in_file(payment)
        shown = town.world.ask(clerk(Group.FINANCE), FILE, id=file.id).data["node"]
        assert (shown["status"], shown["entryCount"], shown["credits"]) == ("SENT", 1, {"amount": "25.00"})
        assert shown["sha256"] == file.sha256
        (batch,) = shown["batches"]
        assert (batch["secCode"], batch["serviceClass"], batch["credits"]) == ("WEB", "220", {"amount": "25.00"})
        (edge,) = shown["entries"]["edges"]
        entry = edge["node"]
        assert (entry["status"], entry["paymentId"], entry["fileIds"]) == ("READY", payment, [file.id])
        assert town.world.ask(clerk(Group.AUDITOR), ENTRY, id=entry["id"]).data["node"]["paymentId"] == payment

    def test_a_batch_is_found_by_its_id_and_is_of_its_file(self) -> None:
        town = Town()
        file = town.in_file(town.sent())
        staff = clerk(Group.FINANCE)
        (listed,) = town.world.ask(staff, FILE, id=file.id).data["node"]["batches"]
        assert town.world.ask(staff, BATCH, id=listed["id"]).data["node"] == {
            "id": listed["id"],
            "fileId": file.id,
            "number": 1,
            "secCode": "WEB",
        }
        other = listed["id"].replace("us_", "us_useast9_", 1)
        for missing in (f"{listed['id']}0", other, "bat_us", f"bat_{'1' * 60}"):
            assert town.world.ask(staff, BATCH, id=missing).data["node"] is None
        assert town.world.ask(town.ada, BATCH, id=listed["id"]).data["node"] is None

    def test_what_proves_a_counterparty_is_of_no_payment_and_no_account(self) -> None:
        town = Town()
        town.prenoted()
        payment = town.sent()
        file = town.in_file(payment)
        shown = town.world.ask(clerk(Group.OPERATIONS), FILE, id=file.id).data["node"]["entries"]["edges"]
        found = {edge["node"]["kind"]: edge["node"] for edge in shown}
        of = {kind: (one["paymentId"], one["accountId"], one["secCode"]) for kind, one in found.items()}
        assert of == {"CREDIT": (payment, town.account.id, "WEB"), "PRENOTE": (None, None, "PPD")}
        looks = {one.subject_id: one.account for one in town.world.audited(town.ada) if one.action == "view_ach_entry"}
        assert looks == {found["CREDIT"]["id"]: town.account.id, found["PRENOTE"]["id"]: None}

    def test_there_is_a_word_for_every_class(self) -> None:
        assert {one.value for one in StandardEntryClass} == set(ENTRY_CLASSES)

    @pytest.mark.parametrize("sec", ["COR", "IAT"])
    def test_an_answer_has_the_class_of_what_it_answers_or_its_own(self, sec: str) -> None:
        town = Town()
        payment = town.sent()
        file = town.in_file(payment)
        entry = town.world.ach_store.entry(town.kept(payment).progress.entry or "")
        assert entry
        answer = replace(entry, kind=EntryKind.RETURN, subject="rce_1", account="", customer="", sec=sec)
        town.world.ach_store.replace_entry(answer, version=entry.version)
        batches = tuple(replace(batch, sec=sec) for batch in file.batches)
        town.world.ach_store.replace_file(replace(file, batches=batches), version=file.version)
        shown = town.world.ask(clerk(Group.OPERATIONS), FILE, id=file.id).data["node"]
        (edge,) = shown["entries"]["edges"]
        assert [one["secCode"] for one in (*shown["batches"], edge["node"])] == [sec, sec]
        assert (edge["node"]["paymentId"], edge["node"]["accountId"]) == (None, None)

    def test_what_the_bank_says_against_it_is_data(self) -> None:
        town = Town()
        file = town.in_file(town.sent())
        reason = RejectionReason("AMOUNT_HIGH", "Over the agreed exposure", batch_number=1)
        town.world.reject(file, reason, level=RejectionLevel.BATCH)
        shown = town.world.ask(clerk(Group.OPERATIONS), FILE, id=file.id).data["node"]
        (rejection,) = shown["rejections"]
        assert (shown["status"], rejection["level"], rejection["reasonCount"]) == ("PARTLY_REJECTED", "BATCH", 1)
        assert rejection["reasons"] == [
            {"code": "AMOUNT_HIGH", "message": "Over the agreed exposure", "batchNumber": 1, "traceNumber": None}
        ]
        assert shown["caseId"].startswith("cas_")
        assert shown["entries"]["edges"][0]["node"]["reasonCode"] == "AMOUNT_HIGH"

    def test_the_banks_own_words_are_for_operations_alone(self) -> None:
        town = Town()
        payment = town.sent()
        file = town.in_file(payment)
        said = "Account 000123456789 is unknown"
        trace = town.kept(payment).progress.trace
        town.world.reject(file, RejectionReason("REJ0401", said, trace=trace), level=RejectionLevel.ENTRY)
        told = {}
        for group in SEES_FILES:
            shown = town.world.ask(clerk(group), FILE, id=file.id).data["node"]
            (edge,) = shown["entries"]["edges"]
            told[group] = (edge["node"]["reason"], shown["rejections"][0]["reasons"][0]["message"])
        length = f"••• ({len(said)} characters)"
        assert told.pop(Group.OPERATIONS) == (said, said)
        assert set(told.values()) == {(length, length)}

    def test_one_that_is_built_again_knows_what_it_replaces(self) -> None:
        town = Town()
        file = town.in_file(town.sent())
        town.world.reject(file, RejectionReason("REJ0101", "Used today"))
        staff = clerk(Group.OPERATIONS)
        rows = {edge["node"]["id"]: edge["node"] for edge in town.world.ask(staff, FILES).data["achFiles"]["edges"]}
        assert (rows[file.id]["status"], rows[file.id]["replacedByIds"]) == ("REPLACED", [f"{file.id}.1"])
        assert rows[f"{file.id}.1"]["replacesId"] == file.id
        assert town.world.ask(staff, FILE, id=f"{file.id}.1").data["node"]["id"] == f"{file.id}.1"

    @pytest.mark.parametrize("group", [group for group in Group if group is not Group.CUSTOMER])
    def test_only_those_see_files_who_work_with_them(self, group: Group) -> None:
        town = Town()
        payment = town.sent()
        file = town.in_file(payment)
        entry = town.kept(payment).progress.entry
        seen = town.world.ask(clerk(group), FILES).data["achFiles"]
        assert (seen is not None) is (group in SEES_FILES)
        for document, wanted in ((FILE, file.id), (ENTRY, entry)):
            assert (town.world.ask(clerk(group), document, id=wanted).data["node"] is not None) is (group in SEES_FILES)

    def test_customers_see_none(self) -> None:
        town = Town()
        file = town.in_file(town.sent())
        assert town.world.ask(town.ada, FILES).data["achFiles"] is None
        assert town.world.ask(town.ada, FILE, id=file.id).data["node"] is None

    def test_a_look_at_an_entry_is_on_record_for_its_customer(self) -> None:
        town = Town()
        payment = town.sent()
        file = town.in_file(payment)
        town.world.ask(clerk(Group.FINANCE), FILE, id=file.id)
        looks = {(one.action, one.subject_id) for one in town.world.audited(town.ada)}
        assert ("view_ach_entry", town.kept(payment).progress.entry) in looks


class TestWhenCollectedMoneyIsFree:
    FREE = "query($id: ID!) { node(id: $id) { ... on AchDebit { status fundsAvailableAt reversalIds } } }"

    def settled(self, town: Town) -> str:
        debit = town.collected()
        town.world.acknowledge(town.in_file(debit), delivery="dlv_1")
        town.world.settlement(town.kept(debit))
        return debit

    def reversed(self, town: Town, debit: str) -> Payment:
        asked = town.done(
            ask.REVERSE_PAYMENT, idempotencyKey="r", paymentId=debit, reason="DUPLICATE", speed="SAME_DAY"
        )
        assert asked["__typename"] == "ReverseAchPaymentSuccess", asked
        town.world.run()
        return town.kept(asked["payment"]["id"])

    def free(self, town: Town, debit: str) -> Any:
        return town.world.ask(town.ada, self.FREE, id=debit).data["node"]

    def test_it_says_so_though_a_reversal_had_asked_for_it_and_waited_too_long(self) -> None:
        town = Town()
        debit = self.settled(town)
        self.reversed(town, debit)
        until = town.kept(debit).progress.freed_at
        assert until
        town.world.clock.instant = until
        town.world.run()
        free = self.free(town, debit)
        assert (free["status"], free["fundsAvailableAt"]) == ("CLEARED", f"{until:%Y-%m-%dT%H:%M:%SZ}")

    def test_it_does_not_once_a_reversal_has_taken_it(self) -> None:
        town = Town()
        debit = self.settled(town)
        town.world.cut_off(self.reversed(town, debit))
        free = self.free(town, debit)
        assert (free["status"], free["fundsAvailableAt"]) == ("CLEARED", None)
