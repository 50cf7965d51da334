"""Documents have one text each, and what is none is refused with where and what."""

from enum import StrEnum
from typing import Any

import pytest

from domain.fraud.documents import DOCUMENT_BYTES_MAX, DocumentMalformed, Part, canonical, read, repeated, sha256_of


def test_the_canonical_text_has_sorted_keys_no_spaces_and_no_escapes() -> None:
    assert canonical({"b": [1, 0.1, True, None], "a": "é"}) == '{"a":"é","b":[1,0.1,true,null]}'.encode()


def test_a_hash_is_of_these_bytes() -> None:
    assert sha256_of(b"{}") == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -float("inf"), {1, 2}, b"x", "\ud800", 10**5_000], ids=range(7)
)
def test_what_is_no_json_has_no_canonical_text(value: object) -> None:
    with pytest.raises(DocumentMalformed):
        canonical({"value": value})


def test_nesting_without_end_has_no_canonical_text() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(DocumentMalformed):
        canonical(endless)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1, "b": 2, "a": 1}', "has the key 'a' twice in one object"),
        ('{"a": {"b": 1, "b": 1}}', "has the key 'b' twice in one object"),
        ("[NaN]", "NaN, which is no number"),
        ("[Infinity]", "Infinity, which is no number"),
        ("[-Infinity]", "-Infinity, which is no number"),
        ("[1e999]", "'1e999', which is too large a number"),
        (f"[{'9' * 1_001}]", "a number of more than 1000 digits"),
        (f"[{'9' * 5_000}]", "a number of more than 1000 digits"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"a":' * 100_000, "is nested too deeply"),
        ("", "is no JSON from line 1, column 1 on"),
        ("{'a': 1}", "is no JSON from line 1, column"),
        ("[1] [2]", "is no JSON from line 1, column"),
        (b"\xff", "is no text in UTF-8"),
        (b"\xef\xbb\xbf{}", "is no JSON from line 1, column"),
        ("\ud800", "is no text in UTF-8"),
        (" " * (DOCUMENT_BYTES_MAX + 1), f"has more than {DOCUMENT_BYTES_MAX} bytes"),
    ],
    ids=range(17),
)
def test_a_text_that_is_none_is_refused(text: str | bytes, said: str) -> None:
    with pytest.raises(DocumentMalformed) as caught:
        read(text)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 200


def test_numbers_read_back_as_they_were_written() -> None:
    numbers = [0, -0.0, 0.1, 1e-320, 1.7976931348623157e308, 10**999, 1.0]
    assert canonical(read(canonical(numbers))) == canonical(numbers)


def test_an_error_repeats_little_and_only_ascii() -> None:
    assert repeated("ü" * 3) == r"'\xfc\xfc\xfc'"
    assert repeated("x" * 40) == f"'{'x' * 40}'"
    assert repeated("x" * 41) == f"'{'x' * 40}...'"
    assert repeated({"secret": 1}) == "an object"


class Colour(StrEnum):
    RED = "RED"
    BLUE = "BLUE"


PART = Part({"a": [{"b": 1}]}, "")


class TestPart:
    def test_knows_where_it_stands(self) -> None:
        (first,) = PART.fields({"a"})["a"].items(1, 1)
        assert (first.fields({"b"})["b"].path, first.path) == ("a[0].b", "a[0]")

    def test_has_the_fields_it_must_and_those_it_may(self) -> None:
        assert set(PART.fields({"a"}, {"z"})) == {"a"}
        for required, optional, said in (
            ({"a", "b"}, set(), "has no 'b'"),
            ({"b"}, set(), "has 'a', which is not known here"),
            (set(), {"b"}, "has 'a', which is not known here"),
        ):
            with pytest.raises(DocumentMalformed, match=said):
                PART.fields(required, optional)

    @pytest.mark.parametrize(
        ("value", "kind"),
        [(None, "null"), (True, "true or false"), (1, "a number"), (1.5, "a number"), ("x", "a text"), ([], "a list")],
    )
    def test_is_told_by_its_kind_when_it_is_another(self, value: object, kind: str) -> None:
        with pytest.raises(DocumentMalformed, match=f"x: is {kind}, not an object"):
            Part(value, "x").fields({"a"})
        if value != []:
            with pytest.raises(DocumentMalformed, match=f"x: is {kind}, not a list"):
                Part(value, "x").items(0, 9)

    @pytest.mark.parametrize("count", [0, 3])
    def test_has_as_many_items_as_there_may_be(self, count: int) -> None:
        with pytest.raises(DocumentMalformed, match=f"has {count} parts; there are 1 to 2"):
            Part([1] * count, "x").items(1, 2)

    @pytest.mark.parametrize("value", [0, 1, "true", None])
    def test_is_a_flag_only_as_true_or_false(self, value: object) -> None:
        with pytest.raises(DocumentMalformed, match="not true or false"):
            Part(value, "x").flag()

    @pytest.mark.parametrize("value", [True, 0, 6, 2.0, "2", None])
    def test_is_an_integer_within_its_range(self, value: object) -> None:
        with pytest.raises(DocumentMalformed, match="is no integer from 1 to 5"):
            Part(value, "x").integer(1, 5)
        assert (Part(1, "x").integer(1, 5), Part(5, "x").integer(1, 5)) == (1, 5)

    @pytest.mark.parametrize("value", [True, 0.4, 1.1, float("nan"), float("inf"), 10**400, "1", None])
    def test_is_a_number_within_its_range(self, value: object) -> None:
        with pytest.raises(DocumentMalformed, match=r"is no number from 0\.5 to 1"):
            Part(value, "x").number(0.5, 1)
        assert type(Part(1, "x").number(0.5, 1)) is float

    @pytest.mark.parametrize("value", ["", " a", "a ", "a\nb", "a\u200bb", "abcdef", 5, None, "\ud800"])
    def test_is_a_text_that_people_can_read(self, value: object) -> None:
        with pytest.raises(DocumentMalformed, match="text"):
            Part(value, "x").text(5)
        assert Part("a bé", "x").text(5) == "a bé"

    @pytest.mark.parametrize("value", ["red", "", 1, None, ["RED"], {}])
    def test_is_one_of_the_members(self, value: object) -> None:
        with pytest.raises(DocumentMalformed, match="not one of RED, BLUE"):
            Part(value, "x").member(Colour)
        assert Part("RED", "x").member(Colour) is Colour.RED

    @pytest.mark.parametrize("value", ["florin.x/2", 1, None, ["florin.x/1"]])
    def test_is_of_the_one_format_that_is_known(self, value: object) -> None:
        with pytest.raises(DocumentMalformed, match=r"is not 'florin\.x/1'"):
            Part(value, "format").said("florin.x/1")
