"""Stories of messages: taken in once, processed once, set aside with their reason, lost and found, mended."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

import pytest

from domain.access.model import Group
from domain.partners import rules
from domain.partners.events import AchFileAcknowledged
from domain.partners.model import (
    Accepted,
    Arrival,
    BodyMalformed,
    Delivery,
    DeliveryBusy,
    DeliveryNotReplayable,
    DeliveryState,
    KindMalformed,
    KindMismatch,
    MessageIdReused,
    PartnerUnknown,
    Receipt,
    ReplayClaim,
    ReplayKeyReused,
    Scheme,
    SignatureWrong,
)
from domain.partners.service import DeliveryContended, DeliveryMissing, Replayed
from domain.partners.store_memory import MemoryDeliveryStore
from domain.refusals import InputInvalid, NotAllowed, NotFound, Refusal
from tests.unit.accounts.house import Cut
from tests.unit.partners.house import KIND, ROTATED_UNTIL, PartnersHouse, clerk
from tests.unit.partners.signing import FORMER, SCHEMES, STRANGER, body_of

OPERATIONS = clerk(Group.OPERATIONS)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FileUnknown(Refusal):
    code: ClassVar[str] = "FILE_UNKNOWN"


@pytest.fixture
def house() -> PartnersHouse:
    return PartnersHouse()


class TestTakingIn:
    def test_a_message_is_stored_as_it_came_and_waits_for_its_processing(self, house: PartnersHouse) -> None:
        body = body_of()

        accepted = house.arrives(body)

        assert isinstance(accepted, Accepted)
        assert accepted.fresh
        assert house.store.bodies([accepted.delivery]) == {accepted.delivery: body}
        kept = house.found(accepted.delivery)
        assert (kept.partner, kept.kind, kept.version, kept.message_id) == ("sponsor", KIND, 1, "msg_1")
        assert (kept.state, kept.attempts, kept.scheme) == (DeliveryState.RECEIVED, 0, Scheme.V1)
        assert kept.due_at == house.clock.now() + MINUTE

    def test_the_same_message_again_is_the_same_delivery(self, house: PartnersHouse) -> None:
        first = house.arrives()
        house.clock.move(timedelta(hours=30))

        again = [house.arrives() for _ in range(3)]

        assert isinstance(first, Accepted)
        assert again == [Accepted(first.delivery, fresh=False)] * 3
        assert len(house.store._deliveries) == 1

    def test_another_body_under_the_same_id_is_refused(self, house: PartnersHouse) -> None:
        house.arrives()

        assert house.arrives(body_of(occurred_at="2026-03-10T16:59:59Z")) == MessageIdReused()
        assert len(house.store._deliveries) == 1

    def test_two_messages_are_two_deliveries(self, house: PartnersHouse) -> None:
        assert house.received(message_id="a") != house.received(message_id="b")

    @pytest.mark.parametrize("partner", ["nobody", "", "SPONSOR", "../sponsor", "a" * 10_000])
    def test_nobody_else_delivers_here(self, house: PartnersHouse, partner: str) -> None:
        assert house.arrives(partner=partner) == PartnerUnknown()

    @pytest.mark.parametrize("kind", ["", "a b", ".", "..", "-a", "a/b", "é", "x" * 129])
    def test_a_kind_is_a_short_name(self, house: PartnersHouse, kind: str) -> None:
        assert house.arrives(b"{}", kind=kind) == KindMalformed()

    @pytest.mark.parametrize("kind", ["card.cleared", "ACH.FILE.ACKNOWLEDGED", "card-cleared", "x" * 128])
    def test_a_kind_that_nobody_knows_is_stored(self, house: PartnersHouse, kind: str) -> None:
        assert isinstance(house.arrives(kind=kind), Accepted)

    @pytest.mark.parametrize("kind", ["ach.file.rejected", "card.cleared"])
    def test_a_message_at_the_address_of_another_kind_is_refused_and_still_taken_at_its_own(
        self, house: PartnersHouse, kind: str
    ) -> None:
        assert house.arrives(body_of(KIND), kind=kind) == KindMismatch()

        assert house.partners.process(house.received(body_of(KIND))).state is DeliveryState.PROCESSED
        assert len(house.store._deliveries) == 1

    @pytest.mark.parametrize("said", [None, 1, [KIND], f"{KIND} ", KIND.upper()])
    def test_a_message_says_its_kind_itself(self, house: PartnersHouse, said: object) -> None:
        assert house.arrives(body_of(type=said)) == KindMismatch()
        assert house.arrives(b"{}") == KindMismatch()
        assert house.store._deliveries == {}

    @pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b"\xef\xbb\xbf{}"])
    def test_a_body_that_is_no_object_is_refused_and_leaves_nothing(self, house: PartnersHouse, body: bytes) -> None:
        assert isinstance(house.arrives(body), BodyMalformed)
        assert isinstance(house.arrives(), Accepted)

    def test_a_body_is_read_only_when_its_signature_is_right(self, house: PartnersHouse) -> None:
        assert house.arrives(b"[", signer=STRANGER) == SignatureWrong()

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_the_key_from_before_is_good_until_its_end(self, house: PartnersHouse, scheme: str) -> None:
        house.clock.instant = ROTATED_UNTIL - timedelta(seconds=1)
        assert isinstance(house.arrives(signer=FORMER, scheme=scheme), Accepted)
        house.clock.instant = ROTATED_UNTIL
        assert house.arrives(signer=FORMER, scheme=scheme, message_id="msg_2") == SignatureWrong()

    def test_who_loses_the_answer_of_its_own_write_finds_it(self) -> None:
        class Loses(MemoryDeliveryStore):
            def receive(self, delivery: Delivery, body: bytes, receipt: Receipt) -> bool:
                super().receive(delivery, body, receipt)
                return super().receive(delivery, body, receipt)

        accepted = PartnersHouse(store=Loses()).arrives()

        assert isinstance(accepted, Accepted)
        assert accepted.fresh


class TestProcessing:
    def test_a_message_reaches_its_handler_once_however_often_the_queue_brings_it(self, house: PartnersHouse) -> None:
        delivery = house.received()

        states = [house.partners.process(delivery).state for _ in range(3)]

        assert states == [DeliveryState.PROCESSED] * 3
        ((given, payload),) = house.acting.given
        assert given.id == delivery
        assert isinstance(payload, AchFileAcknowledged)
        assert payload.data.entries == 12
        assert house.found(delivery).due_at is None
        assert house.put_aside == []

    @pytest.mark.parametrize(
        ("kind", "body", "reason"),
        [
            ("card.cleared", body_of("card.cleared"), "KIND_UNKNOWN"),
            (KIND, body_of(version=2), "VERSION_UNKNOWN"),
            (KIND, body_of(version="1"), "VERSION_UNKNOWN"),
            (KIND, body_of(version=1.0), "VERSION_UNKNOWN"),
            (KIND, body_of(more="fields"), "BODY_UNFIT"),
            (KIND, body_of(data={}), "BODY_UNFIT"),
            ("ach.file.rejected", body_of("ach.file.rejected"), "NO_HANDLER"),
        ],
    )
    def test_what_cannot_be_processed_is_quarantined_and_told_of(
        self, house: PartnersHouse, kind: str, body: bytes, reason: str
    ) -> None:
        delivery = house.received(body, kind=kind)

        settled = house.partners.process(delivery)

        assert (settled.state, settled.reason) == (DeliveryState.QUARANTINED, reason)
        assert [(told.id, told.reason) for told in house.put_aside] == [(delivery, reason)]
        assert house.acting.given == []

    def test_what_is_wrong_with_a_body_is_kept_beside_the_reason(self, house: PartnersHouse) -> None:
        delivery = house.received(body_of(data={"file": "a.ach"}))

        assert (house.partners.process(delivery).detail or "").startswith("data.sha256: missing; data.entries: missing")

    def test_a_refusal_of_the_handler_quarantines_under_its_code(self, house: PartnersHouse) -> None:
        house.acting.refuses = FileUnknown()

        settled = house.partners.process(house.received())

        assert (settled.state, settled.reason) == (DeliveryState.QUARANTINED, "FILE_UNKNOWN")

    def test_what_a_handler_raises_comes_through_and_is_tried_again(self, house: PartnersHouse) -> None:
        delivery = house.received()
        house.acting.raises = Cut()
        with pytest.raises(Cut):
            house.partners.process(delivery)
        assert house.partners.give_up(delivery).state is DeliveryState.RECEIVED

        house.acting.raises = None

        assert house.partners.process(delivery).state is DeliveryState.PROCESSED
        assert house.found(delivery).attempts == 2

    def test_what_raises_every_time_is_given_up_and_not_called_again(self, house: PartnersHouse) -> None:
        delivery = house.received()
        house.acting.raises = Cut()
        for _ in range(rules.TRIES_MAX):
            assert house.partners.give_up(delivery).state is DeliveryState.RECEIVED
            with pytest.raises(Cut):
                house.partners.process(delivery)

        given_up = house.partners.give_up(delivery)

        assert (given_up.state, given_up.reason) == (DeliveryState.FAILED, "TRIES_USED_UP")
        assert house.partners.process(delivery) == given_up
        assert len(house.acting.given) == rules.TRIES_MAX
        assert house.put_aside == [given_up], "people are told"

    def test_what_kills_the_process_every_time_is_given_up_too(self, house: PartnersHouse) -> None:
        """Nobody says `give_up` then: the tries are counted before they begin."""
        delivery = house.received()
        house.acting.raises = Cut()
        for _ in range(rules.TRIES_MAX):
            with pytest.raises(Cut):
                house.partners.process(delivery)

        assert house.partners.process(delivery).state is DeliveryState.RECEIVED, "the last try may still run"
        house.clock.move(rules.BEGUN_AGAIN_AFTER)
        assert house.partners.process(delivery).state is DeliveryState.FAILED

    def test_a_death_between_the_telling_and_the_writing_tells_again(self, house: PartnersHouse) -> None:
        delivery = house.received(kind="card.cleared")

        with house.dies_setting_aside():
            house.partners.process(delivery)

        assert house.partners.process(delivery).state is DeliveryState.QUARANTINED
        assert [told.id for told in house.put_aside] == [delivery] * 2

    def test_of_two_who_process_at_once_the_first_word_stays(self, house: PartnersHouse) -> None:
        delivery = house.received()

        def refused_meanwhile(given: Delivery, payload: object) -> Refusal | None:
            house.acting.refuses = FileUnknown()
            house.partners.process(given.id)
            return None

        other = house.process_of({(KIND, 1): refused_meanwhile})

        assert other.process(delivery).reason == "FILE_UNKNOWN"
        assert house.found(delivery).state is DeliveryState.QUARANTINED

    def test_who_loses_the_race_to_begin_leaves_it_to_the_other(self, house: PartnersHouse) -> None:
        delivery = house.received()

        class Raced(MemoryDeliveryStore):
            def replace(self, delivery: Delivery, *, revision: int) -> bool:
                return False

        house.store.__class__ = Raced
        with pytest.raises(DeliveryContended):
            house.partners.process(delivery)
        assert house.acting.given == []

    def test_a_delivery_that_is_not_there_is_a_fault(self, house: PartnersHouse) -> None:
        with pytest.raises(DeliveryMissing):
            house.partners.process("dlv_01K90000000000000000000000")


class TestTheSweep:
    def test_what_died_between_store_and_queue_is_found_after_a_minute(self, house: PartnersHouse) -> None:
        accepted = house.arrives()
        assert isinstance(accepted, Accepted)
        house.clock.move(MINUTE - timedelta(seconds=1))
        assert house.partners.send_again().sent == 0

        house.clock.move(timedelta(seconds=1))

        assert house.partners.send_again().sent == 1
        assert house.queue == [accepted.delivery]

    def test_while_nobody_works_it_is_sent_ever_more_rarely(self, house: PartnersHouse) -> None:
        house.received()
        for _ in range(60 * 25):
            house.clock.move(MINUTE)
            house.partners.send_again()

        assert len(house.queue) < 35

    def test_what_was_begun_and_never_ended_is_found(self, house: PartnersHouse) -> None:
        delivery = house.received()
        house.acting.raises = Cut()
        with pytest.raises(Cut):
            house.partners.process(delivery)
        house.queue.clear()
        house.clock.move(timedelta(minutes=15))
        assert house.partners.send_again().sent == 0

        house.clock.move(timedelta(minutes=5))

        assert house.partners.send_again().sent == 1
        assert house.queue == [delivery]

    def test_what_is_settled_is_left_alone(self, house: PartnersHouse) -> None:
        for number, kind in enumerate((KIND, "card.cleared")):
            house.partners.process(house.received(kind=kind, message_id=f"m{number}"))
        house.queue.clear()
        house.clock.move(timedelta(days=30))

        assert house.partners.send_again().found == 0
        assert house.queue == []

    def test_a_queue_that_fails_loses_nothing(self, house: PartnersHouse) -> None:
        house.arrives()
        house.clock.move(MINUTE)
        house.queue_fails = Cut()
        with pytest.raises(Cut):
            house.partners.send_again()
        house.queue_fails = None
        house.clock.move(2 * MINUTE)

        assert house.partners.send_again().sent == 1

    def test_who_loses_the_answer_of_its_own_write_sends_all_the_same(self, house: PartnersHouse) -> None:
        class Loses(MemoryDeliveryStore):
            def replace(self, delivery: Delivery, *, revision: int) -> bool:
                super().replace(delivery, revision=revision)
                return super().replace(delivery, revision=revision)

        house.arrives()
        house.clock.move(MINUTE)
        house.store.__class__ = Loses

        assert house.partners.send_again().sent == 1


class TestLooking:
    @pytest.mark.parametrize("group", [Group.OPERATIONS, Group.COMPLIANCE, Group.FINANCE, Group.AUDITOR])
    def test_these_groups_see_what_was_delivered(self, house: PartnersHouse, group: Group) -> None:
        delivery = house.received()
        found = house.partners.delivery(clerk(group), delivery)
        page = house.partners.deliveries(clerk(group), partner="sponsor", state=None, before=None, limit=5)

        assert found == house.found(delivery)
        assert not isinstance(page, NotAllowed)
        assert page.deliveries == (found,)

    @pytest.mark.parametrize("group", [Group.FRAUD_ANALYST, Group.FRAUD_LEAD, Group.ADMIN])
    def test_the_others_do_not_even_learn_that_it_is_there(self, house: PartnersHouse, group: Group) -> None:
        delivery = house.received()
        actor = clerk(group)

        assert house.partners.delivery(actor, delivery) == NotFound(delivery)
        assert house.partners.bodies(actor, [delivery]) == {}
        assert isinstance(
            house.partners.deliveries(actor, partner="sponsor", state=None, before=None, limit=5), NotAllowed
        )

    def test_an_unknown_partner_has_delivered_nothing(self, house: PartnersHouse) -> None:
        page = house.partners.deliveries(OPERATIONS, partner="x" * 5_000, state=None, before=None, limit=5)

        assert not isinstance(page, NotAllowed)
        assert page.deliveries == ()


class TestReplaying:
    def quarantined(self, house: PartnersHouse) -> str:
        delivery = house.received(body_of(data={}))
        assert house.partners.process(delivery).state is DeliveryState.QUARANTINED
        return delivery

    def replayed(self, house: PartnersHouse, delivery: str, *, key: str = "k", body: bytes | None = None) -> Replayed:
        answer = house.partners.replay(OPERATIONS, delivery=delivery, key=key, body=body)
        assert isinstance(answer, Replayed), answer
        return answer

    def test_as_it_is_it_is_processed_again_once_its_handler_knows_better(self, house: PartnersHouse) -> None:
        house.acting.refuses = FileUnknown()
        delivery = house.received()
        house.partners.process(delivery)
        house.acting.refuses = None
        house.queue.clear()

        answer = self.replayed(house, delivery)

        assert answer.delivery.id == delivery
        assert (answer.delivery.state, answer.delivery.replayed_by) == (DeliveryState.RECEIVED, OPERATIONS.person)
        assert house.partners.send_again().sent == 1
        assert house.queue == [delivery]
        assert house.partners.process(delivery).state is DeliveryState.PROCESSED
        assert house.found(delivery).reason is None

    def test_with_a_mended_body_it_is_a_new_one_and_the_old_stays(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)
        before, body = house.found(delivery), house.store.bodies([delivery])

        answer = self.replayed(house, delivery, body=body_of())

        mended = answer.delivery
        assert mended.id != delivery
        assert (mended.mends, mended.replayed_by, mended.scheme) == (delivery, OPERATIONS.person, None)
        assert (mended.partner, mended.kind, mended.message_id) == ("sponsor", KIND, "msg_1")
        after = replace(before, mended_by=mended.id, revision=before.revision + 1)
        assert (house.found(delivery), house.store.bodies([delivery])) == (after, body)
        assert house.partners.process(mended.id).state is DeliveryState.PROCESSED
        assert house.found(delivery) == after

    def test_what_was_mended_is_neither_replayed_nor_mended_again_nor_discarded(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)
        self.replayed(house, delivery, body=body_of())
        refused = DeliveryNotReplayable(delivery, "QUARANTINED")
        for body in (None, body_of()):
            assert house.partners.replay(OPERATIONS, delivery=delivery, key="other", body=body) == refused
        assert house.partners.discard_as_decided(delivery, replays=0, by=OPERATIONS.person) == refused
        assert house.partners.replay_as_decided(delivery, replays=0, by=OPERATIONS.person) == refused

    def test_a_mended_one_that_is_no_better_is_mended_itself(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)
        worse = self.replayed(house, delivery, body=body_of(data={})).delivery
        assert house.partners.process(worse.id).state is DeliveryState.QUARANTINED
        better = house.partners.replay(OPERATIONS, delivery=worse.id, key="better", body=body_of())
        assert isinstance(better, Replayed)
        assert house.partners.process(better.delivery.id).state is DeliveryState.PROCESSED

    def test_a_kind_that_nobody_knows_is_mended_to_one_that_is_known(self, house: PartnersHouse) -> None:
        delivery = house.received(kind="ach.file.pondered")
        assert house.partners.process(delivery).reason == "KIND_UNKNOWN"
        mended = self.replayed(house, delivery, body=body_of()).delivery
        assert mended.kind == KIND
        assert house.partners.process(mended.id).state is DeliveryState.PROCESSED

    @pytest.mark.parametrize("kind", [7, None, "", ".."])
    def test_a_kind_is_not_mended_to_what_is_none(self, house: PartnersHouse, kind: object) -> None:
        delivery = house.received(kind="ach.file.pondered")
        house.partners.process(delivery)
        body = json.dumps({"type": kind}).encode()
        assert isinstance(house.partners.replay(OPERATIONS, delivery=delivery, key="k", body=body), InputInvalid)

    @pytest.mark.parametrize("body", [None, body_of()])
    def test_the_same_key_replays_once(self, house: PartnersHouse, body: bytes | None) -> None:
        delivery = self.quarantined(house)
        first = self.replayed(house, delivery, body=body)
        house.clock.move(MINUTE)

        again = self.replayed(house, delivery, body=body)

        assert (first.again, again.again) == (False, True)
        assert again.delivery.id == first.delivery.id
        assert len(house.store._deliveries) == (1 if body is None else 2)

    def test_the_same_key_after_it_was_processed_answers_and_does_nothing(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)
        self.replayed(house, delivery)
        house.partners.process(delivery)

        answer = self.replayed(house, delivery)

        assert answer.again
        assert house.found(delivery).state is DeliveryState.QUARANTINED

    def test_whoever_waits_is_told_when_it_is_begun_again_at_every_try(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)
        person = OPERATIONS.person
        assert house.replayed == []

        for key in ("k1", "k2"):
            self.replayed(house, delivery, key=key)
            house.partners.process(delivery)
        assert house.replayed == [(delivery, 0, person), (delivery, 1, person)]

        mended = self.replayed(house, delivery, key="k3", body=body_of()).delivery.id
        house.acting.raises = ConnectionError()
        for _ in range(2):
            with pytest.raises(ConnectionError):
                house.partners.process(mended)
        assert house.replayed[2:] == [(delivery, 2, person)] * 2

    def test_a_key_that_others_followed_answers_and_does_nothing(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)
        for key in ("k1", "k2"):
            assert not self.replayed(house, delivery, key=key).again
            house.partners.process(delivery)
        before = house.found(delivery)

        for key in ("k1", "k2"):
            assert self.replayed(house, delivery, key=key) == Replayed(before, again=True)
        assert house.found(delivery) == before

    def test_of_two_requests_with_one_key_at_once_one_replays(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)
        meanwhile: list[Replayed] = []

        class Raced(MemoryDeliveryStore):
            def replay(self, delivery: Delivery, claim: ReplayClaim, *, revision: int) -> bool:
                house.store.__class__ = MemoryDeliveryStore
                meanwhile.append(TestReplaying().replayed(house, delivery.id))
                return house.store.replay(delivery, claim, revision=revision)

        house.store.__class__ = Raced

        assert self.replayed(house, delivery) == Replayed(house.found(delivery), again=True)
        assert [answer.again for answer in meanwhile] == [False]

    def test_a_death_before_the_writing_leaves_the_key_free(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)

        class Dies(MemoryDeliveryStore):
            def replay(self, delivery: Delivery, claim: ReplayClaim, *, revision: int) -> bool:
                raise Cut

        house.store.__class__ = Dies
        with pytest.raises(Cut):
            house.partners.replay(OPERATIONS, delivery=delivery, key="k", body=None)
        house.store.__class__ = MemoryDeliveryStore

        assert not self.replayed(house, delivery).again

    def test_a_key_serves_one_replay(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)
        self.replayed(house, delivery, body=body_of())

        for body in (None, body_of(data={})):
            answer = house.partners.replay(OPERATIONS, delivery=delivery, key="k", body=body)
            assert answer == ReplayKeyReused(delivery)

    def test_another_persons_key_of_the_same_name_is_another(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)
        self.replayed(house, delivery)
        assert house.partners.process(delivery).state is DeliveryState.QUARANTINED
        other = clerk(Group.OPERATIONS, person="stf_01J00000000000000000000002")

        assert isinstance(house.partners.replay(other, delivery=delivery, key="k", body=body_of(data={})), Replayed)

    def test_what_waits_or_is_processed_is_not_replayed(self, house: PartnersHouse) -> None:
        delivery = house.received()
        for state in (DeliveryState.RECEIVED, DeliveryState.PROCESSED):
            assert house.found(delivery).state is state
            for body in (None, body_of()):
                answer = house.partners.replay(OPERATIONS, delivery=delivery, key="k", body=body)
                assert answer == DeliveryNotReplayable(delivery, state.value)
            house.partners.process(delivery)

    def test_what_failed_is_replayed_from_its_first_try(self, house: PartnersHouse) -> None:
        delivery = house.received()
        house.acting.raises = Cut()
        for _ in range(rules.TRIES_MAX):
            with pytest.raises(Cut):
                house.partners.process(delivery)
        house.partners.give_up(delivery)
        house.acting.raises = None

        assert self.replayed(house, delivery).delivery.attempts == 0
        assert house.partners.process(delivery).state is DeliveryState.PROCESSED

    def test_a_mended_body_is_of_the_kind_of_what_it_mends(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)

        answer = house.partners.replay(OPERATIONS, delivery=delivery, key="k", body=body_of("ach.file.rejected"))

        assert isinstance(answer, InputInvalid)
        assert [(fault.path, fault.code) for fault in answer.faults] == [(("body",), "KIND_MISMATCH")]
        assert house.store.claim(rules.claim_id(OPERATIONS.person, "k")) is None

    @pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"a": 1, "a": 1}'])
    def test_a_mended_body_is_as_well_formed_as_a_partners(self, house: PartnersHouse, body: bytes) -> None:
        delivery = self.quarantined(house)

        answer = house.partners.replay(OPERATIONS, delivery=delivery, key="k", body=body)

        assert isinstance(answer, InputInvalid)
        assert [(fault.path, fault.code) for fault in answer.faults] == [(("body",), "BODY_MALFORMED")]
        assert house.store.claim(rules.claim_id(OPERATIONS.person, "k")) is None

    def test_what_is_not_there_is_not_found(self, house: PartnersHouse) -> None:
        answer = house.partners.replay(OPERATIONS, delivery="dlv_x", key="k", body=None)

        assert answer == NotFound("dlv_x")

    @pytest.mark.parametrize("group", [group for group in Group if group is not Group.OPERATIONS])
    def test_only_operations_replay(self, house: PartnersHouse, group: Group) -> None:
        delivery = self.quarantined(house)

        assert house.partners.replay(clerk(group), delivery=delivery, key="k", body=None) == NotAllowed()

    def test_who_meets_others_every_time_is_told_so(self, house: PartnersHouse) -> None:
        delivery = self.quarantined(house)

        class Raced(MemoryDeliveryStore):
            def replay(self, delivery: Delivery, claim: ReplayClaim, *, revision: int) -> bool:
                return False

        house.store.__class__ = Raced
        assert house.partners.replay(OPERATIONS, delivery=delivery, key="k", body=None) == DeliveryBusy(delivery)
        house.store.__class__ = MemoryDeliveryStore
        assert not self.replayed(house, delivery).again


def test_a_body_lost_from_the_store_is_a_fault(house: PartnersHouse) -> None:
    delivery = house.received()
    house.store._bodies.clear()

    with pytest.raises(DeliveryMissing):
        house.partners.process(delivery)


def test_an_arrival_shows_nothing_of_its_body_in_a_text() -> None:
    assert "secret" not in repr(Arrival("sponsor", KIND, {}, json.dumps({"a": "secret"}).encode()))


def test_a_delivery_keeps_its_revision(house: PartnersHouse) -> None:
    delivery = house.found(house.received())

    assert not house.store.replace(replace(delivery, revision=9), revision=8)
