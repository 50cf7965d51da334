"""What stands in a generated request: mostly what exists, often what might, sometimes what nobody would send."""

from typing import Any, Final

from graphql import IntValueNode, StringValueNode, ValueNode
from hypothesis import strategies as st

from tests.fuzz import names
from tests.fuzz.names import named

Text = st.SearchStrategy[str]

HOSTILE: Final = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u202eevil",
    "\u2066x\u2069",
    "\ufeff",
    "\u2028",
    "e\u0301" * 20,
    "Аda",  # the first letter is Cyrillic
    "🏦" * 33,
    "\U000e0041",
    "\uffff",
    "null",
    "undefined",
    "__proto__",
    "../../etc/passwd",
    "'; DROP TABLE accounts; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%s%n%00",
    "$ne",
    "J#x",
    "A#acc",
    "#",
    "a" * 64,
    "a" * 65,
    "é" * 64,
    "9" * 129,
    "x" * 4096,
)
AMOUNTS: Final = ("1.00", "0.01", "10", "25.50", "99999999.99", "9999999999999999.99", "1000", "3")
NO_AMOUNTS: Final = (
    "-1",
    "-0",
    "0",
    "0.00",
    "+1",
    "1e3",
    "1E400",
    "01",
    "１２",
    "١٢",
    "NaN",
    "Infinity",
    "9223372036854775808",
    "99999999999999999999",
    "0.001",
    "1.",
    ".5",
    "1,00",
    "1_000",
    "0x10",
    "1" * 64,
    "1\n",
)
CURRENCIES: Final = ("EUR", "JPY", "KWD", "usd", "XXX", "XTS", "", "US", "USDX", "ＵＳＤ", "U\x00D")
DAYS: Final = (
    "0000-01-01",
    "0001-01-01",
    "1970-01-01",
    "2024-02-29",
    "2026-02-29",
    "2028-02-29",
    "2026-03-29",
    "2026-11-01",
    "2199-12-31",
    "2200-01-01",
    "9999-12-31",
    "2026-13-01",
    "2026-1-1",
    "20261122",
    "２026-01-01",
    "2026-01-01T00:00:00Z",
    "",
)
INSTANTS: Final = (
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999999Z",
    "2026-03-08T02:30:00Z",
    "2026-03-29T01:30:00Z",
    "2026-12-31T23:59:60Z",
    "9999-12-31T23:59:59.999999Z",
    "2026-11-22T09:30:00+00:00",
    "2026-11-22T24:00:00Z",
    "now",
)
INTEGERS: Final = (1, 2, 25, 100, 0, -1, 101, 31, 32, 12, 1200, 1201, 2**31 - 1, -(2**31))
CONTROLS: Final = st.characters(categories=["Cc", "Cf", "Co", "Cn", "Zl", "Zp", "Mn"])

anything: Text = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=20), st.text(CONTROLS, min_size=1, max_size=8), st.sampled_from(AMOUNTS)
)


def mostly(good: Text, bad: Text) -> Text:
    """The one nine times in ten: an input has up to ten parts, and most of what is wrong hides behind what is right."""
    return st.integers(0, 9).flatmap(lambda drawn: bad if drawn == 5 else good)


def of(*known: str) -> Text:
    return st.sampled_from([named(name) for name in known])


def bent(known: Text) -> Text:
    """Something real with one character too many, too few or changed."""
    return st.builds(
        lambda text, place, sign: text[: place % (len(text) + 1)] + sign + text[place % (len(text) + 1) :],
        known,
        st.integers(0, 80),
        st.sampled_from(["x", "0", " ", "\x00", "é", "_"]),
    )


ids: Text = mostly(of(*names.IDS), st.one_of(anything, bent(of(*names.IDS)), of(*names.NUMBERS, *names.CURSORS)))
cursors: Text = mostly(of(*names.CURSORS), st.one_of(anything, bent(of(*names.CURSORS)), of("own.account")))
amounts: Text = mostly(st.sampled_from(AMOUNTS), st.one_of(st.sampled_from(NO_AMOUNTS), anything))
currencies: Text = mostly(st.just("USD"), st.sampled_from(CURRENCIES))
keys: Text = mostly(
    st.integers(0, 9).map(lambda number: f"key-{number}"),
    st.one_of(
        of(*names.KEYS),
        of(*names.KEYS),
        anything,
        st.sampled_from(["florin:mine", "a b", "k" * 128, "k" * 129, "k" * 512, "k" * 513, "schlüssel"]),
    ),
)
days: Text = mostly(of(*names.DAYS), st.one_of(st.sampled_from(DAYS), anything))
instants: Text = mostly(of(*names.INSTANTS), st.one_of(st.sampled_from(INSTANTS), anything))
memos: Text = mostly(st.sampled_from(["Lunch", "Bücher ☕", "m" * 140]), st.one_of(anything, st.just("m" * 141)))
numbers: Text = mostly(of(*names.NUMBERS), st.one_of(anything, bent(of("own.number")), st.just("041600000000")))
routing: Text = mostly(of(*names.ROUTING), st.one_of(anything, st.sampled_from(["021000021", "981000018"])))
texts: Text = st.one_of(memos, numbers, routing, anything)
integers = st.one_of(st.sampled_from(INTEGERS), st.integers(-(2**31), 2**31 - 1))


def _string(text: str) -> ValueNode:
    return StringValueNode(value=text)


def _int(number: int) -> ValueNode:
    return IntValueNode(value=str(number))


SCALARS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "ID": ids.map(_string),
    "String": texts.map(_string),
    "Int": integers.map(_int),
    "AmountValue": amounts.map(_string),
    "Currency": currencies.map(_string),
    "IdempotencyKey": keys.map(_string),
    "Cursor": cursors.map(_string),
    "Date": days.map(_string),
    "DateTime": instants.map(_string),
}
"""How each scalar of the schema is written in a document."""

json_values: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.sampled_from([1.5, -0.0, 1e308, 5e-324, 9007199254740993]),
        anything,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=5,
)
"""What JSON can hold in a place where a text or a number is expected."""
