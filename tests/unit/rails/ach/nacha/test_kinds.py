"""One valid example of each SEC code and of each kind of answer, by hand; and what makes each of them invalid."""

import pytest

from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.profiles import LATIN_1, STRICT
from domain.rails.ach.nacha.reading import inspect, load
from domain.rails.ach.nacha.writing import normalised, records_of, write
from tests.unit.rails.ach.nacha import sheets
from tests.unit.rails.ach.nacha.sheets import (
    IAT_17,
    IAT_18,
    IAT_ADDENDA,
    addenda_05,
    addenda_98,
    addenda_99,
    batch_header,
    entry,
    iat_entry,
    iat_header,
)

TERMINAL = "702REFONEAREFTERM021000490614123456Target Store 0049          PHILADELPHIA   PA231380100000001"
COUNTED = "45689033       0002Receiver Company    "
CHECK = "123456789012345CHECK11234567890123456  "
DISHONORED = "799R68121042880000001      12104288   231380100000009075" + "01Untimely return      231380100000001"
CONTESTED = (
    "799R7112104288000000126031412104288073" + "231380100000009075" + "01" + "121042880000044077" + "68 231380100000001"
)
REFUSED = f"798C62121042880000001      12104288{'1918171614':29}C010000001     231380100000001"

ADV = "".join(
    f"{line}\n"
    for line in (
        sheets.HEADER,
        "5280Acme Corporation                    1231380104ADVAccounting      260316   0231380100000001",
        "681231380104744-5678-99    00000005000012104288211131 Name                    0011000010500001",
        "682231380104744-5678-99    00000025000012104288211139 Name                    0011000010500002",
        f"828000000200462760200000000000000025000000000000000000050000{'Operator data':19}231380100000001",
        "9000001000001000000020046276020" + f"{250000:020d}{50000:020d}{'':23}",
        *(["9" * 94] * 4),
    )
)
EXAMPLES = {
    "ACK": sheets.text((batch_header("ACK", "220"), [entry("24", 0, middle="031300010000001Best Company")])),
    "ADV": ADV,
    "ARC": sheets.text((batch_header("ARC", "225"), [entry("27", 250000, middle="123879654")])),
    "ATX": sheets.text(
        (
            batch_header("ATX", "220"),
            [
                entry("24", 0, middle="0313000100000010002Receiver Company", addenda=1),
                addenda_05("one"),
                addenda_05("two", sequence=2),
            ],
        )
    ),
    "BOC": sheets.text((batch_header("BOC", "225"), [entry("27", 2500000, middle="123879654      Somebody")])),
    "CCD": sheets.text((batch_header("CCD", "225"), [entry("27", 1, addenda=1), addenda_05("RMR*IV*12\\")])),
    "CIE": sheets.text((batch_header("CIE", "220"), [entry("22", 100, middle="Jane Doe       Customer 1")])),
    "COR": sheets.text((batch_header("COR", "220"), [entry("21", 0, addenda=1), addenda_98("C01", "1918171614")])),
    "CTX": sheets.text(
        (
            batch_header("CTX", "225"),
            [entry("27", 100000, middle=COUNTED, addenda=1), addenda_05("a"), addenda_05("b", sequence=2)],
        )
    ),
    "DNE": sheets.text(
        (
            batch_header("DNE", "220"),
            [entry("23", 0, addenda=1), addenda_05("    DATE OF DEATH*010226*CUSTOMERSSN*000000000*AMOUNT*100.00\\")],
        )
    ),
    "ENR": sheets.text(
        (
            batch_header("ENR", "225", description="AUTOENROLL"),
            [entry("28", 0, addenda=1), addenda_05("22*12200004*3*123987654321*777777777*DOE*JOHN*1\\")],
        )
    ),
    "IAT": sheets.text((iat_header(), [iat_entry("27", 100000, count=9), *IAT_ADDENDA, IAT_17, IAT_18])),
    "MTE": sheets.text((batch_header("MTE", "225"), [entry("27", 10000, addenda=1, middle="Jane Doe"), TERMINAL])),
    "POP": sheets.text((batch_header("POP", "225"), [entry("27", 250500, middle="123456789PHILPASomebody")])),
    "POS": sheets.text(
        (batch_header("POS", "225"), [entry("27", 100, addenda=1, middle=f"{'':15}{'Somebody':22}01"), TERMINAL])
    ),
    "PPD": sheets.text((batch_header("PPD", "220"), [entry("22", 100), entry("32", 9_999_999_999, number=2)])),
    "RCK": sheets.text(
        (batch_header("RCK", "225", description="REDEPCHECK"), [entry("27", 250000, middle="123123123      Somebody")])
    ),
    "SHR": sheets.text(
        (
            batch_header("SHR", "225"),
            [entry("27", 100, middle="0728123456789100001234567891123456789" + "01", addenda=1), TERMINAL],
        )
    ),
    "TEL": sheets.text((batch_header("TEL", "225"), [entry("27", 50000), entry("37", 1, number=2)])),
    "TRC": sheets.text((batch_header("TRC", "225"), [entry("27", 250000, middle=CHECK)])),
    "TRX": sheets.text(
        (
            batch_header("TRX", "225"),
            [entry("27", 100000, middle=COUNTED, addenda=1), addenda_05("a"), addenda_05("b", sequence=2)],
        )
    ),
    "WEB": sheets.text((batch_header("WEB", "220"), [entry("22", 1, addenda=1), addenda_05("PAY-GATE payment\\")])),
    "XCK": sheets.text((batch_header("XCK", "225"), [entry("27", 250000, middle=CHECK)])),
}
ANSWERS = {
    "return": sheets.text((batch_header("PPD", "225"), [entry("26", 100, addenda=1), addenda_99("R01")])),
    "return of a prenote": sheets.text((batch_header("PPD", "220"), [entry("21", 0, addenda=1), addenda_99("R03")])),
    "return for a death": sheets.text(
        (batch_header("PPD", "220"), [entry("21", 5, addenda=1), addenda_99("R15", date_of_death="260102")])
    ),
    "return of CTX, which has no 05": sheets.text(
        (batch_header("CTX", "225"), [entry("26", 100, middle=COUNTED, addenda=1), addenda_99("R01")])
    ),
    "return of ENR": sheets.text(
        (batch_header("ENR", "220", description="AUTOENROLL"), [entry("31", 0, addenda=1), addenda_99("R40")])
    ),
    "return of DNE": sheets.text((batch_header("DNE", "220"), [entry("21", 0, addenda=1), addenda_99("R03")])),
    "return of IAT": sheets.text(
        (
            iat_header(),
            [
                iat_entry("26", 100000, count=8),
                *IAT_ADDENDA,
                f"799R01121042880000001      121042880000100000{'':34}231380100000001",
            ],
        )
    ),
    "dishonored return": sheets.text((batch_header("PPD", "225"), [entry("26", 100, addenda=1), DISHONORED])),
    "contested return": sheets.text((batch_header("PPD", "225"), [entry("26", 100, addenda=1), CONTESTED])),
    "notification of change of IAT": sheets.text(
        (
            iat_header("COR", "IATCOR"),
            [iat_entry("26", 0, count=1), f"798C01121042880000001      12104288{'9722-C3':35}{'':9}231380100000001"],
        )
    ),
    "refused notification of change": sheets.text((batch_header("COR", "220"), [entry("21", 0, addenda=1), REFUSED])),
    "reversal of a loan credit": sheets.text((batch_header("PPD", "225", description="REVERSAL"), [entry("55", 100)])),
    "return of a loan debit": sheets.text(
        (batch_header("PPD", "225"), [entry("56", 100, addenda=1), addenda_99("R04")])
    ),
    "balanced reversal of TEL": sheets.text(
        (batch_header("TEL", "200", description="REVERSAL"), [entry("22", 685100), entry("27", 685100, number=2)])
    ),
    "zero dollars with remittance, CCD": sheets.text(
        (batch_header("CCD", "220"), [entry("24", 0, addenda=1), addenda_05("RMR*IV*0078\\")])
    ),
    "zero dollars with remittance, CTX": sheets.text(
        (
            batch_header("CTX", "220"),
            [entry("24", 0, middle="ID             0001Receiver Company", addenda=1), addenda_05("RMR*IV*0078\\")],
        )
    ),
    "zero dollars with remittance, IAT": sheets.text((iat_header(), [iat_entry("24", 0), *IAT_ADDENDA])),
    "prenotes of every account type": sheets.text(
        (
            batch_header("PPD"),
            [entry(code, 0, number=number) for number, code in enumerate(("23", "28", "33", "38", "43", "48", "53"))],
        )
    ),
    "general ledger and loan": sheets.text(
        (batch_header("CCD"), [entry("42", 3), entry("47", 4, number=2), entry("52", 5, number=3)])
    ),
}


def test_there_is_an_example_of_every_sec_code() -> None:
    assert EXAMPLES.keys() == codes.SECS.keys()


@pytest.mark.parametrize("text", [*EXAMPLES.values(), *ANSWERS.values()], ids=[*EXAMPLES, *ANSWERS])
class TestExamples:
    def test_are_valid_without_a_remark(self, text: str) -> None:
        found = inspect((text.encode(),), STRICT)
        assert (found.errors, found.warnings) == ((), ())

    def test_are_written_as_they_were_read(self, text: str) -> None:
        file, _ = load(text.encode())
        assert "".join(f"{line}\n" for line in write(records_of(file))) == text


def codes_of(*batches: sheets.Batch) -> set[str]:
    return {one.code for one in inspect((sheets.data(*batches),)).errors}


WRONG = [
    ("ACK", "220", [entry("22", 0, middle="031300010000001Best Company")], {"TRANSACTION_CODE_SEC", "AMOUNT_ZERO"}),
    ("ACK", "220", [entry("24", 5, middle="031300010000001Best Company")], {"AMOUNT_NOT_ZERO"}),
    ("ACK", "220", [entry("24", 0, middle="03130001000000XBest Company")], {"FIELD_NOT_NUMERIC"}),
    ("ARC", "220", [entry("22", 5, middle="1234")], {"TRANSACTION_CODE_SEC"}),
    ("ARC", "225", [entry("27", 2500001, middle="1234")], {"AMOUNT_LIMIT"}),
    ("ARC", "225", [entry("27", 5, middle="")], {"FIELD_MISSING"}),
    ("ARC", "225", [entry("27", 5, middle="1234", addenda=1), addenda_05("x")], {"ADDENDA_NOT_ALLOWED"}),
    ("CCD", "225", [entry("27", 5, addenda=1), addenda_05("x"), addenda_05("y", sequence=2)], {"ADDENDA_TOO_MANY"}),
    ("ACK", "220", [entry("23", 0, middle="031300010000001Best Company")], {"TRANSACTION_CODE_SEC"}),
    ("ATX", "220", [entry("33", 0, middle="0313000100000010000Receiver Company")], {"TRANSACTION_CODE_SEC"}),
    ("CCD", "220", [entry("24", 0)], {"ADDENDA_MISSING"}),
    ("CCD", "220", [entry("24", 1, addenda=1), addenda_05("x")], {"AMOUNT_NOT_ZERO"}),
    ("CIE", "225", [entry("27", 5)], {"TRANSACTION_CODE_SEC"}),
    ("COR", "220", [entry("21", 0)], {"ADDENDA_MISSING", "TRANSACTION_CODE_SEC"}),
    ("COR", "220", [entry("21", 1, addenda=1), addenda_98("C01", "1")], {"AMOUNT_NOT_ZERO"}),
    ("COR", "220", [entry("21", 0, addenda=1), addenda_98("C10", "1")], {"CHANGE_CODE"}),
    ("COR", "220", [entry("21", 0, addenda=1), addenda_99("R01")], {"ADDENDA_NOT_ALLOWED"}),
    ("PPD", "220", [entry("21", 0, addenda=1), addenda_98("C01", "1")], {"ADDENDA_NOT_ALLOWED"}),
    ("CTX", "225", [entry("27", 5, middle=COUNTED, addenda=1), addenda_05("a")], {"ADDENDA_COUNT"}),
    (
        "CTX",
        "225",
        [entry("27", 5, middle="ID             000XReceiver", addenda=1), addenda_05("a")],
        {"FIELD_NOT_NUMERIC"},
    ),
    (
        "CTX",
        "225",
        [entry("26", 5, middle=COUNTED, addenda=1), addenda_99("R01"), addenda_05("a")],
        {"ADDENDA_NOT_ALLOWED"},
    ),
    (
        "CCD",
        "225",
        [entry("26", 5, addenda=1), addenda_05("a"), addenda_99("R01")],
        {"ADDENDA_NOT_ALLOWED"},
    ),
    ("CTX", "225", [entry("27", 5, middle=f"{'':15}0000{'Name':16}0 ")], {"FIELD_RESERVED"}),
    ("CTX", "225", [entry("27", 5, middle=f"{'':15}0000{'Name':16}x0")], {"FIELD_RESERVED"}),
    ("CTX", "225", [entry("27", 5, middle=f"{'':15}0000{'Name':16}00")], set()),
    ("DNE", "220", [entry("23", 0)], {"ADDENDA_MISSING"}),
    ("DNE", "220", [entry("22", 5, addenda=1), addenda_05("x")], {"TRANSACTION_CODE_SEC"}),
    ("MTE", "225", [entry("27", 5)], {"ADDENDA_MISSING"}),
    ("MTE", "225", [entry("27", 5, addenda=1), addenda_05("x")], {"ADDENDA_MISSING", "ADDENDA_NOT_ALLOWED"}),
    ("POS", "225", [entry("27", 5, addenda=1, middle=f"{'':15}{'A':22}XX"), TERMINAL], {"FIELD_NOT_NUMERIC"}),
    ("POS", "225", [entry("27", 5, addenda=1, middle=f"{'':15}{'A':22}04"), TERMINAL], {"FIELD_VALUE"}),
    ("POP", "225", [entry("27", 5, middle="123456789    PA")], {"FIELD_MISSING"}),
    ("PPD", "220", [entry("22", 0)], {"AMOUNT_ZERO"}),
    ("PPD", "220", [entry("23", 1)], {"AMOUNT_NOT_ZERO"}),
    ("PPD", "220", [entry("24", 0, addenda=1), addenda_05("x")], {"TRANSACTION_CODE_SEC"}),
    ("PPD", "220", [entry("20", 5)], {"TRANSACTION_CODE"}),
    ("PPD", "225", [entry("57", 5)], {"TRANSACTION_CODE"}),
    ("PPD", "225", [entry("55", 5)], {"TRANSACTION_CODE_SEC"}),
    ("PPD", "220", [entry("81", 5)], {"TRANSACTION_CODE_SEC"}),
    ("PPD", "220", [entry("27", 5)], {"SERVICE_CLASS_DIRECTION"}),
    ("PPD", "225", [entry("22", 5)], {"SERVICE_CLASS_DIRECTION"}),
    ("PPD", "220", [entry("21", 5)], {"TRANSACTION_CODE_SEC"}),
    ("PPD", "220", [entry("22", 5, addenda=1)], {"ADDENDA_INDICATOR"}),
    ("PPD", "220", [entry("22", 5), addenda_05("x")], {"ADDENDA_INDICATOR"}),
    ("PPD", "220", [entry("22", 5, addenda=1), addenda_05("x", sequence=2)], {"ADDENDA_SEQUENCE"}),
    ("PPD", "220", [entry("22", 5, addenda=1), addenda_05("x", number=2)], {"ADDENDA_ENTRY"}),
    ("PPD", "220", [entry("22", 5, addenda=1), "777" + " " * 91], {"ADDENDA_TYPE"}),
    ("PPD", "220", [entry("22", 5, middle="ID")], {"FIELD_MISSING"}),
    ("PPD", "220", [entry("22", 5, account="")], {"FIELD_MISSING"}),
    ("PPD", "220", [entry("22", 5, routing="121042881")], {"CHECK_DIGIT"}),
    ("PPD", "220", [entry("22", 5), entry("22", 5)], {"TRACE_DUPLICATE"}),
    ("PPD", "220", [entry("22", 5, number=2), entry("22", 5)], {"TRACE_ORDER"}),
    ("PPD", "220", [entry("21", 5, addenda=1), addenda_99("R97")], {"RETURN_CODE"}),
    ("PPD", "220", [entry("21", 5, addenda=1), addenda_99("R63")], {"RETURN_CODE"}),
    ("PPD", "220", [entry("21", 5, addenda=1), addenda_99("R14", date_of_death="261301")], {"DATE"}),
    ("PPD", "220", [entry("21", 5, addenda=1), addenda_99("R01"), addenda_99("R01")], {"ADDENDA_TOO_MANY"}),
    ("PPD", "220", [entry("21", 5, addenda=1), addenda_99("R01", number=2)], {"ADDENDA_ENTRY"}),
    ("COR", "220", [entry("21", 0, addenda=1), addenda_98("C01", "1", number=2)], {"ADDENDA_ENTRY"}),
    ("PPD", "280", [entry("22", 5)], {"SERVICE_CLASS"}),
    ("PPD", "201", [entry("22", 5)], {"SERVICE_CLASS"}),
    ("RCK", "225", [entry("27", 5, middle=CHECK)], {"ENTRY_DESCRIPTION"}),
    ("XCK", "225", [entry("27", 250001, middle=CHECK)], {"AMOUNT_LIMIT"}),
    ("ENR", "225", [entry("28", 0, addenda=1), addenda_05("x")], {"ENTRY_DESCRIPTION"}),
    ("SHR", "225", [entry("27", 5, middle="07X8", addenda=1), TERMINAL], {"FIELD_NOT_NUMERIC", "FIELD_MISSING"}),
    ("SHR", "225", [entry("27", 5, middle=f"1326{1:011d}{1:022d}01", addenda=1), TERMINAL], {"DATE"}),
    ("SHR", "225", [entry("27", 5, middle=f"0026{1:011d}{1:022d}01", addenda=1), TERMINAL], {"DATE"}),
    ("TEL", "220", [entry("22", 5)], {"TRANSACTION_CODE_SEC"}),
    ("TEL", "225", [entry("27", 5, addenda=1), addenda_05("x")], {"ADDENDA_NOT_ALLOWED"}),
    ("TRX", "225", [entry("27", 5, middle="ID             0000Somebody")], {"ADDENDA_MISSING"}),
    ("ZZZ", "220", [entry("22", 5)], {"SEC_UNKNOWN"}),
]


@pytest.mark.parametrize(("sec", "service_class", "lines", "expected"), WRONG)
def test_what_the_sec_code_does_not_allow_is_an_error_and_nothing_else_is(
    sec: str, service_class: str, lines: list[str], expected: set[str]
) -> None:
    assert codes_of((batch_header(sec, service_class), lines)) == expected


STEPS_WRONG = [
    ("PPD", [CONTESTED, DISHONORED, addenda_99("R07")], {(5, "ADDENDA_ORDER"), (6, "ADDENDA_ORDER")}),
    ("PPD", [addenda_99("R07"), CONTESTED, DISHONORED], {(6, "ADDENDA_ORDER")}),
    ("PPD", [DISHONORED, addenda_99("R07")], {(5, "ADDENDA_ORDER")}),
    ("PPD", [DISHONORED, addenda_99("R07"), CONTESTED], {(5, "ADDENDA_ORDER")}),
    ("COR", [REFUSED, addenda_98("C01", "1918171614")], {(5, "ADDENDA_ORDER")}),
    ("COR", [addenda_98("C01", "1918171614"), REFUSED], set()),
]


@pytest.mark.parametrize(("sec", "lines", "expected"), STEPS_WRONG)
def test_the_steps_of_an_answer_stand_in_their_order(
    sec: str, lines: list[str], expected: set[tuple[int, str]]
) -> None:
    first = entry("26", 0 if sec == "COR" else 5, addenda=1)
    found = inspect((sheets.data((batch_header(sec, "225"), [first, *lines])),))
    assert {(one.line, one.code) for one in found.errors} == expected


@pytest.mark.parametrize(
    ("addenda", "column", "put", "expected"),
    [
        (DISHONORED, 54, "000", (4, 54, "return_settlement_date", "DATE")),
        (DISHONORED, 54, "367", (4, 54, "return_settlement_date", "DATE")),
        (DISHONORED, 54, "   ", (4, 54, "return_settlement_date", "FIELD_NOT_NUMERIC")),
        (DISHONORED, 57, "48", (4, 57, "return_reason", "RETURN_CODE")),
        (DISHONORED, 57, "68", (4, 57, "return_reason", "RETURN_CODE")),
        (CONTESTED, 36, "367", (4, 36, "original_settlement_date", "DATE")),
        (CONTESTED, 36, "0  ", (4, 36, "original_settlement_date", "DATE")),
        (CONTESTED, 54, "999", (4, 54, "return_settlement_date", "DATE")),
        (CONTESTED, 57, "99", (4, 57, "return_reason", "RETURN_CODE")),
        (CONTESTED, 74, "000", (4, 74, "dishonored_settlement_date", "DATE")),
        (CONTESTED, 77, "63", (4, 77, "dishonored_reason", "RETURN_CODE")),
        (CONTESTED, 77, "01", (4, 77, "dishonored_reason", "RETURN_CODE")),
        (addenda_99("R15"), 22, "00    ", (4, 22, "date_of_death", "DATE")),
    ],
)
def test_what_an_answer_says_of_the_steps_before_exists(
    addenda: str, column: int, put: str, expected: tuple[int, int, str, str]
) -> None:
    whole = sheets.text((batch_header("PPD", "225"), [entry("26", 5, addenda=1), addenda]))
    found = inspect((sheets.replaced(whole, 4, column, put),))
    assert {(one.line, one.column, one.field, one.code) for one in found.errors} == {expected}


@pytest.mark.parametrize(
    ("column", "put"), [(36, "   "), (36, "000"), (54, "001"), (74, "366"), (77, "61"), (57, "85")]
)
def test_what_may_be_left_out_of_an_answer_may_be(column: int, put: str) -> None:
    whole = sheets.text((batch_header("PPD", "225"), [entry("26", 5, addenda=1), CONTESTED]))
    assert inspect((sheets.replaced(whole, 4, column, put),), STRICT).ok


@pytest.mark.parametrize("sec", codes.WITH_COUNT)
@pytest.mark.parametrize("answer", [addenda_99("R01"), DISHONORED, CONTESTED])
@pytest.mark.parametrize("entry_sequence", [1, 77])
class TestAnswersThatRepeatTheirAddenda:
    """`entry_sequence` 77 is what the original entry had: banks leave it, or write their own."""

    def data(self, sec: str, answer: str, entry_sequence: int) -> bytes:
        middle = COUNTED if sec != "ATX" else "0313000100000010002Receiver Company"
        repeated = [addenda_05("a", number=entry_sequence), addenda_05("b", sequence=2, number=entry_sequence)]
        lines = [entry("26", 5, middle=middle, addenda=1), *repeated, f"{answer[:14]}0000077{answer[21:]}"]
        return sheets.data((batch_header(sec, "225"), lines))

    def test_are_taken_with_a_warning(self, sec: str, answer: str, entry_sequence: int) -> None:
        whole = self.data(sec, answer, entry_sequence)
        found = inspect((whole,))
        assert found.errors == ()
        assert [(one.line, one.code, one.tolerance) for one in found.warnings] == [
            (4, "ADDENDA_REPEATED", "repeated-addenda"),
            (5, "ADDENDA_REPEATED", "repeated-addenda"),
        ]
        assert found.forgiven == {"repeated-addenda": 2}
        assert b"".join(normalised((whole,))) == whole

    def test_are_refused_when_nothing_is_forgiven(self, sec: str, answer: str, entry_sequence: int) -> None:
        found = inspect((self.data(sec, answer, entry_sequence),), STRICT)
        assert [one.code for one in found.errors] == ["ADDENDA_REPEATED", "ADDENDA_REPEATED"]


def test_repeated_addenda_of_another_entry_are_an_error() -> None:
    lines = [entry("26", 5, middle=COUNTED, addenda=1), addenda_05("a", number=9), addenda_99("R01")]
    assert codes_of((batch_header("CTX", "225"), lines)) == {"ADDENDA_ENTRY"}


RCK = entry("27", 5, middle="123123123      Somebody")


@pytest.mark.parametrize(
    ("sec", "description", "lines", "ok"),
    [
        ("RCK", "REVERSAL", [entry("22", 5, middle="123123123      Somebody")], True),
        ("RCK", "REVERSAL", [RCK], True),
        ("RCK", "PAYMENT", [entry("26", 5, addenda=1), addenda_99("R01")], True),
        ("ENR", "PAYMENT", [entry("26", 0, addenda=1), addenda_99("R40")], True),
        ("RCK", "PAYMENT", [RCK], False),
        ("RCK", "REVERSE", [RCK], False),
        ("RCK", "PAYMENT", [entry("26", 5, addenda=1), addenda_99("R01"), RCK[:-1] + "2", RCK[:-1] + "3"], False),
        ("ENR", "REVERSAL", [entry("28", 0, addenda=1), addenda_05("x")], False),
        ("RCK", "PAYMENT", [], False),
    ],
)
def test_the_description_is_the_originator_s_and_a_reversal_is_called_one(
    sec: str, description: str, lines: list[str], *, ok: bool
) -> None:
    found = inspect((sheets.data((batch_header(sec, description=description), lines)),), STRICT)
    said = [(one.line, one.column, one.field) for one in found.errors if one.code == "ENTRY_DESCRIPTION"]
    assert said == ([] if ok else [(2, 54, "entry_description")])
    assert found.ok or not ok


IAT_WRONG = [
    ([iat_entry("27", 5, count=6), *IAT_ADDENDA[:6]], {"ADDENDA_MISSING"}),
    ([iat_entry("27", 5, count=8), *IAT_ADDENDA, IAT_ADDENDA[6]], {"ADDENDA_TOO_MANY"}),
    ([iat_entry("27", 5), *IAT_ADDENDA[1:], IAT_ADDENDA[0]], {"ADDENDA_ORDER"}),
    ([iat_entry("27", 5, count=8), *IAT_ADDENDA], {"ADDENDA_COUNT"}),
    ([iat_entry("27", 5, count=8), *IAT_ADDENDA, addenda_05("x")], {"ADDENDA_NOT_ALLOWED", "ADDENDA_ORDER"}),
    (
        [
            iat_entry("26", 5, count=9),
            *IAT_ADDENDA,
            IAT_17,
            f"799R01121042880000001      121042880000100000{'':34}231380100000001",
        ],
        {"ADDENDA_NOT_ALLOWED"},
    ),
    (
        [
            iat_entry("26", 5, count=9),
            *IAT_ADDENDA,
            IAT_18,
            f"799R01121042880000001      121042880000100000{'':34}231380100000001",
        ],
        {"ADDENDA_NOT_ALLOWED"},
    ),
    (
        [iat_entry("27", 5, count=10), *IAT_ADDENDA, *(IAT_17[:83] + f"000{n}0000001" for n in (1, 2, 3))],
        {"ADDENDA_TOO_MANY"},
    ),
    (
        [iat_entry("27", 5, count=13), *IAT_ADDENDA, *(IAT_18[:83] + f"000{n}0000001" for n in range(1, 7))],
        {"ADDENDA_TOO_MANY"},
    ),
    ([iat_entry("27", 5), IAT_ADDENDA[0].replace("ANN", "XYZ"), *IAT_ADDENDA[1:]], {"FIELD_VALUE"}),
    (
        [iat_entry("27", 5), *IAT_ADDENDA[:3], IAT_ADDENDA[3].replace("    0123", "    0923"), *IAT_ADDENDA[4:]],
        {"FIELD_VALUE"},
    ),
    ([iat_entry("27", 5), IAT_ADDENDA[0][:-1] + "2", *IAT_ADDENDA[1:]], {"ADDENDA_ENTRY"}),
]


@pytest.mark.parametrize(("lines", "expected"), IAT_WRONG)
def test_what_iat_does_not_allow_is_an_error_and_nothing_else_is(lines: list[str], expected: set[str]) -> None:
    assert codes_of((iat_header(), lines)) == expected


def test_an_iat_entry_that_counts_its_mandatory_addenda_alone_is_taken_with_a_remark() -> None:
    found = inspect((sheets.data((iat_header(), [iat_entry("27", 5), *IAT_ADDENDA, IAT_17])),))
    assert found.ok
    assert [one.code for one in found.warnings] == ["ADDENDA_COUNT_MANDATORY"]


def test_advices_stand_in_a_file_of_their_own() -> None:
    lines = sheets.text((batch_header("PPD", "220"), [entry("22", 5)])).split("\n")
    advice = ADV.split("\n")
    mixed = "\n".join([*lines[:4], advice[1][:-1] + "2", *advice[2:4], advice[4][:-1] + "2", advice[5], ""])
    assert "FILE_MIXED_WITH_ADV" in {one.code for one in inspect((mixed.encode(),)).errors}


def test_totals_of_advices_have_twenty_digits() -> None:
    wrong = sheets.replaced(ADV, 5, 21, "1")
    assert [(one.line, one.column, one.code) for one in inspect((wrong,)).errors] == [(5, 21, "BATCH_DEBIT")]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("3300005", "3310001", set()),
        ("3300005", "3300006", set()),
        ("3300005", "3300005", {(4, 91, "TRACE_DUPLICATE")}),
        ("3300005", "3300004", {(4, 91, "TRACE_ORDER")}),
        ("3310001", "3300005", {(4, 91, "TRACE_ORDER")}),
        ("3300005", "3670001", {(4, 88, "DATE")}),
        ("0000001", "0010001", {(3, 88, "DATE")}),
    ],
)
def test_advices_are_in_order_by_day_and_then_by_number(
    first: str, second: str, expected: set[tuple[int, int, str]]
) -> None:
    whole = sheets.replaced(sheets.replaced(ADV, 3, 88, first), 4, 88, second)
    assert {(one.line, one.column, one.code) for one in inspect((whole,)).errors} == expected


def test_the_routing_number_of_an_advice_is_checked_by_its_ninth_digit() -> None:
    found = inspect((sheets.replaced(ADV, 3, 48, "1"),))
    assert [(one.line, one.column, one.field, one.code) for one in found.errors] == [
        (3, 40, "advice_routing_number", "CHECK_DIGIT")
    ]


def test_a_letter_of_latin_1_is_no_digit_where_the_sec_code_asks_for_one() -> None:
    whole = sheets.replaced(EXAMPLES["SHR"], 3, 40, "\xc9")
    assert {one.code for one in inspect((whole,), LATIN_1).errors} == {"FIELD_NOT_NUMERIC"}


@pytest.mark.parametrize(("line", "column"), [(2, 39), (2, 64), (7, 75)])
def test_a_letter_of_latin_1_is_in_no_code_of_a_country_or_a_currency(line: int, column: int) -> None:
    whole = sheets.replaced(EXAMPLES["IAT"], line, column, "\xc9")
    assert {one.code for one in inspect((whole,), LATIN_1).errors} == {"FIELD_VALUE"}


def test_addenda_of_a_return_that_a_third_bank_numbered_are_taken_with_a_remark() -> None:
    numbered = addenda_99("R01")[:79] + "987654321000001"
    found = inspect((sheets.data((batch_header("PPD", "220"), [entry("21", 5, addenda=1), numbered])),))
    assert found.ok
    assert [(one.line, one.column, one.code) for one in found.warnings] == [(4, 80, "TRACE_RETURN")]


def test_a_return_that_carries_its_history_is_taken_with_a_remark() -> None:
    lines = [entry("26", 100, addenda=1), addenda_99("R07"), DISHONORED, CONTESTED]
    found = inspect((sheets.data((batch_header("PPD", "225"), lines)),))
    assert found.ok
    assert [one.code for one in found.warnings] == ["ADDENDA_HISTORY", "ADDENDA_HISTORY"]
