"""Where each field of each record stands: the one specification that reader, writer and documentation share.

Source: Nacha Operating Rules, Appendix Three (ACH record format specifications), Appendix Four (returns) and
Appendix Five (notifications of change); ADV from Subpart 3.1.4.
"""

from collections.abc import Mapping
from typing import Final

from domain.rails.ach.nacha.fields import Field, Kind, Layout, Rule

_T, _D, _N = Kind.TEXT, Kind.DIGITS, Kind.NUMBER
_M, _O, _R = Rule.MANDATORY, Rule.OPTIONAL, Rule.RESERVED


def _record_type(digit: str) -> Field:
    return Field("record_type", 1, 1, _D, _M, digit)


def _addenda_type(code: str) -> Field:
    return Field("addenda_type", 2, 2, _D, _M, code)


FILE_HEADER: Final = Layout(
    "file_header",
    "File header",
    (
        _record_type("1"),
        Field("priority_code", 2, 2, _D, _M, "01"),
        Field("immediate_destination", 4, 10, _T, _M),
        Field("immediate_origin", 14, 10, _T, _M),
        Field("creation_date", 24, 6, _D, _M),
        Field("creation_time", 30, 4, _T, _O),
        Field("file_id_modifier", 34, 1, _T, _M),
        Field("record_size", 35, 3, _D, _M, "094"),
        Field("blocking_factor", 38, 2, _D, _M, "10"),
        Field("format_code", 40, 1, _D, _M, "1"),
        Field("destination_name", 41, 23),
        Field("origin_name", 64, 23),
        Field("reference_code", 87, 8),
    ),
)

BATCH_HEADER: Final = Layout(
    "batch_header",
    "Batch header",
    (
        _record_type("5"),
        Field("service_class", 2, 3, _D, _M),
        Field("company_name", 5, 16, _T, _M),
        Field("discretionary_data", 21, 20),
        Field("company_id", 41, 10, _T, _M),
        Field("sec", 51, 3, _T, _M),
        Field("entry_description", 54, 10, _T, _M),
        Field("descriptive_date", 64, 6),
        Field("effective_date", 70, 6),
        Field("settlement_date", 76, 3),
        Field("originator_status", 79, 1, _T, _M),
        Field("odfi", 80, 8, _D, _M),
        Field("batch_number", 88, 7, _N, _M),
    ),
)

IAT_BATCH_HEADER: Final = Layout(
    "iat_batch_header",
    "Batch header of IAT",
    (
        _record_type("5"),
        Field("service_class", 2, 3, _D, _M),
        Field("iat_indicator", 5, 16),
        Field("exchange_indicator", 21, 2, _T, _M),
        Field("exchange_reference_indicator", 23, 1, _T, _M),
        Field("exchange_reference", 24, 15),
        Field("destination_country", 39, 2, _T, _M),
        Field("company_id", 41, 10, _T, _M),
        Field("sec", 51, 3, _T, _M),
        Field("entry_description", 54, 10, _T, _M),
        Field("originating_currency", 64, 3, _T, _M),
        Field("destination_currency", 67, 3, _T, _M),
        Field("effective_date", 70, 6),
        Field("settlement_date", 76, 3),
        Field("originator_status", 79, 1, _T, _M),
        Field("odfi", 80, 8, _D, _M),
        Field("batch_number", 88, 7, _N, _M),
    ),
)

ENTRY: Final = Layout(
    "entry",
    "Entry detail",
    (
        _record_type("6"),
        Field("transaction_code", 2, 2, _D, _M),
        Field("rdfi", 4, 8, _D, _M),
        Field("check_digit", 12, 1, _D, _M),
        Field("account_number", 13, 17, _T, _M),
        Field("amount_minor", 30, 10, _N, _M),
        Field("identification", 40, 15),
        Field("receiver", 55, 22),
        Field("discretionary_data", 77, 2),
        Field("addenda_indicator", 79, 1, _D, _M),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

IAT_ENTRY: Final = Layout(
    "iat_entry",
    "Entry detail of IAT",
    (
        _record_type("6"),
        Field("transaction_code", 2, 2, _D, _M),
        Field("rdfi", 4, 8, _D, _M),
        Field("check_digit", 12, 1, _D, _M),
        Field("addenda_count", 13, 4, _N, _M),
        Field("reserved", 17, 13, _T, _R),
        Field("amount_minor", 30, 10, _N, _M),
        Field("account_number", 40, 35, _T, _M),
        Field("reserved_2", 75, 2, _T, _R),
        Field("ofac_indicator", 77, 1),
        Field("secondary_ofac_indicator", 78, 1),
        Field("addenda_indicator", 79, 1, _D, _M),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

ADV_ENTRY: Final = Layout(
    "adv_entry",
    "Entry detail of ADV",
    (
        _record_type("6"),
        Field("transaction_code", 2, 2, _D, _M),
        Field("rdfi", 4, 8, _D, _M),
        Field("check_digit", 12, 1, _D, _M),
        Field("account_number", 13, 15, _T, _M),
        Field("amount_minor", 28, 12, _N, _M),
        Field("advice_routing_number", 40, 9, _D, _M),
        Field("file_identification", 49, 5),
        Field("operator_data", 54, 1),
        Field("receiver", 55, 22, _T, _M),
        Field("discretionary_data", 77, 2),
        Field("addenda_indicator", 79, 1, _D, _M),
        Field("operator_routing_number", 80, 8, _D, _M),
        Field("julian_day", 88, 3, _D, _M),
        Field("sequence_number", 91, 4, _N, _M),
    ),
)

ADDENDA_02: Final = Layout(
    "addenda_02",
    "Addenda 02: terminal of MTE, POS, SHR",
    (
        _record_type("7"),
        _addenda_type("02"),
        Field("reference_1", 4, 7),
        Field("reference_2", 11, 3),
        Field("terminal_id", 14, 6, _T, _M),
        Field("transaction_serial_number", 20, 6, _T, _M),
        Field("transaction_date", 26, 4, _D, _M),
        Field("authorization_code", 30, 6),
        Field("terminal_location", 36, 27, _T, _M),
        Field("terminal_city", 63, 15, _T, _M),
        Field("terminal_state", 78, 2, _T, _M),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

ADDENDA_05: Final = Layout(
    "addenda_05",
    "Addenda 05: payment related information",
    (
        _record_type("7"),
        _addenda_type("05"),
        Field("payment_information", 4, 80),
        Field("sequence_number", 84, 4, _N, _M),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_10: Final = Layout(
    "addenda_10",
    "Addenda 10: IAT, transaction and receiver",
    (
        _record_type("7"),
        _addenda_type("10"),
        Field("transaction_type", 4, 3, _T, _M),
        Field("foreign_amount", 7, 18, _N, _M),
        Field("foreign_trace_number", 25, 22),
        Field("receiver", 47, 35, _T, _M),
        Field("reserved", 82, 6, _T, _R),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_11: Final = Layout(
    "addenda_11",
    "Addenda 11: IAT, originator's name and street",
    (
        _record_type("7"),
        _addenda_type("11"),
        Field("originator_name", 4, 35, _T, _M),
        Field("originator_street", 39, 35, _T, _M),
        Field("reserved", 74, 14, _T, _R),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_12: Final = Layout(
    "addenda_12",
    "Addenda 12: IAT, originator's city and country",
    (
        _record_type("7"),
        _addenda_type("12"),
        Field("originator_city", 4, 35, _T, _M),
        Field("originator_country", 39, 35, _T, _M),
        Field("reserved", 74, 14, _T, _R),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_13: Final = Layout(
    "addenda_13",
    "Addenda 13: IAT, originating bank",
    (
        _record_type("7"),
        _addenda_type("13"),
        Field("bank_name", 4, 35, _T, _M),
        Field("bank_id_qualifier", 39, 2, _T, _M),
        Field("bank_id", 41, 34, _T, _M),
        Field("bank_country", 75, 3, _T, _M),
        Field("reserved", 78, 10, _T, _R),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_14: Final = Layout(
    "addenda_14",
    "Addenda 14: IAT, receiving bank",
    (
        _record_type("7"),
        _addenda_type("14"),
        Field("bank_name", 4, 35, _T, _M),
        Field("bank_id_qualifier", 39, 2, _T, _M),
        Field("bank_id", 41, 34, _T, _M),
        Field("bank_country", 75, 3, _T, _M),
        Field("reserved", 78, 10, _T, _R),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_15: Final = Layout(
    "addenda_15",
    "Addenda 15: IAT, receiver's identification and street",
    (
        _record_type("7"),
        _addenda_type("15"),
        Field("receiver_id", 4, 15),
        Field("receiver_street", 19, 35, _T, _M),
        Field("reserved", 54, 34, _T, _R),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_16: Final = Layout(
    "addenda_16",
    "Addenda 16: IAT, receiver's city and country",
    (
        _record_type("7"),
        _addenda_type("16"),
        Field("receiver_city", 4, 35, _T, _M),
        Field("receiver_country", 39, 35, _T, _M),
        Field("reserved", 74, 14, _T, _R),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_17: Final = Layout(
    "addenda_17",
    "Addenda 17: IAT, payment related information",
    (
        _record_type("7"),
        _addenda_type("17"),
        Field("payment_information", 4, 80),
        Field("sequence_number", 84, 4, _N, _M),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_18: Final = Layout(
    "addenda_18",
    "Addenda 18: IAT, foreign correspondent bank",
    (
        _record_type("7"),
        _addenda_type("18"),
        Field("bank_name", 4, 35, _T, _M),
        Field("bank_id_qualifier", 39, 2, _T, _M),
        Field("bank_id", 41, 34, _T, _M),
        Field("bank_country", 75, 3, _T, _M),
        Field("reserved", 78, 6, _T, _R),
        Field("sequence_number", 84, 4, _N, _M),
        Field("entry_sequence", 88, 7, _D, _M),
    ),
)

ADDENDA_98: Final = Layout(
    "addenda_98",
    "Addenda 98: notification of change",
    (
        _record_type("7"),
        _addenda_type("98"),
        Field("change_code", 4, 3, _T, _M),
        Field("original_trace_number", 7, 15, _D, _M),
        Field("reserved", 22, 6, _T, _R),
        Field("original_rdfi", 28, 8, _D, _M),
        Field("corrected_data", 36, 29, _T, _M),
        Field("reserved_2", 65, 15, _T, _R),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

ADDENDA_98_IAT: Final = Layout(
    "addenda_98_iat",
    "Addenda 98 of IAT: notification of change",
    (
        _record_type("7"),
        _addenda_type("98"),
        Field("change_code", 4, 3, _T, _M),
        Field("original_trace_number", 7, 15, _D, _M),
        Field("reserved", 22, 6, _T, _R),
        Field("original_rdfi", 28, 8, _D, _M),
        Field("corrected_data", 36, 35, _T, _M),
        Field("reserved_2", 71, 9, _T, _R),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

ADDENDA_98_REFUSED: Final = Layout(
    "addenda_98_refused",
    "Addenda 98: refused notification of change",
    (
        _record_type("7"),
        _addenda_type("98"),
        Field("refusal_code", 4, 3, _T, _M),
        Field("original_trace_number", 7, 15, _D, _M),
        Field("reserved", 22, 6, _T, _R),
        Field("original_rdfi", 28, 8, _D, _M),
        Field("corrected_data", 36, 29, _T, _M),
        Field("change_code", 65, 3, _T, _M),
        Field("trace_sequence", 68, 7, _D, _M),
        Field("reserved_2", 75, 5, _T, _R),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

ADDENDA_99: Final = Layout(
    "addenda_99",
    "Addenda 99: return",
    (
        _record_type("7"),
        _addenda_type("99"),
        Field("return_code", 4, 3, _T, _M),
        Field("original_trace_number", 7, 15, _D, _M),
        Field("date_of_death", 22, 6),
        Field("original_rdfi", 28, 8, _D, _M),
        Field("addenda_information", 36, 44),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

ADDENDA_99_IAT: Final = Layout(
    "addenda_99_iat",
    "Addenda 99 of IAT: return",
    (
        _record_type("7"),
        _addenda_type("99"),
        Field("return_code", 4, 3, _T, _M),
        Field("original_trace_number", 7, 15, _D, _M),
        Field("date_of_death", 22, 6),
        Field("original_rdfi", 28, 8, _D, _M),
        Field("original_amount_minor", 36, 10, _N, _M),
        Field("addenda_information", 46, 34),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

ADDENDA_99_DISHONORED: Final = Layout(
    "addenda_99_dishonored",
    "Addenda 99: dishonored return",
    (
        _record_type("7"),
        _addenda_type("99"),
        Field("return_code", 4, 3, _T, _M),
        Field("original_trace_number", 7, 15, _D, _M),
        Field("reserved", 22, 6, _T, _R),
        Field("original_rdfi", 28, 8, _D, _M),
        Field("reserved_2", 36, 3, _T, _R),
        Field("return_trace_number", 39, 15, _D, _M),
        Field("return_settlement_date", 54, 3, _D, _M),
        Field("return_reason", 57, 2, _D, _M),
        Field("addenda_information", 59, 21),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

ADDENDA_99_CONTESTED: Final = Layout(
    "addenda_99_contested",
    "Addenda 99: contested dishonored return",
    (
        _record_type("7"),
        _addenda_type("99"),
        Field("return_code", 4, 3, _T, _M),
        Field("original_trace_number", 7, 15, _D, _M),
        Field("date_returned", 22, 6),
        Field("original_rdfi", 28, 8, _D, _M),
        Field("original_settlement_date", 36, 3),
        Field("return_trace_number", 39, 15, _D, _M),
        Field("return_settlement_date", 54, 3, _D, _M),
        Field("return_reason", 57, 2, _D, _M),
        Field("dishonored_trace_number", 59, 15, _D, _M),
        Field("dishonored_settlement_date", 74, 3, _D, _M),
        Field("dishonored_reason", 77, 2, _D, _M),
        Field("reserved", 79, 1, _T, _R),
        Field("trace_number", 80, 15, _D, _M),
    ),
)

BATCH_CONTROL: Final = Layout(
    "batch_control",
    "Batch control",
    (
        _record_type("8"),
        Field("service_class", 2, 3, _D, _M),
        Field("entry_addenda_count", 5, 6, _N, _M),
        Field("entry_hash", 11, 10, _N, _M),
        Field("debit_minor", 21, 12, _N, _M),
        Field("credit_minor", 33, 12, _N, _M),
        Field("company_id", 45, 10),
        Field("authentication_code", 55, 19),
        Field("reserved", 74, 6, _T, _R),
        Field("odfi", 80, 8, _D, _M),
        Field("batch_number", 88, 7, _N, _M),
    ),
)

ADV_BATCH_CONTROL: Final = Layout(
    "adv_batch_control",
    "Batch control of ADV",
    (
        _record_type("8"),
        Field("service_class", 2, 3, _D, _M),
        Field("entry_addenda_count", 5, 6, _N, _M),
        Field("entry_hash", 11, 10, _N, _M),
        Field("debit_minor", 21, 20, _N, _M),
        Field("credit_minor", 41, 20, _N, _M),
        Field("operator_data", 61, 19),
        Field("odfi", 80, 8, _D, _M),
        Field("batch_number", 88, 7, _N, _M),
    ),
)

FILE_CONTROL: Final = Layout(
    "file_control",
    "File control",
    (
        _record_type("9"),
        Field("batch_count", 2, 6, _N, _M),
        Field("block_count", 8, 6, _N, _M),
        Field("entry_addenda_count", 14, 8, _N, _M),
        Field("entry_hash", 22, 10, _N, _M),
        Field("debit_minor", 32, 12, _N, _M),
        Field("credit_minor", 44, 12, _N, _M),
        Field("reserved", 56, 39, _T, _R),
    ),
)

ADV_FILE_CONTROL: Final = Layout(
    "adv_file_control",
    "File control of ADV",
    (
        _record_type("9"),
        Field("batch_count", 2, 6, _N, _M),
        Field("block_count", 8, 6, _N, _M),
        Field("entry_addenda_count", 14, 8, _N, _M),
        Field("entry_hash", 22, 10, _N, _M),
        Field("debit_minor", 32, 20, _N, _M),
        Field("credit_minor", 52, 20, _N, _M),
        Field("reserved", 72, 23, _T, _R),
    ),
)

LAYOUTS: Final = (
    FILE_HEADER,
    BATCH_HEADER,
    IAT_BATCH_HEADER,
    ENTRY,
    IAT_ENTRY,
    ADV_ENTRY,
    ADDENDA_02,
    ADDENDA_05,
    ADDENDA_10,
    ADDENDA_11,
    ADDENDA_12,
    ADDENDA_13,
    ADDENDA_14,
    ADDENDA_15,
    ADDENDA_16,
    ADDENDA_17,
    ADDENDA_18,
    ADDENDA_98,
    ADDENDA_98_IAT,
    ADDENDA_98_REFUSED,
    ADDENDA_99,
    ADDENDA_99_IAT,
    ADDENDA_99_DISHONORED,
    ADDENDA_99_CONTESTED,
    BATCH_CONTROL,
    ADV_BATCH_CONTROL,
    FILE_CONTROL,
    ADV_FILE_CONTROL,
)

_WITH_COUNT: Final = (
    Field("addenda_count", 55, 4, _N, _M),
    Field("receiving_company", 59, 16),
    Field("reserved", 75, 2, _T, _R),
)
_WITH_CHECK: Final = (
    Field("check_serial_number", 40, 15, _T, _M),
    Field("process_control", 55, 6, _T, _M),
    Field("item_research_number", 61, 16, _T, _M),
)
_DATA: Final = Field("discretionary_data", 77, 2)

SPECIAL_FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "ACK": (Field("original_trace_number", 40, 15, _D, _M), Field("receiving_company", 55, 22), _DATA),
    "ARC": (Field("check_serial_number", 40, 15, _T, _M), Field("receiver", 55, 22), _DATA),
    "ATX": (Field("original_trace_number", 40, 15, _D, _M), *_WITH_COUNT, _DATA),
    "BOC": (Field("check_serial_number", 40, 15, _T, _M), Field("receiver", 55, 22), _DATA),
    "CIE": (Field("individual_name", 40, 15, _T, _M), Field("individual_id", 55, 22), _DATA),
    "CTX": (Field("identification", 40, 15), *_WITH_COUNT, _DATA),
    "MTE": (Field("individual_name", 40, 22, _T, _M), Field("individual_id", 62, 15), _DATA),
    "POP": (
        Field("check_serial_number", 40, 9, _T, _M),
        Field("terminal_city", 49, 4, _T, _M),
        Field("terminal_state", 53, 2, _T, _M),
        Field("receiver", 55, 22),
        _DATA,
    ),
    "POS": (Field("individual_id", 40, 15), Field("receiver", 55, 22), Field("card_transaction_type", 77, 2, _D, _M)),
    "RCK": (Field("check_serial_number", 40, 15, _T, _M), Field("receiver", 55, 22, _T, _M), _DATA),
    "SHR": (
        Field("card_expiration", 40, 4, _D, _M),
        Field("document_reference", 44, 11, _D, _M),
        Field("card_account_number", 55, 22, _T, _M),
        Field("card_transaction_type", 77, 2, _D, _M),
    ),
    "TRC": (*_WITH_CHECK, Field("item_type", 77, 2)),
    "TRX": (Field("identification", 40, 15), *_WITH_COUNT, Field("item_type", 77, 2)),
    "XCK": (*_WITH_CHECK, _DATA),
}
"""Columns 40 to 78 of an entry by its SEC code, where they mean something else than identification, receiver, data."""

USUAL_FIELDS: Final = (Field("identification", 40, 15), Field("receiver", 55, 22, _T, _M), _DATA)
"""Columns 40 to 78 of an entry of every other SEC code."""
