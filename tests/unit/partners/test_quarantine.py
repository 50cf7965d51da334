"""The cases of what partners delivered and cannot be processed, over memory stores."""

from dataclasses import replace
from typing import Final

import pytest

from domain.access.model import Approval, Group, Verdict
from domain.access.service import Approvals
from domain.access.store_memory import MemoryApprovalStore
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, CaseBusy, CaseState, Happened, ResolutionDelayed, ResolutionNotCarriedOut
from domain.cases.service import SUBJECT_KIND, Cases
from domain.cases.store_memory import MemoryCaseStore
from domain.partners.model import Delivery, DeliveryNotReplayable, DeliveryState
from domain.partners.quarantine import Quarantine
from domain.partners.rules import BEGUN_AGAIN_AFTER, TRIES_MAX, begun, processed
from domain.partners.service import DeliveryContended, Replayed
from domain.partners.store_memory import MemoryDeliveryStore
from domain.refusals import NotFound, Refusal
from tests.unit.partners.house import KIND, PartnersHouse, clerk
from tests.unit.partners.signing import body_of

MAKER: Final = clerk(Group.OPERATIONS)
CHECKER: Final = clerk(Group.OPERATIONS, person="stf_01J00000000000000000000002")
REPLAY: Final = ResolutionCode.REPLAY
DISCARD: Final = ResolutionCode.DISCARD


class House(PartnersHouse):
    def __init__(self) -> None:
        super().__init__()
        self.approvals = Approvals(
            store=MemoryApprovalStore(), clock=self.clock, decided=lambda: {SUBJECT_KIND: self.cases.decided}
        )
        self.cases = Cases(
            store=MemoryCaseStore(),
            approvals=self.approvals,
            clock=self.clock,
            region="us-east-1",
            resolved=lambda: {CaseKind.PARTNER_DELIVERY_QUARANTINED: self.quarantine.decided},
        )
        self.quarantine = Quarantine(cases=self.cases, partners=lambda: self.partners)

    def on_set_aside(self, delivery: Delivery) -> None:
        self.quarantine.opened(delivery)

    def on_replayed(self, delivery: str, replays: int, by: str) -> None:
        self.quarantine.replayed(delivery, replays, by)

    def set_aside(self, message_id: str = "msg_1") -> str:
        delivery = self.received(body_of(data={}), message_id=message_id)
        assert self.partners.process(delivery).state is DeliveryState.QUARANTINED
        return delivery

    def failing(self, message_id: str = "msg_1") -> str:
        """Tried as often as it is."""
        delivery = self.received(message_id=message_id)
        self.try_in_vain(delivery)
        return delivery

    def try_in_vain(self, delivery: str) -> None:
        self.acting.raises = ConnectionError()
        for _ in range(TRIES_MAX):
            with pytest.raises(ConnectionError):
                self.partners.process(delivery)
            self.partners.give_up(delivery)
        assert self.found(delivery).state is DeliveryState.FAILED
        self.acting.raises = None

    def open_cases(self) -> list[Case]:
        return list(self.cases.unresolved())

    def case(self) -> Case:
        (case,) = self.open_cases()
        return case

    def resolve(self, case: Case, code: ResolutionCode, *, key: str = "k") -> Case | Refusal:
        return self.cases.resolve(MAKER, case.id, code=code, reason="It is in order", key=key)

    def discarded(self, case: Case) -> Refusal | None:
        """Also by the second person."""
        asked = self.resolve(case, DISCARD)
        assert isinstance(asked, Case), asked
        return self.approved(asked)

    def approved(self, asked: Case) -> Refusal | None:
        assert asked.resolution
        approval = self.approvals.get(asked.resolution.approval or "")
        assert isinstance(approval, Approval), approval
        fingerprint = approval.proposal.fingerprint
        checked = self.approvals.decide(CHECKER, approval.id, verdict=Verdict.APPROVE, fingerprint=fingerprint)
        return checked if isinstance(checked, Refusal) else None

    def again(self, delivery: str, *, body: bytes | None = None, key: str = "r") -> str:
        """Replayed past its case: the id of what is to be processed."""
        answer = self.partners.replay(MAKER, delivery=delivery, key=key, body=body)
        assert isinstance(answer, Replayed), answer
        return answer.delivery.id


@pytest.fixture
def house() -> House:
    return House()


class TestOpening:
    def test_what_cannot_be_processed_waits_for_operations(self, house: House) -> None:
        delivery = house.set_aside()

        case = house.case()

        assert (case.kind, case.group) == (CaseKind.PARTNER_DELIVERY_QUARANTINED, Group.OPERATIONS)
        assert (case.subject.kind, case.subject.id) == ("partner_delivery", delivery)
        assert {fact.label: fact.value for fact in case.facts} == {
            "delivery": delivery,
            "partner": "sponsor",
            "kind": KIND,
            "reason": "BODY_UNFIT",
        }

    def test_what_failed_as_often_as_it_is_tried_waits_for_operations_too(self, house: House) -> None:
        delivery = house.failing()

        case = house.case()

        assert (case.kind, case.subject.id) == (CaseKind.PARTNER_DELIVERY_QUARANTINED, delivery)
        assert {fact.value for fact in case.facts if fact.label == "reason"} == {"TRIES_USED_UP"}

    def test_what_is_still_tried_waits_for_nobody(self, house: House) -> None:
        delivery = house.received()
        house.acting.raises = ConnectionError()
        for _ in range(TRIES_MAX - 1):
            with pytest.raises(ConnectionError):
                house.partners.process(delivery)
            house.partners.give_up(delivery)

        assert house.open_cases() == []

    @pytest.mark.parametrize("state", [DeliveryState.QUARANTINED, DeliveryState.FAILED])
    def test_a_case_that_cannot_be_opened_leaves_the_delivery_to_its_next_try(
        self, house: House, monkeypatch: pytest.MonkeyPatch, state: DeliveryState
    ) -> None:
        failed = state is DeliveryState.FAILED
        delivery = house.received() if failed else house.received(body_of(data={}))
        if failed:
            with monkeypatch.context() as patched:
                patched.setattr(house.partners, "give_up", house.found)
                house.acting.raises = ConnectionError()
                for _ in range(TRIES_MAX):
                    with pytest.raises(ConnectionError):
                        house.partners.process(delivery)

        def unavailable(*_: object, **__: object) -> None:
            raise TimeoutError

        house.clock.move(BEGUN_AGAIN_AFTER)  # the last try is over
        with monkeypatch.context() as patched:
            patched.setattr(Cases, "open", unavailable)
            with pytest.raises(TimeoutError):
                house.partners.process(delivery)
        assert house.found(delivery).state is DeliveryState.RECEIVED
        assert house.found(delivery).due_at is not None, "the sweep brings it again"

        assert house.partners.process(delivery).state is state
        assert house.case().subject.id == delivery

    def test_what_is_processed_waits_for_nobody(self, house: House) -> None:
        house.partners.process(house.received())

        assert house.open_cases() == []

    def test_a_death_before_it_is_written_down_leaves_one_case(self, house: House) -> None:
        delivery = house.received(body_of(data={}))

        with house.dies_setting_aside():
            house.partners.process(delivery)
        house.partners.process(delivery)

        assert house.case().subject.id == delivery

    def test_what_is_quarantined_once_more_has_another_case(self, house: House) -> None:
        delivery = house.set_aside()
        first = house.case()
        house.resolve(first, REPLAY)
        house.partners.process(delivery)

        second = house.case()

        assert second.id != first.id
        assert second.subject.id == delivery

    def test_what_fails_again_after_its_replay_has_another_case(self, house: House) -> None:
        delivery = house.failing()
        first = house.case()
        house.resolve(first, REPLAY)
        house.try_in_vain(delivery)

        second = house.case()

        assert second.id != first.id
        assert second.subject.id == delivery


class TestDeciding:
    def test_a_replay_has_it_processed_again(self, house: House) -> None:
        delivery = house.set_aside()

        done = house.resolve(house.case(), REPLAY)

        assert isinstance(done, Case)
        assert done.state is CaseState.RESOLVED
        found = house.found(delivery)
        assert (found.state, found.replays, found.replayed_by) == (DeliveryState.RECEIVED, 1, MAKER.person)
        assert found.due_at == house.clock.now()

    def test_a_replay_that_is_told_of_twice_is_one(self, house: House) -> None:
        delivery = house.set_aside()
        done = house.resolve(house.case(), REPLAY)
        assert isinstance(done, Case)
        house.partners.process(delivery)

        assert house.quarantine.decided(done) is None
        assert (house.found(delivery).state, house.found(delivery).replays) == (DeliveryState.QUARANTINED, 1)

    def test_what_is_discarded_by_two_is_set_aside_for_good(self, house: House) -> None:
        delivery = house.set_aside()

        assert house.discarded(house.case()) is None

        assert house.open_cases() == []
        found = house.found(delivery)
        assert (found.state, found.discarded_by) == (DeliveryState.QUARANTINED, MAKER.person)
        for body in (None, body_of()):
            answer = house.partners.replay(MAKER, delivery=delivery, key="later", body=body)
            assert answer == DeliveryNotReplayable(delivery, "QUARANTINED")
        assert house.found(delivery) == found

    def test_what_failed_is_processed_again_once_it_is_mended(self, house: House) -> None:
        delivery = house.failing()

        done = house.resolve(house.case(), REPLAY)

        assert isinstance(done, Case)
        assert done.state is CaseState.RESOLVED
        assert house.found(delivery).attempts == 0
        assert house.partners.process(delivery).state is DeliveryState.PROCESSED
        assert house.open_cases() == []

    def test_what_failed_is_discarded_by_two(self, house: House) -> None:
        delivery = house.failing()

        assert house.discarded(house.case()) is None

        found = house.found(delivery)
        assert (found.state, found.discarded_by) == (DeliveryState.FAILED, MAKER.person)
        assert house.partners.process(delivery) == found
        assert house.open_cases() == []

    def test_a_discarding_that_is_told_of_twice_is_one(self, house: House) -> None:
        delivery = house.set_aside()
        case = house.case()
        assert house.discarded(case) is None
        done = house.cases.seen(MAKER, case.id)
        assert isinstance(done, Case)
        found = house.found(delivery)

        assert house.quarantine.decided(done) is None
        assert house.found(delivery) == found

    @pytest.mark.parametrize("code", [REPLAY, DISCARD])
    def test_of_what_is_not_there_nothing_is_decided(self, house: House, code: ResolutionCode) -> None:
        house.set_aside()
        case = house.resolve(house.case(), code)
        assert isinstance(case, Case)
        stray = replace(case, subject=replace(case.subject, id="dlv_1"))

        assert house.quarantine.decided(stray) == NotFound("dlv_1")

    def test_what_was_replayed_meanwhile_is_not_discarded_and_its_case_ends(self, house: House) -> None:
        delivery = house.set_aside()
        case = house.case()
        asked = house.resolve(case, DISCARD)
        assert isinstance(asked, Case)
        house.again(delivery)

        assert isinstance(house.approved(asked), ResolutionNotCarriedOut)
        assert house.found(delivery).discarded_by is None

        house.partners.process(delivery)
        assert case.id not in {one.id for one in house.open_cases()}

    def test_what_was_discarded_is_not_replayed_by_an_older_decision(self, house: House) -> None:
        delivery = house.set_aside()
        case = house.case()
        house.partners.discard_as_decided(delivery, replays=0, by=CHECKER.person)

        assert isinstance(house.resolve(case, REPLAY), ResolutionNotCarriedOut)
        assert house.found(delivery).replays == 0

    def test_what_was_given_up_while_its_last_try_came_to_its_end_can_be_closed(self, house: House) -> None:
        delivery = house.received()
        self.begun(house, delivery, TRIES_MAX)
        opened = house.quarantine.opened

        def late(one: Delivery) -> None:
            opened(one)
            found = house.found(delivery)
            assert house.store.replace(processed(found, house.clock.now()), revision=found.revision)

        house.clock.move(BEGUN_AGAIN_AFTER)
        house.quarantine.opened = late  # type: ignore[assignment]  # the try ends between the case and the write
        assert house.partners.process(delivery).state is DeliveryState.PROCESSED
        case = house.case()
        assert isinstance(house.discarded(case), ResolutionNotCarriedOut)
        assert isinstance(house.resolve(house.case(), REPLAY, key="again"), Case)
        assert not house.open_cases()
        assert house.found(delivery).replays == 0

    def begun(self, house: House, delivery: str, times: int) -> None:
        for _ in range(times):
            found = house.found(delivery)
            assert house.store.replace(begun(found, house.clock.now()), revision=found.revision)

    @pytest.mark.parametrize("code", [REPLAY, DISCARD])
    def test_what_others_change_every_time_is_decided_later(self, house: House, code: ResolutionCode) -> None:
        house.set_aside()
        case = house.case()

        class Contended(MemoryDeliveryStore):
            def replace(self, delivery: Delivery, *, revision: int) -> bool:
                return False

        house.store.__class__ = Contended
        answer = house.resolve(case, code) if code is REPLAY else house.discarded(case)
        house.store.__class__ = MemoryDeliveryStore

        assert isinstance(answer, ResolutionDelayed)
        assert isinstance(house.cases.settle(case.id), Case)
        assert house.open_cases() == []

    def test_a_case_without_a_resolution_is_a_fault(self, house: House) -> None:
        house.set_aside()

        with pytest.raises(ValueError, match="has no resolution"):
            house.quarantine.decided(house.case())


class TestEnding:
    def test_a_delivery_that_is_replayed_past_its_case_ends_it(self, house: House) -> None:
        delivery = house.set_aside()
        case = house.case()
        house.again(delivery)
        assert house.case() == case, "until it is begun"

        house.partners.process(delivery)

        ended = house.cases.seen(MAKER, case.id)
        assert isinstance(ended, Case)
        assert ended.state is CaseState.RESOLVED
        assert ended.resolution
        assert (ended.resolution.code, ended.resolution.person) == (REPLAY, MAKER.person)
        assert ended.history[-1].happened is Happened.RESOLVED
        assert [one.key for one in house.open_cases()] == ["quarantined-1"], "it could not be processed again"

    def test_a_mended_one_ends_the_case_of_what_it_mends(self, house: House) -> None:
        delivery = house.set_aside()
        mended = house.again(delivery, body=body_of())
        assert len(house.open_cases()) == 1

        assert house.partners.process(mended).state is DeliveryState.PROCESSED

        assert house.open_cases() == []
        assert house.found(delivery).state is DeliveryState.QUARANTINED

    def test_a_mended_one_that_is_no_better_has_a_case_of_its_own(self, house: House) -> None:
        mended = house.again(house.set_aside(), body=body_of(data={"more": 1}))

        house.partners.process(mended)

        assert house.case().subject.id == mended

    def test_a_case_in_anothers_hands_ends_too_and_its_approval_finds_nothing(self, house: House) -> None:
        delivery = house.set_aside()
        case = house.case()
        house.cases.assign(CHECKER, case.id)
        house.cases.release(CHECKER, case.id)
        asked = house.resolve(case, DISCARD)
        assert isinstance(asked, Case)
        house.partners.process(house.again(delivery, body=body_of()))
        assert house.open_cases() == []

        answer = house.approved(asked)

        assert answer is not None
        assert answer.code == "APPROVAL_MISMATCH"
        assert house.found(delivery).discarded_by is None

    def test_what_was_never_asked_about_ends_nothing(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Quarantine, "opened", lambda *_: None)
            delivery = house.set_aside()
        house.again(delivery)

        house.partners.process(delivery)

        assert [one.key for one in house.open_cases()] == ["quarantined-1"]

    def test_a_case_that_others_change_every_time_leaves_the_delivery_to_its_next_try(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        delivery = house.set_aside()
        case = house.case()
        house.again(delivery)
        with monkeypatch.context() as patched:
            patched.setattr(Cases, "end", lambda *_, **__: CaseBusy(case.id))
            with pytest.raises(DeliveryContended):
                house.partners.process(delivery)
        assert house.found(delivery).state is DeliveryState.RECEIVED

        house.partners.process(delivery)
        assert case.id not in {one.id for one in house.open_cases()}
