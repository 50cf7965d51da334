"""Refusals, wherever in the bank they are defined: each says what, in a sentence, and can be stored if it must."""

import importlib
import pkgutil
import re
import sys
from dataclasses import fields
from typing import get_type_hints

import pytest

import domain
from domain.cases.kinds import ResolutionCode
from domain.refusals import (
    Fact,
    FieldFault,
    InputInvalid,
    InsufficientFunds,
    OutcomeUnknown,
    Refusal,
    TryAgain,
    restore,
    stored_refusals,
)

ROOMS = ("model", "refusals", "sealing")


def every_refusal() -> list[type[Refusal]]:
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        if module.name.rsplit(".", 1)[-1] in ROOMS:
            importlib.import_module(module.name)
    found: list[type[Refusal]] = []
    waiting = Refusal.__subclasses__()
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return sorted(filter(importable, found), key=lambda kind: kind.__name__)


def importable(kind: type[Refusal]) -> bool:
    """A dataclass with slots is made twice, and the first of the two lingers among the subclasses. So do tests' own."""
    return kind.__module__.startswith("domain.") and getattr(sys.modules[kind.__module__], kind.__name__, None) is kind


EVERY = every_refusal()
STORED = [kind for kind in EVERY if kind.stored]


def example(kind: type[Refusal]) -> Refusal:
    samples: dict[object, object] = {
        str: "PER_DAY_LIMIT",
        str | None: "2026-03-13",
        int: 700,
        ResolutionCode: ResolutionCode.REJECT,
        tuple[FieldFault, ...]: (FieldFault(("amount",), "BAD", "is bad"),),
    }
    hints = get_type_hints(kind)
    return kind(**{part.name: samples[hints[part.name]] for part in fields(kind)})


@pytest.mark.parametrize("kind", EVERY)
def test_a_refusal_has_a_code_and_a_sentence(kind: type[Refusal]) -> None:
    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", kind.code)
    message = example(kind).message
    assert 10 < len(message) < 200
    assert message[0].isupper() or kind is InputInvalid


def test_no_two_refusals_share_a_code() -> None:
    codes = [kind.code for kind in EVERY]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("kind", EVERY)
def test_the_code_is_the_name(kind: type[Refusal]) -> None:
    words = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).upper()

    assert kind.code == words


@pytest.mark.parametrize("kind", STORED)
def test_a_stored_refusal_is_read_back_whole(kind: type[Refusal]) -> None:
    refusal = example(kind)

    assert restore(kind.code, refusal.facts()) == refusal


@pytest.mark.parametrize("kind", STORED)
def test_what_is_stored_for_ever_is_not_to_be_tried_again(kind: type[Refusal]) -> None:
    assert not kind.retryable


@pytest.mark.parametrize("kind", STORED)
def test_facts_are_text_and_integers(kind: type[Refusal]) -> None:
    for value in example(kind).facts().values():
        assert value is None or type(value) in (str, int)


@pytest.mark.parametrize("kind", [kind for kind in EVERY if not kind.stored])
def test_what_is_not_stored_is_not_restored(kind: type[Refusal]) -> None:
    assert kind.code not in stored_refusals()


def test_what_account_state_decided_is_stored() -> None:
    assert {
        "INSUFFICIENT_FUNDS",
        "ACCOUNT_FROZEN",
        "ACCOUNT_CLOSED",
        "LIMIT_EXCEEDED",
        "HOLD_UNKNOWN",
        "HOLD_EXPIRED",
        "HOLD_TOO_SMALL",
        "NOTHING_TO_REVERSE",
    } <= set(stored_refusals())


@pytest.mark.parametrize("kind", [TryAgain, OutcomeUnknown])
def test_what_time_may_heal_may_be_tried_again(kind: type[Refusal]) -> None:
    assert kind.retryable
    assert not kind.stored


def test_an_unknown_code_is_a_fault() -> None:
    with pytest.raises(KeyError):
        restore("NO_SUCH_CODE", {})


@pytest.mark.parametrize("facts", [{}, {"account": "acc_1", "more": 1}])
def test_facts_of_another_shape_are_a_fault(facts: dict[str, Fact]) -> None:
    with pytest.raises(TypeError):
        restore("INSUFFICIENT_FUNDS", facts)


def test_malformed_input_is_never_stored() -> None:
    with pytest.raises(TypeError, match="never stored"):
        InputInvalid().facts()


def test_input_faults_are_told_with_their_paths() -> None:
    refusal = InputInvalid(
        (
            FieldFault(("amount", "value"), "BAD", "is not an amount"),
            FieldFault(("note",), "LONG", "is too long"),
        )
    )

    assert refusal.message == "amount.value: is not an amount; note: is too long"


def test_refusals_are_values() -> None:
    assert InsufficientFunds("acc_1") == InsufficientFunds("acc_1")
    assert InsufficientFunds("acc_1") != InsufficientFunds("acc_2")
    with pytest.raises(AttributeError):
        InsufficientFunds("acc_1").account = "acc_2"  # type: ignore[misc]  # frozen is what is tested
