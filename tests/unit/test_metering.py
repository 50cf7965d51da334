"""One meter grows with every request; what lies between two readings is what was used in between."""

from concurrent.futures import ThreadPoolExecutor

from domain.metering import Meter, Used


def test_what_lies_between_two_readings_was_used_in_between() -> None:
    meter = Meter()
    meter.note(Used(1, write_units=6, index_units=1))
    before = meter.used
    meter.note(Used(1, read_halves=2))
    meter.note(Used(1, read_halves=1))
    assert meter.used - before == Used(2, read_halves=3)
    assert meter.used == Used(3, 6, 1, 3)


def test_read_units_are_whole_or_end_in_a_half() -> None:
    assert [Used(read_halves=halves).read_units for halves in (0, 1, 2, 5)] == [0, 0.5, 1, 2.5]


def test_nothing_is_lost_when_many_note_at_once() -> None:
    meter = Meter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(meter.note, [Used(1, 1, 1, 1)] * 4_000))
    assert meter.used == Used(4_000, 4_000, 4_000, 4_000)
