"""What can be wrong with a file: every code with its meaning, what was found, and how much of it is kept.

A finding is an error unless the partner's profile tolerates it, or it is a remark: something that the rules ask for
and operators do not refuse. A message never repeats an account number, a name or another text of the file.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from domain.rails.ach.nacha.profiles import Profile

FINDINGS_KEPT_MAX: Final = 1_000
"""Of errors, and of warnings. A person mends a file long before the thousandth; the others are counted."""

ERRORS_MAX: Final = 200_000
"""A file with more is no file of entries: twice as many as the largest that is expected has entries. Reading stops."""

CODES: Final[dict[str, str]] = {
    # form of the file
    "FILE_EMPTY": "The file has no record.",
    "FILE_TOO_LARGE": "The file is longer than is read; what follows was not looked at.",
    "FILE_GIVEN_UP": "The file has too many errors, or too many blank lines in a row, to read on.",
    "LINE_ENDS": "Lines end in CR or CR LF instead of LF.",
    "LINE_ENDS_MISSING": "Records stand one after the other without line ends.",
    "LINE_SHORT": "The line has fewer than 94 columns; blanks were added.",
    "LINE_PADDED": "The line has blanks past column 94.",
    "LINE_LONG": "The line has something other than blanks past column 94.",
    "LINE_BLANK": "There are blank lines before a record.",
    "LINE_BLANK_AT_END": "There are blank lines after the last record.",
    "FILLER": "The last block is not filled to ten records with lines of 9s, or has too many.",
    # form of a record
    "RECORD_TYPE": "The first column is not a type of record.",
    "RECORD_ORDER": "The record may not stand here.",
    "ADDENDA_TYPE": "The type of addenda does not exist.",
    "CHARACTER": "A byte is not printable ASCII.",
    "CHARACTER_LATIN_1": "Bytes of a text are letters of Latin-1 beyond ASCII, and no other byte of it is odd.",
    "FIELD_CONSTANT": "A field that always holds the same holds something else.",
    "FIELD_NOT_NUMERIC": "A field of digits holds something else.",
    "FIELD_MISSING": "A mandatory field is blank.",
    "FIELD_RESERVED": "A reserved field holds something.",
    "FIELD_RESERVED_ZEROS": "A reserved field is filled with zeros instead of blanks; it is kept as it is.",
    "FIELD_VALUE": "A field holds none of the values it may hold.",
    "DATE": "A date or a time does not exist.",
    "DATE_INFORMATION": "A date that only informs does not exist.",
    # file
    "FILE_HEADER_MISSING": "The file does not begin with its header.",
    "FILE_CONTROL_MISSING": "The file does not end with its control record.",
    "FILE_WITHOUT_BATCHES": "The file has no batch.",
    "FILE_MIXED_WITH_ADV": "Batches of ADV stand in a file of their own.",
    "FILE_ID_MODIFIER": "The file ID modifier is not one of A to Z, 0 to 9.",
    "DESTINATION": "The immediate destination is not a routing number.",
    "ORIGIN": "The immediate origin has the form of a routing number and a wrong check digit.",
    "BATCH_COUNT": "The file control counts other batches than there are.",
    "BLOCK_COUNT": "The file control counts other blocks than there are.",
    "FILE_ENTRY_COUNT": "The file control counts other entries and addenda than there are.",
    "FILE_HASH": "The entry hash of the file control is not that of the entries.",
    "FILE_DEBIT": "The total debit of the file control is not that of the entries.",
    "FILE_CREDIT": "The total credit of the file control is not that of the entries.",
    # batch
    "BATCH_CONTROL_MISSING": "The batch does not end with its control record.",
    "BATCH_EMPTY": "The batch has no entry.",
    "BATCH_NUMBER_ORDER": "Batch numbers do not ascend within the file.",
    "SEC_UNKNOWN": "The standard entry class code does not exist.",
    "SERVICE_CLASS": "The service class does not exist, or not for this batch.",
    "SERVICE_CLASS_DIRECTION": "The service class does not allow this direction.",
    "ENTRY_DESCRIPTION": "The SEC code asks for another entry description.",
    "ORIGINATOR_STATUS": "The originator status code does not exist.",
    "CONTROL_SERVICE_CLASS": "Service class of batch header and control differ.",
    "CONTROL_COMPANY_ID": "Company identification of batch header and control differ.",
    "CONTROL_COMPANY_ID_BLANK": "The batch control of IAT does not repeat the company identification.",
    "CONTROL_ODFI": "ODFI of batch header and control differ.",
    "CONTROL_BATCH_NUMBER": "Batch number of header and control differ.",
    "BATCH_ENTRY_COUNT": "The batch control counts other entries and addenda than there are.",
    "BATCH_HASH": "The entry hash of the batch control is not that of the entries.",
    "BATCH_DEBIT": "The total debit of the batch control is not that of the entries.",
    "BATCH_CREDIT": "The total credit of the batch control is not that of the entries.",
    "TOTAL_OVERFLOW": "A total needs more digits than its field has.",
    # entry
    "TRANSACTION_CODE": "The transaction code does not exist.",
    "TRANSACTION_CODE_SEC": "The SEC code does not allow this transaction code.",
    "TRANSACTION_CODE_RETURN": "A return or notification of change carries the code of a forward entry.",
    "CHECK_DIGIT": "The check digit of the routing number is wrong.",
    "AMOUNT_ZERO": "An entry that moves money has the amount zero.",
    "AMOUNT_NOT_ZERO": "An entry that moves no money has an amount.",
    "AMOUNT_CHANGE": "A notification of change of IAT repeats the amount of its entry.",
    "AMOUNT_LIMIT": "The amount is over the limit of the SEC code.",
    "TRACE_ODFI": "The trace number does not begin with the ODFI of the batch.",
    "TRACE_ORDER": "Trace numbers do not ascend within the batch.",
    "TRACE_DUPLICATE": "The trace number stands twice in the batch.",
    "TRACE_RETURN": "Addenda of a return or a notification of change carry another trace number than their entry.",
    "ADDENDA_INDICATOR": "The addenda record indicator does not say what follows.",
    "ADDENDA_MISSING": "The entry lacks addenda that it must have.",
    "ADDENDA_NOT_ALLOWED": "The entry has addenda that it may not have.",
    "ADDENDA_REPEATED": "The answer to an entry of CTX, ATX or TRX repeats its addenda 05.",
    "ADDENDA_TOO_MANY": "The entry has more addenda than it may have.",
    "ADDENDA_COUNT": "The entry counts other addenda than it has.",
    "ADDENDA_COUNT_MANDATORY": "An IAT entry counts its seven mandatory addenda alone.",
    "ADDENDA_SEQUENCE": "Addenda sequence numbers are not 1, 2, 3.",
    "ADDENDA_ORDER": "Addenda of IAT do not stand in the order of their types, or answers not in that of their steps.",
    "ADDENDA_ENTRY": "The addenda name another entry than the one they follow.",
    "ADDENDA_HISTORY": "The entry carries the addenda of earlier steps of its return.",
    "RETURN_CODE": "The return reason code does not exist, or is not one of this step.",
    "CHANGE_CODE": "The change code does not exist.",
    "DATE_OF_DEATH": "A return for a death does not say when.",
}
"""The code of a finding, and what it means."""

REMARKS: Final = frozenset(
    (
        "AMOUNT_CHANGE",
        "ADDENDA_COUNT_MANDATORY",
        "ADDENDA_HISTORY",
        "CONTROL_COMPANY_ID_BLANK",
        "DATE_INFORMATION",
        "DATE_OF_DEATH",
        "ORIGIN",
        "TRACE_RETURN",
        "TRANSACTION_CODE_RETURN",
    )
)
"""Warnings whatever the profile: files in use have them, operators take them, and no meaning depends on them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong. `line` counts records from 1, `column` from 1; 0 is the whole file or the whole record."""

    line: int
    column: int
    field: str
    code: str
    message: str
    tolerance: str | None = None
    """The tolerance of the profile that forgave it."""


@dataclass(slots=True)
class Findings:
    """Errors and warnings as they are found: the first of them kept, all of them counted."""

    profile: Profile
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    errors_count: int = 0
    file_errors: list[Finding] = field(default_factory=list)
    """Errors of the file: of no entry alone."""
    file_errors_count: int = 0
    warnings_count: int = 0
    forgiven: Counter[str] = field(default_factory=Counter)
    """How often each tolerance was used."""

    def add(self, line: int, column: int, name: str, code: str, message: str, *, of_entry: bool = False) -> Finding:
        """`of_entry`: it is wrong with one entry or its addenda, and with nothing around them."""
        tolerance = self.profile.tolerance_of(code)
        found = Finding(line, column, name, code, message, tolerance)
        if tolerance is None and code not in REMARKS:
            self.errors_count += 1
            if self.errors_count <= FINDINGS_KEPT_MAX:
                self.errors.append(found)
            if not of_entry:
                self.file_errors_count += 1
                if self.file_errors_count <= FINDINGS_KEPT_MAX:
                    self.file_errors.append(found)
            return found
        if tolerance is not None:
            self.forgiven[tolerance] += 1
        self.warnings_count += 1
        if self.warnings_count <= FINDINGS_KEPT_MAX:
            self.warnings.append(found)
        return found

    def is_error(self, found: Finding) -> bool:
        return found.tolerance is None and found.code not in REMARKS
