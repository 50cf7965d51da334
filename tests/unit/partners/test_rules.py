"""What a body must be, and how a delivery moves."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.partners import rules
from domain.partners.model import BODY_BYTES_MAX, BodyMalformed, Delivery, DeliveryState
from domain.partners.rules import DEPTH_MAX, INTEGER_MAX, SEND_AGAIN_AFTER, SEND_AGAIN_AFTER_MAX, parsed
from tests.unit.accounts.house import NOON

DELIVERY: Final = Delivery(
    id="dlv_01K90000000000000000000000",
    partner="sponsor",
    message_id="msg_1",
    kind="ach.file.acknowledged",
    version=1,
    body_digest="digest",
    scheme=None,
    received_at=NOON,
    due_at=NOON + SEND_AGAIN_AFTER,
)

MALFORMED: Final = {
    b"": "is JSON",
    b"{": "is JSON",
    b"id=1": "is JSON",
    b"{'a': 1}": "is JSON",
    b"[]": "is one JSON object",
    b'[{"a": 1}]': "is one JSON object",
    b'"text"': "is one JSON object",
    b"null": "is one JSON object",
    b"\xef\xbb\xbf{}": "begins without a byte order mark",
    "{}".encode("utf-16"): "is text in UTF-8",
    b"{\x00}": "is JSON",
    '{"a": "é"}'.encode("latin-1"): "is text in UTF-8",
    b'{"a": NaN}': "has numbers that JSON knows, not NaN",
    b'{"a": -Infinity}': "has numbers that JSON knows, not -Infinity",
    b'{"a": 1, "a": 1}': "has no member twice in one object",
    b'{"a": {"b": 1, "b": 2}}': "has no member twice in one object",
    b'{"a": 9007199254740992}': "has no integer beyond 2^53 - 1",
    b'{"a": ' + b"9" * 100_000 + b"}": "has no integer beyond 2^53 - 1",
    b'{"a": "\\ud800"}': "is JSON",
    b'{"a":' * 1_000 + b"1" + b"}" * 1_000: f"is nested at most {DEPTH_MAX} deep",
    b'{"a":' + b"[" * 50_000: "is JSON or nested too deep",
    b" " * (BODY_BYTES_MAX + 1): f"has at most {BODY_BYTES_MAX} bytes",
}


class TestBodies:
    @pytest.mark.parametrize(("body", "wanted"), MALFORMED.items(), ids=range(len(MALFORMED)))
    def test_what_is_not_read_alike_by_everybody_is_malformed(self, body: bytes, wanted: str) -> None:
        answer = parsed(body)

        assert isinstance(answer, BodyMalformed)
        if wanted != "is JSON or nested too deep":
            assert answer.wanted == wanted

    @pytest.mark.parametrize(
        "text",
        [
            "{}",
            ' {"a": 1} ',
            '{"a": 1.5, "b": 1e3, "c": [null, true]}',
            '{"a": "\\ud83d\\ude00"}',
            f'{{"a": {INTEGER_MAX}, "b": -{INTEGER_MAX}}}',
        ],
    )
    def test_an_object_is_read(self, text: str) -> None:
        assert parsed(text.encode()) == json.loads(text)

    def test_it_may_be_nested_so_deep_and_no_deeper(self) -> None:
        deepest = b'{"a":' * DEPTH_MAX + b"1" + b"}" * DEPTH_MAX

        assert isinstance(parsed(deepest), dict)
        assert isinstance(parsed(b'{"a":' + deepest + b"}"), BodyMalformed)

    @given(st.binary(max_size=300))
    def test_any_bytes_are_an_object_or_malformed(self, body: bytes) -> None:
        assert isinstance(parsed(body), dict | BodyMalformed)

    @pytest.mark.parametrize(
        ("message", "version"),
        [
            ({}, None),
            ({"version": 2}, 2),
            ({"version": True}, None),
            ({"version": "1"}, None),
            ({"version": 1.0}, None),
        ],
    )
    def test_a_version_is_an_integer_or_none(self, message: dict[str, object], version: int | None) -> None:
        assert rules.version_of(message) == version


MOVES: Final[dict[DeliveryState, Callable[[Delivery], Delivery]]] = {
    DeliveryState.PROCESSED: lambda one: rules.processed(one, NOON),
    DeliveryState.QUARANTINED: lambda one: rules.quarantined(one, NOON, reason="WHY", detail="x" * 1_000),
    DeliveryState.FAILED: lambda one: rules.failed(one, NOON, reason="WHY"),
    DeliveryState.RECEIVED: lambda one: rules.replayed(one, by="stf_1", now=NOON),
}


class TestStates:
    @pytest.mark.parametrize(("before", "after"), list(product(DeliveryState, DeliveryState)))
    def test_a_delivery_goes_only_where_the_table_lets_it(self, before: DeliveryState, after: DeliveryState) -> None:
        delivery = replace(DELIVERY, state=before)
        if after in rules.TRANSITIONS[before]:
            moved = MOVES[after](delivery)
            assert (moved.state, moved.revision) == (after, delivery.revision + 1)
        else:
            with pytest.raises(ValueError, match="does not go"):
                MOVES[after](delivery)

    def test_the_table_is_this(self) -> None:
        told = {before.name: sorted(state.name for state in after) for before, after in rules.TRANSITIONS.items()}
        assert told == {
            "RECEIVED": ["FAILED", "PROCESSED", "QUARANTINED"],
            "QUARANTINED": ["RECEIVED"],
            "FAILED": ["RECEIVED"],
            "PROCESSED": [],
        }

    def test_what_is_settled_is_not_due_any_more(self) -> None:
        for state in (DeliveryState.PROCESSED, DeliveryState.QUARANTINED, DeliveryState.FAILED):
            settled = MOVES[state](DELIVERY)
            assert (settled.due_at, settled.settled_at) == (None, NOON)

    def test_what_is_said_of_a_body_is_kept_in_short(self) -> None:
        detail = MOVES[DeliveryState.QUARANTINED](DELIVERY).detail
        assert detail is not None
        assert len(detail) == 500

    def test_a_replay_begins_from_the_first_try(self) -> None:
        spent = replace(DELIVERY, state=DeliveryState.FAILED, attempts=5, settled_at=NOON, due_at=None)

        again = MOVES[DeliveryState.RECEIVED](spent)

        assert (again.attempts, again.due_at, again.settled_at) == (0, NOON, None)
        assert (again.replayed_by, again.replays) == ("stf_1", spent.replays + 1)

    def test_what_is_discarded_is_replayed_no_more(self) -> None:
        aside = MOVES[DeliveryState.QUARANTINED](DELIVERY)
        assert rules.replayable(aside)

        discarded = rules.discarded(aside, by="stf_2")

        assert not rules.replayable(discarded)
        assert (discarded.state, discarded.discarded_by) == (aside.state, "stf_2")
        assert discarded.revision == aside.revision + 1

    @pytest.mark.parametrize("state", [DeliveryState.RECEIVED, DeliveryState.PROCESSED])
    def test_only_what_is_set_aside_is_discarded(self, state: DeliveryState) -> None:
        with pytest.raises(ValueError, match="is not set aside"):
            rules.discarded(replace(DELIVERY, state=state), by="stf_2")

    def test_it_is_sent_again_ever_more_rarely_and_at_least_every_hour(self) -> None:
        sent, pauses = DELIVERY, []
        for _ in range(9):
            sent = rules.sent_again(sent, NOON)
            assert sent.due_at
            pauses.append(sent.due_at - NOON)

        assert pauses == [*(timedelta(minutes=n) for n in (2, 4, 8, 16, 32)), *[SEND_AGAIN_AFTER_MAX] * 4]

    def test_what_is_begun_has_longer_than_all_tries_of_its_queue(self) -> None:
        begun = rules.begun(DELIVERY, NOON)

        assert begun.due_at
        assert begun.due_at - NOON > rules.TRIES_MAX * timedelta(seconds=180)
        assert (begun.attempts, begun.sends, begun.revision) == (1, 0, 2)


def test_receipts_outlive_the_longest_ladder_of_tries() -> None:
    ladder = timedelta(seconds=5, minutes=5 + 30, hours=2 + 5 + 10 + 14 + 20 + 24)

    assert ladder < timedelta(days=4) < rules.RECEIPT_KEPT


def test_another_body_of_the_same_delivery_is_another_request() -> None:
    asked = [rules.fingerprint("dlv_1", body) for body in (None, b"", b"{}", b"{ }")]

    assert len(set(asked)) == len(asked)
