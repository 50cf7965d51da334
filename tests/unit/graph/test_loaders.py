"""What the rows of a page ask for is read once, when the first of them asks."""

from collections.abc import Mapping, Sequence

import pytest

from graph.loaders import AT_ONCE, Loader


class Shelf:
    """Knows the doubles of even numbers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.broken = False
        self.loader = Loader(self.read)

    def read(self, keys: Sequence[int]) -> Mapping[int, int]:
        self.asked.append(list(keys))
        if self.broken:
            raise ConnectionError
        return {key: 2 * key for key in keys if key % 2 == 0}


def test_what_is_expected_is_read_with_the_first_that_is_asked_for() -> None:
    shelf = Shelf()
    shelf.loader.expect([1, 2, 3])
    shelf.loader.expect([3, 4])
    assert shelf.asked == []
    assert [shelf.loader.get(key) for key in (4, 3, 2, 1, 4)] == [8, None, 4, None, 8]
    assert shelf.asked == [[1, 2, 3, 4]]


def test_what_stands_beside_is_read_with_it() -> None:
    shelf = Shelf()
    assert shelf.loader.get(2, beside=[2, 4]) == 4
    assert shelf.loader.get(4, beside=[2, 4, 6]) == 8
    assert shelf.loader.get(8, beside=[2, 4, 6]) == 16
    assert shelf.asked == [[2, 4], [8, 6]]


def test_what_is_known_is_not_read() -> None:
    shelf = Shelf()
    shelf.loader.expect([2])
    shelf.loader.know(2, 5)
    assert (shelf.loader.get(2), shelf.loader.get(4)) == (5, 8)
    assert shelf.asked == [[4]]


def test_what_is_not_there_is_asked_for_once() -> None:
    shelf = Shelf()
    assert shelf.loader.get(1) is shelf.loader.get(1) is None
    assert shelf.asked == [[1]]


def test_no_reading_is_longer_than_the_stores_take() -> None:
    shelf = Shelf()
    shelf.loader.expect(range(2 * AT_ONCE + 1))
    assert shelf.loader.get(2 * AT_ONCE) == 4 * AT_ONCE
    assert [len(keys) for keys in shelf.asked] == [AT_ONCE, AT_ONCE, 1]


def test_a_reading_that_failed_is_not_made_again_for_every_row() -> None:
    shelf = Shelf()
    shelf.loader.expect([2, 4, 6])
    shelf.broken = True
    with pytest.raises(ConnectionError):
        shelf.loader.get(2)
    shelf.broken = False
    assert shelf.loader.get(4) == 8
    assert shelf.asked == [[2, 4, 6], [4]]
