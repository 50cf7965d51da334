"""Memos, keys, numbers and destinations: kept as they are, or refused with their path."""

from collections.abc import Iterator

from tests.fuzz.by_hand.row import SECOND, Row, change, paying
from tests.fuzz.names import named


def rows() -> Iterator[Row]:
    yield from _memos()
    yield from _keys()
    yield from _destinations()
    yield from _products()


def _memos() -> Iterator[Row]:
    for name, memo in (
        ("a zero byte", "a\x00b"),
        ("a line end", "a\nb"),
        ("an escape", "a\x1b[31m"),
        ("a right-to-left override", "a\u202egnp.exe"),
        ("an isolate", "a\u2066b\u2069"),
        ("141 characters", "m" * 141),
        ("60,000 characters", "m" * 60_000),
        ("nothing", ""),
    ):
        yield Row(f"a memo of {name}", paying(f"memo {name}", memo=memo), 200, "INPUT_INVALID")
    for name, memo in (
        ("letters that look like others", "Аda Lоvelace"),
        ("140 characters", "m" * 140),
        ("140 banks", "🏦" * 140),
        ("accents apart from their letters", "Zoe\u0308"),
        ("an emoji joined of four", "👨\u200d👩\u200d👧\u200d👦"),
        ("a mark", "<b>&amp;\u00a0</b>"),
        ("a quote", "'; DROP TABLE accounts; --"),
    ):
        yield Row(f"a memo of {name}", paying(f"memo {name}", memo=memo), 200, "TransferSuccess")
    no_texts: tuple[object, ...] = (7, ["a"], {}, True)
    for given in no_texts:
        yield Row(f"a memo that is {given!r}", paying("memo", memo=given), 400, "INPUT_TYPE_WRONG")
    yield Row("a memo that is null", paying("memo null", memo=None), 200, "TransferSuccess")


def _keys() -> Iterator[Row]:
    for name, key in (
        ("empty", ""),
        ("with a space", "a b"),
        ("with a zero byte", "a\x00"),
        ("of 129", "k" * 129),
        ("of the bank's own", "florin:x"),
        ("that is no ASCII", "schlüssel"),
        ("with a right-to-left override", "a\u202eb"),
    ):
        yield Row(f"a key {name}", paying("key", idempotencyKey=key), 200, "INPUT_INVALID")
    yield Row("a key of 513", paying("key", idempotencyKey="k" * 513), 400, "INPUT_TYPE_WRONG")
    yield Row("no key", paying("key", idempotencyKey=None), 400, "INPUT_TYPE_WRONG")


def _destinations() -> Iterator[Row]:
    yield Row("one field too many", paying("more", more=1), 400, "INPUT_TYPE_WRONG")
    misspelt = paying("misspelt", memoo="Lunch")
    yield Row("a misspelt field", misspelt, 400, "INPUT_TYPE_WRONG", absent="Did you mean")
    both = {
        "accountId": SECOND,
        "bankAccount": {"routingNumber": named("routing"), "accountNumber": named("own.number")},
    }
    for name, destination in (("both", both), ("neither", {}), ("null", {"accountId": None}), ("a text", SECOND)):
        sent = paying(f"to {name}", destination=destination)
        yield Row(f"a destination by {name}", sent, 400, "INPUT_TYPE_WRONG")
    for name, routing, number in (
        ("another bank", "021000021", named("other.number")),
        ("a wrong check digit of the bank", "981000018", named("other.number")),
        ("a wrong check digit", named("routing"), named("other.number") + "0"),
        ("full-width digits", named("routing"), "０４１６００００００００"),
        ("nothing", "", ""),
        ("5,000 digits", "9" * 5_000, "1" * 5_000),
    ):
        numbers = {"bankAccount": {"routingNumber": routing, "accountNumber": number}}
        yield Row(f"a destination at {name}", paying(f"at {name}", destination=numbers), 200, "INPUT_INVALID")


def _products() -> Iterator[Row]:
    wanted = {"idempotencyKey": "product", "currency": "USD"}
    for product in ("GOLD", "checking", 1, None):
        yield Row(
            f"the product {product!r}", change("openAccount", {**wanted, "product": product}), 400, "INPUT_TYPE_WRONG"
        )
