"""What stands in a file, read: frozen values whose fields are those of `layouts`, in the same order.

Amounts are cents. Text has lost the blanks at its end and nothing else. Dates stay text (YYMMDD, MMDD, or a Julian
day of three digits): a year needs a century, which is the reader's business. What is printed of an entry for
debugging has no account number and no name in it.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from domain.rails.ach.nacha import layouts
from domain.rails.ach.nacha.fields import Layout
from domain.rails.ach.nacha.findings import Finding


@dataclass(frozen=True, slots=True)
class FileHeader:
    layout: ClassVar[Layout] = layouts.FILE_HEADER
    immediate_destination: str
    immediate_origin: str
    creation_date: str
    creation_time: str
    file_id_modifier: str
    destination_name: str = ""
    origin_name: str = ""
    reference_code: str = ""


@dataclass(frozen=True, slots=True)
class BatchHeader:
    layout: ClassVar[Layout] = layouts.BATCH_HEADER
    service_class: str
    company_name: str
    discretionary_data: str
    company_id: str
    sec: str
    entry_description: str
    descriptive_date: str
    effective_date: str
    settlement_date: str
    originator_status: str
    odfi: str
    batch_number: int


@dataclass(frozen=True, slots=True)
class IatBatchHeader:
    layout: ClassVar[Layout] = layouts.IAT_BATCH_HEADER
    service_class: str
    iat_indicator: str
    exchange_indicator: str
    exchange_reference_indicator: str
    exchange_reference: str
    destination_country: str
    company_id: str
    sec: str
    entry_description: str
    originating_currency: str
    destination_currency: str
    effective_date: str
    settlement_date: str
    originator_status: str
    odfi: str
    batch_number: int


AnyBatchHeader = BatchHeader | IatBatchHeader


@dataclass(frozen=True, slots=True, repr=False)
class Addenda02:
    layout: ClassVar[Layout] = layouts.ADDENDA_02
    reference_1: str
    reference_2: str
    terminal_id: str
    transaction_serial_number: str
    transaction_date: str
    authorization_code: str
    terminal_location: str
    terminal_city: str
    terminal_state: str
    trace_number: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda05:
    layout: ClassVar[Layout] = layouts.ADDENDA_05
    payment_information: str
    sequence_number: int
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda10:
    layout: ClassVar[Layout] = layouts.ADDENDA_10
    transaction_type: str
    foreign_amount: int
    foreign_trace_number: str
    receiver: str
    reserved: str
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda11:
    layout: ClassVar[Layout] = layouts.ADDENDA_11
    originator_name: str
    originator_street: str
    reserved: str
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda12:
    layout: ClassVar[Layout] = layouts.ADDENDA_12
    originator_city: str
    originator_country: str
    reserved: str
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda13:
    layout: ClassVar[Layout] = layouts.ADDENDA_13
    bank_name: str
    bank_id_qualifier: str
    bank_id: str
    bank_country: str
    reserved: str
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda14:
    layout: ClassVar[Layout] = layouts.ADDENDA_14
    bank_name: str
    bank_id_qualifier: str
    bank_id: str
    bank_country: str
    reserved: str
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda15:
    layout: ClassVar[Layout] = layouts.ADDENDA_15
    receiver_id: str
    receiver_street: str
    reserved: str
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda16:
    layout: ClassVar[Layout] = layouts.ADDENDA_16
    receiver_city: str
    receiver_country: str
    reserved: str
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda17:
    layout: ClassVar[Layout] = layouts.ADDENDA_17
    payment_information: str
    sequence_number: int
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda18:
    layout: ClassVar[Layout] = layouts.ADDENDA_18
    bank_name: str
    bank_id_qualifier: str
    bank_id: str
    bank_country: str
    reserved: str
    sequence_number: int
    entry_sequence: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda98:
    layout: ClassVar[Layout] = layouts.ADDENDA_98
    change_code: str
    original_trace_number: str
    reserved: str
    original_rdfi: str
    corrected_data: str
    reserved_2: str
    trace_number: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda98Iat:
    layout: ClassVar[Layout] = layouts.ADDENDA_98_IAT
    change_code: str
    original_trace_number: str
    reserved: str
    original_rdfi: str
    corrected_data: str
    reserved_2: str
    trace_number: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda98Refused:
    layout: ClassVar[Layout] = layouts.ADDENDA_98_REFUSED
    refusal_code: str
    original_trace_number: str
    reserved: str
    original_rdfi: str
    corrected_data: str
    change_code: str
    trace_sequence: str
    reserved_2: str
    trace_number: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda99:
    layout: ClassVar[Layout] = layouts.ADDENDA_99
    return_code: str
    original_trace_number: str
    date_of_death: str
    original_rdfi: str
    addenda_information: str
    trace_number: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda99Iat:
    layout: ClassVar[Layout] = layouts.ADDENDA_99_IAT
    return_code: str
    original_trace_number: str
    date_of_death: str
    original_rdfi: str
    original_amount_minor: int
    addenda_information: str
    trace_number: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda99Dishonored:
    layout: ClassVar[Layout] = layouts.ADDENDA_99_DISHONORED
    return_code: str
    original_trace_number: str
    reserved: str
    original_rdfi: str
    reserved_2: str
    return_trace_number: str
    return_settlement_date: str
    return_reason: str
    addenda_information: str
    trace_number: str


@dataclass(frozen=True, slots=True, repr=False)
class Addenda99Contested:
    layout: ClassVar[Layout] = layouts.ADDENDA_99_CONTESTED
    return_code: str
    original_trace_number: str
    date_returned: str
    original_rdfi: str
    original_settlement_date: str
    return_trace_number: str
    return_settlement_date: str
    return_reason: str
    dishonored_trace_number: str
    dishonored_settlement_date: str
    dishonored_reason: str
    reserved: str
    trace_number: str


AnyReturn = Addenda99 | Addenda99Iat | Addenda99Dishonored | Addenda99Contested
AnyChange = Addenda98 | Addenda98Iat | Addenda98Refused
IatAddenda = Addenda10 | Addenda11 | Addenda12 | Addenda13 | Addenda14 | Addenda15 | Addenda16 | Addenda17 | Addenda18
Addenda = Addenda02 | Addenda05 | IatAddenda | AnyReturn | AnyChange


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of every SEC code but IAT and ADV. `special_fields` reads columns 40 to 78 as its SEC code has them."""

    layout: ClassVar[Layout] = layouts.ENTRY
    transaction_code: str
    rdfi: str
    check_digit: str
    account_number: str = field(repr=False)
    amount_minor: int
    identification: str = field(repr=False)
    receiver: str = field(repr=False)
    discretionary_data: str
    addenda_indicator: str
    trace_number: str
    addenda: tuple[Addenda, ...] = ()
    line: int = field(default=0, compare=False)
    faults: tuple[Finding, ...] = field(default=(), compare=False)
    """What is wrong with this entry or its addenda, errors alone: its neighbours are not touched by it."""


@dataclass(frozen=True, slots=True)
class IatEntry:
    layout: ClassVar[Layout] = layouts.IAT_ENTRY
    transaction_code: str
    rdfi: str
    check_digit: str
    addenda_count: int
    reserved: str
    amount_minor: int
    account_number: str = field(repr=False)
    reserved_2: str
    ofac_indicator: str
    secondary_ofac_indicator: str
    addenda_indicator: str
    trace_number: str
    addenda: tuple[Addenda, ...] = ()
    line: int = field(default=0, compare=False)
    faults: tuple[Finding, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class AdvEntry:
    layout: ClassVar[Layout] = layouts.ADV_ENTRY
    transaction_code: str
    rdfi: str
    check_digit: str
    account_number: str = field(repr=False)
    amount_minor: int
    advice_routing_number: str
    file_identification: str
    operator_data: str
    receiver: str = field(repr=False)
    discretionary_data: str
    addenda_indicator: str
    operator_routing_number: str
    julian_day: str
    sequence_number: int
    addenda: tuple[Addenda, ...] = ()
    line: int = field(default=0, compare=False)
    faults: tuple[Finding, ...] = field(default=(), compare=False)

    @property
    def trace_number(self) -> str:
        """An advice has no trace number: operator, day and sequence stand in its columns."""
        return f"{self.operator_routing_number}{self.julian_day}{self.sequence_number:04d}"


AnyEntry = Entry | IatEntry | AdvEntry


@dataclass(frozen=True, slots=True)
class BatchControl:
    layout: ClassVar[Layout] = layouts.BATCH_CONTROL
    service_class: str
    entry_addenda_count: int
    entry_hash: int
    debit_minor: int
    credit_minor: int
    company_id: str
    authentication_code: str
    reserved: str
    odfi: str
    batch_number: int


@dataclass(frozen=True, slots=True)
class AdvBatchControl:
    layout: ClassVar[Layout] = layouts.ADV_BATCH_CONTROL
    service_class: str
    entry_addenda_count: int
    entry_hash: int
    debit_minor: int
    credit_minor: int
    operator_data: str
    odfi: str
    batch_number: int


AnyBatchControl = BatchControl | AdvBatchControl


@dataclass(frozen=True, slots=True)
class FileControl:
    layout: ClassVar[Layout] = layouts.FILE_CONTROL
    batch_count: int
    block_count: int
    entry_addenda_count: int
    entry_hash: int
    debit_minor: int
    credit_minor: int
    reserved: str = ""


@dataclass(frozen=True, slots=True)
class AdvFileControl:
    layout: ClassVar[Layout] = layouts.ADV_FILE_CONTROL
    batch_count: int
    block_count: int
    entry_addenda_count: int
    entry_hash: int
    debit_minor: int
    credit_minor: int
    reserved: str = ""


AnyFileControl = FileControl | AdvFileControl
Record = FileHeader | AnyBatchHeader | AnyEntry | AnyBatchControl | AnyFileControl


@dataclass(frozen=True, slots=True)
class Batch:
    header: AnyBatchHeader
    entries: tuple[AnyEntry, ...]
    control: AnyBatchControl | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A whole file in memory; for what is known to be small."""

    header: FileHeader | None
    batches: tuple[Batch, ...]
    control: AnyFileControl | None = None


def special_fields(sec: str, entry: Entry) -> dict[str, str]:
    """Columns 40 to 78 as the SEC code names them, blanks at the end removed."""
    columns = f"{entry.identification:15}{entry.receiver:22}{entry.discretionary_data:2}"
    return {
        part.name: columns[part.start - 40 : part.end - 39].rstrip()
        for part in layouts.SPECIAL_FIELDS.get(sec, layouts.USUAL_FIELDS)
    }
