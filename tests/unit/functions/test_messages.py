"""The edge of a queue: what comes back, and when Lambda is to count an error."""

import pytest

from functions.messages import NoneTaken, one_by_one

EVENT = {"Records": [{"messageId": f"m{n}", "body": body} for n, body in enumerate("abc")]}


def answered(*bad: str) -> list[str]:
    taken: list[str] = []

    def take(body: str) -> None:
        taken.append(body)
        if body in bad:
            raise ValueError(body)

    try:
        answer = one_by_one(EVENT, take, function="test", complaint="not taken")
    finally:
        assert taken == ["a", "b", "c"]
    return [row["itemIdentifier"] for row in answer["batchItemFailures"]]


def test_nothing_comes_back_of_what_was_taken() -> None:
    assert answered() == []


def test_what_failed_comes_back_and_holds_up_no_other() -> None:
    assert answered("a", "c") == ["m0", "m2"]


def test_a_batch_of_which_nothing_was_taken_is_an_error_of_the_function() -> None:
    with pytest.raises(NoneTaken):
        answered("a", "b", "c")


def test_a_batch_of_nothing_is_none() -> None:
    assert one_by_one({"Records": []}, pytest.fail, function="test", complaint="not taken") == {"batchItemFailures": []}
