"""Stories of the sponsor bank: what it answers, how it misbehaves, when it settles, and what it sends."""

import hashlib
import json
from datetime import date, datetime, timedelta

import pytest

from domain.rails.ach.nacha.profiles import DEFAULT, STRICT
from domain.rails.ach.nacha.reading import inspect, load
from domain.rails.ach.nacha.records import Addenda98, Addenda99, Addenda99Contested, Addenda99Dishonored, Entry
from ops.sponsor.bank import HELD_MAX, LADDER, LATE, OrderRefused, SponsorBank
from ops.sponsor.drafting import NotDrafted, Wish
from ops.sponsor.misbehaviour import MISBEHAVIOURS, MisbehaviourUnknown
from ops.sponsor.state import InboundFile
from tests.unit.ops.sponsor.files import NOW, RDFI, REGION, SPONSOR, a_bank, messages, ours, take, trace

SECOND = timedelta(seconds=1)


def read(file: InboundFile) -> bytes:
    assert file.text is not None
    return file.text.encode("latin-1")


def entry_of(file: InboundFile) -> Entry:
    found, result = load(read(file), STRICT)
    assert result.ok, result.errors
    (batch,) = found.batches
    (entry,) = batch.entries
    assert isinstance(entry, Entry)
    return entry


class TestAnswering:
    def test_a_file_that_is_as_it_should_be_is_acknowledged_with_its_digest_and_totals(self) -> None:
        text = ours(10_00, 20_00)
        (message,) = take(a_bank(), text)
        assert message == {
            "type": "ach.file.acknowledged",
            "version": 1,
            "occurred_at": "2026-03-09T14:05:00.000000Z",
            "data": {
                "file": "fil_1.ach",
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
                "entries": 2,
                "debit_minor": 0,
                "credit_minor": 30_00,
            },
        }

    def test_what_is_due_is_delivered_once(self) -> None:
        bank = a_bank()
        take(bank, ours(10_00))
        (message,) = bank.due(NOW, limit=10)
        bank.delivered(message.id, taken=True, said="202", now=NOW)
        assert bank.due(NOW + timedelta(days=9), limit=10) == []
        assert (message.state, message.tries) == ("DELIVERED", 1)

    def test_what_is_not_taken_is_tried_again_up_a_ladder_and_then_given_up(self) -> None:
        bank, now, waits = a_bank(), NOW, []
        take(bank, ours(10_00))
        for _ in range(len(LADDER) + 1):
            (message,) = bank.due(now, limit=10)
            bank.delivered(message.id, taken=False, said="503", now=now)
            if message.state == "WAITING":
                assert bank.due(now, limit=10) == []
                waits.append(datetime.fromisoformat(message.due_at) - now)
                now = datetime.fromisoformat(message.due_at)
        assert tuple(waits) == LADDER
        assert [one.state for one in messages(bank)] == ["GIVEN_UP"]
        assert bank.due(now + timedelta(days=9), limit=10) == []

    def test_no_more_is_due_at_once_than_is_asked_for(self) -> None:
        bank = a_bank()
        for number in range(5):
            take(bank, ours(10_00, first=number + 1, modifier="ABCDE"[number]), name=f"fil_{number}.ach")
        assert len(bank.due(NOW, limit=2)) == 2

    def test_people_may_have_it_acknowledge_and_reject_whatever_was_said(self) -> None:
        bank = a_bank()
        bank.misbehave("say-nothing")
        assert take(bank, ours(10_00, 20_00)) == []
        assert json.loads(bank.acknowledge("fil_1.ach", now=NOW).body)["type"] == "ach.file.acknowledged"
        said = json.loads(bank.reject("fil_1.ach", level="ENTRY", code="REJ0803", trace=trace(2), now=NOW).body)
        assert said["data"]["reasons"][0]["trace_number"] == trace(2)
        assert [one.state for one in bank.state.files["fil_1.ach"].entries.values()] == ["OPEN", "REJECTED"]

    @pytest.mark.parametrize(
        "asked",
        [
            {"name": "fil_9.ach", "level": "FILE"},
            {"name": "fil_1.ach", "level": "LINE"},
            {"name": "fil_1.ach", "level": "BATCH", "batch": 7},
            {"name": "fil_1.ach", "level": "ENTRY", "trace": "1" * 15},
        ],
    )
    def test_it_rejects_nothing_that_is_not_there(self, asked: dict[str, object]) -> None:
        bank = a_bank()
        take(bank, ours(10_00))
        with pytest.raises(OrderRefused):
            bank.reject(code=None, now=NOW, **asked)  # type: ignore[arg-type]  # by their names
        assert len(messages(bank)) == 1


class TestMisbehaving:
    @pytest.mark.parametrize(
        ("name", "level", "code"),
        [
            ("reject-file", "FILE", "REJ0103"),
            ("reject-batch", "BATCH", "REJ0502"),
            ("reject-entry", "ENTRY", "REJ0803"),
        ],
    )
    def test_it_rejects_a_file_or_a_part_of_it(self, name: str, level: str, code: str) -> None:
        bank = a_bank()
        bank.misbehave(name)
        (message,) = take(bank, ours(10_00, 20_00))
        assert message["data"]["level"] == level
        assert [one["code"] for one in message["data"]["reasons"]] == [code]

    def test_the_code_the_batch_and_the_entry_may_be_named(self) -> None:
        bank = a_bank()
        bank.misbehave("reject-entry", code="REJ0899", trace=trace(2))
        (message,) = take(bank, ours(10_00, 20_00))
        (reason,) = message["data"]["reasons"]
        assert (reason["code"], reason["trace_number"]) == ("REJ0899", trace(2))
        bank.misbehave("reject-batch", batch=2)
        (message,) = take(bank, ours(10_00, batches=2, first=11, modifier="B"), name="fil_2.ach")
        assert message["data"]["reasons"][0]["batch_number"] == 2

    def test_it_answers_twice_in_two_messages(self) -> None:
        bank = a_bank()
        bank.misbehave("answer-twice")
        first, second = take(bank, ours(10_00))
        assert first == second
        assert len(messages(bank)) == 2

    def test_it_repeats_a_message_under_its_id(self) -> None:
        bank = a_bank()
        bank.misbehave("repeat-message")
        take(bank, ours(10_00))
        ids = []
        for now in (NOW, NOW + 10 * SECOND, NOW + 20 * SECOND):
            for message in bank.due(now, limit=10):
                ids.append((message.id, message.body))
                bank.delivered(message.id, taken=True, said="202", now=now)
        assert len(ids) == 2
        assert len(set(ids)) == 1

    def test_it_answers_late(self) -> None:
        bank = a_bank()
        bank.misbehave("answer-late", seconds=90)
        take(bank, ours(10_00))
        assert bank.due(NOW + 89 * SECOND, limit=10) == []
        assert len(bank.due(NOW + 90 * SECOND, limit=10)) == 1
        bank.misbehave("answer-late")
        take(bank, ours(10_00, first=9, modifier="B"), name="fil_2.ach")
        assert len(bank.due(NOW + LATE - SECOND, limit=10)) == 1
        assert len(bank.due(NOW + LATE, limit=10)) == 2

    def test_it_says_nothing_and_settles_all_the_same(self) -> None:
        bank = a_bank()
        bank.misbehave("say-nothing")
        assert take(bank, ours(10_00)) == []
        bank.go_on(NOW)
        assert bank.state.movements[0].debit_minor == 10_00

    def test_it_answers_in_another_order(self) -> None:
        bank, order = a_bank(), []
        bank.misbehave("reorder")
        take(bank, ours(10_00))
        assert bank.due(NOW, limit=10) == []
        take(bank, ours(10_00, first=9, modifier="B"), name="fil_2.ach")
        for _ in range(2):
            (message,) = bank.due(NOW, limit=10)
            order.append(message.file)
            bank.delivered(message.id, taken=True, said="202", now=NOW)
        assert order == ["fil_2.ach", "fil_1.ach"]

    def test_what_it_keeps_back_goes_at_last_though_no_other_came(self) -> None:
        bank = a_bank()
        bank.misbehave("reorder")
        take(bank, ours(10_00))
        assert bank.due(NOW + HELD_MAX - SECOND, limit=10) == []
        assert len(bank.due(NOW + HELD_MAX, limit=10)) == 1

    def test_it_sends_half_a_document(self) -> None:
        bank = a_bank()
        bank.misbehave("bad-json")
        bank.take("fil_1.ach", ours(10_00).encode(), region=REGION, now=NOW)
        (message,) = messages(bank)
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            json.loads(message.body)

    def test_it_speaks_by_a_kind_or_a_version_that_nobody_agreed_on(self) -> None:
        bank = a_bank()
        bank.misbehave("unknown-kind")
        (message,) = take(bank, ours(10_00))
        assert message["type"] == messages(bank)[0].kind == "ach.file.pondered"
        bank.misbehave("unknown-version")
        (message,) = take(bank, ours(10_00, first=9, modifier="B"), name="fil_2.ach")
        assert (message["type"], message["version"]) == ("ach.file.acknowledged", 99)

    def test_it_signs_with_another_secret_at_every_try(self) -> None:
        bank = a_bank()
        bank.misbehave("wrong-signature")
        take(bank, ours(10_00))
        assert messages(bank)[0].forged

    def test_it_speaks_of_other_bytes(self) -> None:
        right, wrong = a_bank(), a_bank()
        wrong.misbehave("wrong-sha")
        (said,), (said_wrongly,) = take(right, ours(10_00)), take(wrong, ours(10_00))
        assert said["data"].pop("sha256") != said_wrongly["data"].pop("sha256")
        assert said == said_wrongly

    def test_it_misbehaves_as_often_as_it_was_told_to(self) -> None:
        bank, kinds = a_bank(), []
        bank.misbehave("reject-file", times=2)
        for number in range(3):
            (message,) = take(bank, ours(10_00, first=number + 1, modifier="ABC"[number]), name=f"fil_{number}.ach")
            kinds.append(message["type"])
        assert kinds == ["ach.file.rejected", "ach.file.rejected", "ach.file.acknowledged"]

    def test_it_misbehaves_until_it_is_to_behave(self) -> None:
        bank = a_bank()
        bank.misbehave("say-nothing", times=None)
        for number in range(3):
            assert take(bank, ours(10_00, first=number + 1, modifier="ABC"[number]), name=f"fil_{number}.ach") == []
        assert bank.behave() == 1
        assert len(take(bank, ours(10_00, first=9, modifier="D"), name="fil_9.ach")) == 1

    def test_several_misbehaviours_meet_in_one_answer(self) -> None:
        bank = a_bank()
        bank.misbehave("reject-file", code="REJ0101")
        bank.misbehave("answer-twice")
        said = take(bank, ours(10_00))
        assert [one["data"]["reasons"][0]["code"] for one in said] == ["REJ0101", "REJ0101"]

    def test_a_real_fault_of_a_file_comes_before_one_that_was_ordered(self) -> None:
        bank = a_bank()
        bank.misbehave("reject-entry")
        (message,) = take(bank, ours(10_00)[:100])
        assert message["data"]["reasons"][0]["code"] == "REJ0105"

    def test_files_that_it_delivers_do_not_use_up_what_is_meant_for_files_it_takes(self) -> None:
        bank = a_bank()
        bank.misbehave("reject-file")
        bank.originate(Wish(account_number="400000012345", amount_minor=5_00, credit=True), region=REGION, now=NOW)
        assert take(bank, ours(10_00))[0]["type"] == "ach.file.rejected"

    def test_what_it_does_not_know_it_refuses(self) -> None:
        bank = a_bank()
        with pytest.raises(MisbehaviourUnknown, match="say-nothing"):
            bank.misbehave("sulk")
        with pytest.raises(MisbehaviourUnknown, match="takes no code"):
            bank.misbehave("say-nothing", code="REJ0101")
        with pytest.raises(OrderRefused):
            bank.misbehave("say-nothing", times=0)
        assert bank.state.switches == []

    def test_every_misbehaviour_can_be_switched_on_and_leaves_a_bank_that_goes_on(self) -> None:
        for name in MISBEHAVIOURS:
            bank = a_bank()
            bank.misbehave(name)
            bank.take("fil_1.ach", ours(10_00).encode(), region=REGION, now=NOW)
            bank.originate(Wish(account_number="400000012345", amount_minor=5_00, credit=True), region=REGION, now=NOW)
            assert bank.state.switches == [], name
            bank.go_on(NOW + timedelta(days=1))
            bank.take("fil_2.ach", ours(7_00, first=9, modifier="B").encode(), region=REGION, now=NOW)
            assert "ach.file.acknowledged" in {one.kind for one in messages(bank) if one.file == "fil_2.ach"}, name


class TestSettling:
    def test_entries_settle_on_their_effective_date_and_not_before(self) -> None:
        bank = a_bank()
        take(bank, ours(10_00, 20_00, effective=date(2026, 3, 10), descriptive=""))
        bank.go_on(NOW)
        assert bank.state.movements == []
        bank.go_on(NOW + timedelta(days=1))
        bank.go_on(NOW + timedelta(days=1))
        (line,) = bank.state.movements
        assert (line.what, line.debit_minor, line.credit_minor, line.entries) == ("SETTLEMENT", 30_00, 0, 2)

    def test_debits_are_money_for_us(self) -> None:
        bank = a_bank()
        take(bank, ours(10_00, code="27"))
        bank.go_on(NOW)
        assert (bank.state.movements[0].debit_minor, bank.state.movements[0].credit_minor) == (0, 10_00)

    def test_what_was_rejected_never_settles(self) -> None:
        bank = a_bank()
        bank.misbehave("reject-entry")
        take(bank, ours(10_00, 20_00))
        bank.go_on(NOW)
        assert bank.state.movements[0].debit_minor == 20_00

    def test_what_is_rejected_after_it_has_settled_is_taken_back_once(self) -> None:
        bank = a_bank()
        take(bank, ours(10_00, 20_00))
        bank.go_on(NOW)
        for _ in range(2):
            bank.reject("fil_1.ach", level="ENTRY", code=None, trace=trace(2), now=NOW)
        assert [(one.what, one.debit_minor, one.credit_minor) for one in bank.state.movements] == [
            ("SETTLEMENT", 30_00, 0),
            ("TAKEN_BACK", 0, 20_00),
        ]
        assert bank.state.files["fil_1.ach"].entries[trace(2)].state == "REJECTED"

    def test_a_day_that_is_over_is_stated_once_and_carries_its_balance_on(self) -> None:
        bank = a_bank()
        take(bank, ours(10_00))
        bank.go_on(NOW)
        assert bank.to_put() == []
        bank.go_on(NOW + timedelta(days=1))
        bank.go_on(NOW + timedelta(days=1))
        (file,) = bank.to_put()
        assert file.name == "inbound/statements/sponsor-us-east-1-2026-03-09.json"
        document = json.loads(read(file))
        assert (document["opening_minor"], document["closing_minor"]) == (0, -10_00)
        assert document["lines"] == [
            {"file": "fil_1.ach", "what": "SETTLEMENT", "debit_minor": 10_00, "credit_minor": 0, "entries": 1}
        ]
        bank.put(file.name)
        bank.originate(
            Wish(account_number="400000012345", amount_minor=4_00, credit=True),
            region=REGION,
            now=NOW + timedelta(days=1),
        )
        bank.go_on(NOW + timedelta(days=2))
        (later,) = [one for one in bank.to_put() if "statements" in one.name]
        document = json.loads(read(later))
        assert (document["opening_minor"], document["closing_minor"]) == (-10_00, -6_00)


class TestDelivering:
    def wish(self, **other: object) -> Wish:
        asked: dict[str, object] = {"account_number": "400000012345", "amount_minor": 12_34, "credit": True, **other}
        return Wish(**asked)  # type: ignore[arg-type]  # by their names

    @pytest.mark.parametrize(("credit", "code"), [(True, "22"), (False, "27")])
    def test_a_credit_or_a_debit_comes_in_a_valid_file_for_us(self, credit: bool, code: str) -> None:
        file = a_bank().originate(self.wish(credit=credit), region=REGION, now=NOW)
        entry = entry_of(file)
        assert (entry.transaction_code, entry.amount_minor) == (code, 12_34)
        assert entry.rdfi + entry.check_digit == SPONSOR.origin
        header = load(read(file), STRICT)[0].header
        assert header is not None
        assert header.immediate_destination.strip() == SPONSOR.origin
        assert file.name.startswith("inbound/ach/sponsor-20260309-140500-")

    @pytest.mark.parametrize(("credit", "code"), [(True, "23"), (False, "28")])
    def test_a_prenote_moves_nothing(self, credit: bool, code: str) -> None:
        entry = entry_of(
            a_bank().originate(self.wish(credit=credit, amount_minor=0, is_prenote=True), region=REGION, now=NOW)
        )
        assert (entry.transaction_code, entry.amount_minor) == (code, 0)

    @pytest.mark.parametrize(
        "wrong", [{"amount_minor": 0}, {"amount_minor": -1}, {"amount_minor": 10**10}, {"account_number": "1" * 18}]
    )
    def test_what_no_bank_would_send_is_refused(self, wrong: dict[str, object]) -> None:
        bank = a_bank()
        with pytest.raises(NotDrafted):
            bank.originate(self.wish(**wrong), region=REGION, now=NOW)
        assert bank.to_put() == []

    def test_no_two_files_of_a_minute_are_of_the_same_identity_or_trace(self) -> None:
        bank = a_bank()
        files = [bank.originate(self.wish(), region=REGION, now=NOW) for _ in range(9)]
        headers = {load(read(one), STRICT)[0].header for one in files}
        assert len(headers) == len({entry_of(one).trace_number for one in files}) == 9

    def sent(self) -> tuple[SponsorBank, bytes]:
        bank, text = a_bank(), ours(10_00, 20_00)
        take(bank, text)
        return bank, text.encode()

    def test_an_entry_of_ours_is_returned_by_its_bank_and_the_money_comes_back(self) -> None:
        bank, content = self.sent()
        file = bank.give_back(content, trace(2), "R01", now=NOW)
        entry = entry_of(file)
        (addenda,) = entry.addenda
        assert isinstance(addenda, Addenda99)
        assert (addenda.return_code, addenda.original_trace_number, addenda.original_rdfi) == (
            "R01",
            trace(2),
            RDFI[:8],
        )
        assert (entry.transaction_code, entry.amount_minor, entry.rdfi) == ("21", 20_00, SPONSOR.odfi)
        bank.go_on(NOW)
        assert sum(one.credit_minor - one.debit_minor for one in bank.state.movements) == -10_00

    @pytest.mark.parametrize(("number", "code"), [(2, "R99"), (2, "R61"), (7, "R01"), (2, "R14")])
    def test_it_returns_only_what_was_taken_and_by_a_code_of_the_rules(self, number: int, code: str) -> None:
        bank, content = self.sent()
        with pytest.raises((NotDrafted, OrderRefused)):
            bank.give_back(content, trace(number), code, now=NOW)
        assert bank.to_put() == []
        assert {one.state for one in bank.state.files["fil_1.ach"].entries.values()} == {"OPEN"}

    def test_an_entry_that_was_rejected_is_not_returned(self) -> None:
        bank, content = self.sent()
        bank.reject("fil_1.ach", level="ENTRY", code=None, trace=trace(2), now=NOW)
        with pytest.raises(OrderRefused):
            bank.give_back(content, trace(2), "R01", now=NOW)

    def test_a_notification_of_change_names_the_entry_and_the_data(self) -> None:
        bank, content = self.sent()
        file = bank.notify_of_change(content, trace(1), "C01", "000987654321", now=NOW)
        (addenda,) = entry_of(file).addenda
        assert isinstance(addenda, Addenda98)
        assert (addenda.change_code, addenda.corrected_data) == ("C01", "000987654321")
        found, _ = load(read(file), STRICT)
        assert found.batches[0].header.sec == "COR"

    def test_a_return_of_ours_is_dishonored_and_our_dishonour_contested(self) -> None:
        ours_back = return_of_ours()
        bank = a_bank()
        bank.take("fil_r.ach", ours_back, region=REGION, now=NOW)
        number = next(iter(bank.state.files["fil_r.ach"].entries))
        (addenda,) = entry_of(bank.dishonour(ours_back, number, "R69", now=NOW)).addenda
        assert isinstance(addenda, Addenda99Dishonored)
        assert addenda.return_code == "R69"
        again = a_bank()
        made = read(bank.dishonour(ours_back, number, "R69", now=NOW))
        dishonour = made[:3] + made[13:23] + made[3:13] + made[23:]
        again.take("fil_d.ach", dishonour, region=REGION, now=NOW)
        number = next(iter(again.state.files["fil_d.ach"].entries))
        (contest,) = entry_of(again.contest(dishonour, number, "R73", now=NOW)).addenda
        assert isinstance(contest, Addenda99Contested)

    def test_any_file_is_delivered_as_it_is(self) -> None:
        file = a_bank().deliver(b"101 \xe9\n", region=REGION, now=NOW)
        assert read(file) == b"101 \xe9\n"

    def test_a_file_is_delivered_twice_under_two_names_and_counted_once(self) -> None:
        bank = a_bank()
        bank.misbehave("deliver-twice")
        bank.originate(self.wish(), region=REGION, now=NOW)
        first, second = bank.to_put()
        assert first.name != second.name
        assert first.text == second.text
        assert len(bank.state.movements) == 1

    def test_a_bad_entry_spoils_itself_alone(self) -> None:
        bank = a_bank()
        bank.misbehave("bad-entry")
        file = bank.originate(self.wish(), region=REGION, now=NOW)
        result = inspect((read(file),), DEFAULT)
        assert [one.code for one in result.errors] == ["CHECK_DIGIT"]

    def test_a_truncated_file_has_no_end(self) -> None:
        bank = a_bank()
        bank.misbehave("truncated")
        file = bank.originate(self.wish(), region=REGION, now=NOW)
        assert read(file)[-1:] != b"\n"
        assert "FILE_CONTROL_MISSING" in {one.code for one in inspect((read(file),), DEFAULT).errors}

    def test_what_is_in_the_bucket_is_not_put_again(self) -> None:
        bank = a_bank()
        file = bank.originate(self.wish(), region=REGION, now=NOW)
        bank.put(file.name)
        assert bank.to_put() == []
        assert bank.state.inbound[file.name].text is None


def return_of_ours() -> bytes:
    """A return as this bank sends it: one that was made for it, with the two ends of its header changed round."""
    bank, text = a_bank(), ours(10_00)
    take(bank, text)
    made = read(bank.give_back(text.encode(), trace(1), "R03", now=NOW)).decode()
    return f"{made[:3]}{made[13:23]}{made[3:13]}{made[23:]}".encode()
