import pytest

from domain.keys import KEY_LENGTH_MAX, derived_key, key_faults


@pytest.mark.parametrize(
    "key", ["a", "~", "!", "k" * KEY_LENGTH_MAX, "550e8400-e29b-41d4-a716-446655440000", "Florin:"]
)
def test_printable_ascii_is_a_key(key: str) -> None:
    assert key_faults(key) == ()


@pytest.mark.parametrize("key", ["", "k" * (KEY_LENGTH_MAX + 1), "a b", "a\n", "é", "１", "\x7f", "a\x00"])
def test_anything_else_is_not(key: str) -> None:
    (fault,) = key_faults(key)
    assert (fault.path, fault.code) == (("idempotencyKey",), "KEY_MALFORMED")


def test_no_caller_can_send_a_key_that_the_bank_derives() -> None:
    (fault,) = key_faults(derived_key("ord_1", "20260311", "1"), "input", "key")
    assert (fault.path, fault.code) == (("input", "key"), "KEY_RESERVED")


def test_the_same_parts_give_the_same_key() -> None:
    assert derived_key("a", "b") == derived_key("a", "b") != derived_key("a", "c")
    with pytest.raises(ValueError, match="is no key"):
        derived_key("a b")
