"""What partners tell us: the models take what they say and nothing else, and repeat nothing of it."""

import copy
import json
from typing import Any

import pytest

from domain.partners.events import (
    FAULTS_TOLD_MAX,
    MODELS,
    REASONS_MAX,
    AchFileAcknowledged,
    AchFileRejected,
    Misfit,
    payload_of,
)
from domain.partners.kinds import ACH_FILE_ACKNOWLEDGED, ACH_FILE_REJECTED, KINDS, Kind
from tests.unit.partners.signing import body_of, message

CANARY = "kanarienvogel"
REASON = {"code": "REJ01", "message": "m"}


def changed(kind: Kind, **data: Any) -> bytes:
    told = copy.deepcopy(message(kind.name))
    told["data"] |= data
    return json.dumps(told).encode()


def detail(kind: Kind, body: bytes) -> str:
    found = payload_of(kind, body)
    assert isinstance(found, Misfit), found
    assert CANARY not in found.detail
    return found.detail


def test_every_kind_has_a_model() -> None:
    assert set(MODELS) == set(KINDS)


def test_an_acknowledged_file_is_read_whole() -> None:
    found = payload_of(ACH_FILE_ACKNOWLEDGED, body_of())

    assert isinstance(found, AchFileAcknowledged)
    assert found.occurred_at.isoformat() == "2026-03-10T16:59:58+00:00"
    assert (found.data.entries, found.data.debit_minor, found.data.credit_minor) == (12, 0, 123_456)


def test_a_rejected_file_says_what_of_it_and_why() -> None:
    found = payload_of(ACH_FILE_REJECTED, body_of("ach.file.rejected"))

    assert isinstance(found, AchFileRejected)
    (reason,) = found.data.reasons
    assert (found.data.level, reason.code, reason.batch_number) == ("ENTRY", "REJ07", None)
    assert reason.trace_number == "091000010000007"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"entries": 1.5}, "data.entries: int_type"),
        ({"entries": "12"}, "data.entries: int_type"),
        ({"entries": True}, "data.entries: int_type"),
        ({"entries": -1}, "data.entries: greater_than_equal"),
        ({"entries": 100_000_000}, "data.entries: less_than_equal"),
        ({"credit_minor": 10**12}, "data.credit_minor: less_than_equal"),
        ({"sha256": "AB" * 32}, "data.sha256: string_pattern_mismatch"),
        ({"sha256": None}, "data.sha256: string_type"),
        ({"file": "../secret"}, "data.file: string_pattern_mismatch"),
        ({"file": ""}, "data.file: string_pattern_mismatch"),
        ({CANARY: 1}, "data: extra_forbidden"),
    ],
)
def test_what_does_not_fit_is_named_by_place_and_rule(data: dict[str, Any], place: str) -> None:
    assert detail(ACH_FILE_ACKNOWLEDGED, changed(ACH_FILE_ACKNOWLEDGED, **data)) == place


@pytest.mark.parametrize(
    ("reasons", "place"),
    [
        ([], "data.reasons: too_short"),
        ([{"code": "REJ01", "message": "m"}] * (REASONS_MAX + 1), "data.reasons: too_long"),
        ([{"code": "R01", "message": "m"}], "data.reasons.0.code: string_pattern_mismatch"),
        ([{"code": "REJ" + "1" * 14, "message": "m"}], "data.reasons.0.code: string_pattern_mismatch"),
        ([{"code": "REJ01", "message": ""}], "data.reasons.0.message: string_too_short"),
        ([{"code": "REJ01", "message": "m" * 201}], "data.reasons.0.message: string_too_long"),
        (
            [{**REASON, "trace_number": "1"}],
            "data.reasons.0.trace_number: string_pattern_mismatch",
        ),
        ([{**REASON, "batch_number": "1"}], "data.reasons.0.batch_number: int_type"),
        ([{**REASON, CANARY: 1}], "data.reasons.0: extra_forbidden"),
    ],
)
def test_a_reason_that_does_not_fit_is_named_by_its_number(reasons: list[Any], place: str) -> None:
    assert detail(ACH_FILE_REJECTED, changed(ACH_FILE_REJECTED, reasons=reasons)) == place


@pytest.mark.parametrize("count", [1, REASONS_MAX])
def test_a_file_is_rejected_for_one_to_a_thousand_reasons(count: int) -> None:
    body = changed(ACH_FILE_REJECTED, reasons=[{"code": "REJ01", "message": "m"}] * count)

    assert isinstance(payload_of(ACH_FILE_REJECTED, body), AchFileRejected)


@pytest.mark.parametrize(
    "when",
    [1_773_000_000, "1773000000", "2026-03-10", "2026-03-10T16:59:58", "2026-02-30T00:00:00Z", "yesterday", None],
)
def test_an_instant_is_of_rfc_3339_with_an_offset(when: object) -> None:
    assert detail(ACH_FILE_ACKNOWLEDGED, body_of(occurred_at=when)).startswith("occurred_at: ")


@pytest.mark.parametrize(
    ("when", "read"),
    [
        ("2026-03-10T16:59:58.123456789Z", "2026-03-10T16:59:58.123456+00:00"),
        ("2026-03-10T16:59:58.5Z", "2026-03-10T16:59:58.500000+00:00"),
        ("2026-03-10t16:59:58z", "2026-03-10T16:59:58+00:00"),
        ("2026-03-10T11:59:58-05:00", "2026-03-10T11:59:58-05:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
    ],
)
def test_an_instant_is_read_however_rfc_3339_writes_it(when: str, read: str) -> None:
    found = payload_of(ACH_FILE_ACKNOWLEDGED, body_of(occurred_at=when))
    assert isinstance(found, AchFileAcknowledged)
    assert found.occurred_at.isoformat() == read


@pytest.mark.parametrize("missing", ["type", "version", "occurred_at", "data"])
def test_nothing_may_be_missing(missing: str) -> None:
    told = message()
    del told[missing]

    assert detail(ACH_FILE_ACKNOWLEDGED, json.dumps(told).encode()) == f"{missing}: missing"


def test_a_member_that_no_model_names_is_refused_and_its_name_is_not_kept() -> None:
    assert (
        detail(ACH_FILE_ACKNOWLEDGED, json.dumps({**message(), CANARY: 1}).encode()) == "the message: extra_forbidden"
    )


def test_of_many_faults_the_first_are_told() -> None:
    body = changed(ACH_FILE_REJECTED, reasons=[{"code": CANARY, "message": "m"}] * 50)

    told = detail(ACH_FILE_REJECTED, body).split("; ")
    assert len(told) == FAULTS_TOLD_MAX + 1
    assert told[-1] == "and 30 more"
