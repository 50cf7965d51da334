"""The scan finds what is planted, says where and what kind, and never repeats it."""

import pytest

from ops.verify.privacy import is_card_number, scan, text_of_item

KNOWN = {"Ada Moreau": "a name", "ada@example.com": "an e-mail address", "Ann": "a name too short to tell"}


def found(text: str) -> list[str]:
    return [str(finding) for finding in scan([("table item 7", text)], known=KNOWN)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("paid to ADA MOREAU", "a name in clear"),
        ('{"mail": "Ada@Example.com"}', "an e-mail address in clear"),
        ("card 4111111111111111 used", "a card number"),
        ("card 4111 1111 1111 1111", "a card number"),
        ("5500-0000-0000-0004", "a card number"),
        ("It is done.4111111111111111", "a card number"),
        ("amex 378282246310005", "a card number"),
        ("amex 3782 822463 10005", "a card number"),
        ("Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJlLWJ5dGVz", "a signed token"),
        ("-----BEGIN EC PRIVATE KEY-----", "a private key"),
        ("AKIAIOSFODNN7EXAMPLE", "an access key"),
    ],
)
def test_what_is_planted_is_found_and_not_repeated(text: str, kind: str) -> None:
    (finding,) = found(text)
    assert finding == f"table item 7: {kind}"


@pytest.mark.parametrize(
    "text",
    [
        "nothing here",
        "Ann paid",
        "4111111111111112",  # the check digit is wrong
        "0.4111111111111111",  # a fraction
        "1764000000000000",  # microseconds: no issuer begins with 1
        "acc_us0417_01K4111111111111111AAAAAAA",  # inside an id
        "098200001 000412345678",
        "3c41f1b0-4111-1111-1111-111111111111",  # a UUID
    ],
)
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_bytes_of_an_item_are_read_as_text() -> None:
    item = {"pk": {"S": "C#1"}, "b": {"B": b"\x01Ada Moreau\xff"}}
    assert found(text_of_item(item)) == ["table item 7: a name in clear"]


def test_luhn() -> None:
    assert is_card_number("79927398713")
    assert not is_card_number("79927398710")
