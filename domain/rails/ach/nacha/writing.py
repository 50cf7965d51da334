"""Records into lines. What was read and written again is what was read: only the number of blocks and the filler are
counted anew."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from domain.rails.ach.nacha.fields import RECORD_LENGTH
from domain.rails.ach.nacha.profiles import DEFAULT, Profile
from domain.rails.ach.nacha.reading import Reading
from domain.rails.ach.nacha.records import (
    Addenda05,
    AdvFileControl,
    AnyEntry,
    Entry,
    File,
    FileControl,
    Record,
)
from domain.rails.ach.nacha.totals import blocks_of, filler_of

FILLER_LINE = "9" * RECORD_LENGTH


def lines_of(record: Record) -> Iterator[str]:
    """A record's line, and those of its addenda."""
    if isinstance(record, Entry):
        yield _entry_line(record)
    else:
        yield record.layout.write(record)
    if isinstance(record, AnyEntry):
        for one in record.addenda:
            yield _addenda_05_line(one) if isinstance(one, Addenda05) else one.layout.write(one)


def write(records: Iterable[Record]) -> Iterator[str]:
    """The lines of a file, without line ends: the records, the number of blocks set right, and filler."""
    count = 0
    for record in records:
        if isinstance(record, FileControl | AdvFileControl):
            count += 1
            yield from lines_of(replace(record, block_count=blocks_of(count)))
        else:
            for line in lines_of(record):
                count += 1
                yield line
    for _ in range(filler_of(count)):
        yield FILLER_LINE


def records_of(file: File) -> Iterator[Record]:
    """What stands in a file, in its order."""
    if file.header is not None:
        yield file.header
    for batch in file.batches:
        yield batch.header
        yield from batch.entries
        if batch.control is not None:
            yield batch.control
    if file.control is not None:
        yield file.control


def normalised(chunks: Iterable[bytes], profile: Profile = DEFAULT) -> Iterator[bytes]:
    """The bytes of a file as they should have come. The file has been read before, and is valid and whole."""
    for line in write(Reading(chunks, profile)):
        yield f"{line}\n".encode("latin-1")


def _entry_line(entry: Entry) -> str:
    return (
        f"6{entry.transaction_code:2}{entry.rdfi:8}{entry.check_digit:1}{entry.account_number:17}"
        f"{entry.amount_minor:010d}{entry.identification:15}{entry.receiver:22}{entry.discretionary_data:2}"
        f"{entry.addenda_indicator:1}{entry.trace_number:15}"
    )


def _addenda_05_line(one: Addenda05) -> str:
    return f"705{one.payment_information:80}{one.sequence_number:04d}{one.entry_sequence:7}"
