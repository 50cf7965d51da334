import traceback

import pytest

from ops.local.engine.error_types import error_type_of


class LedgerBroken(Exception):
    """A fault with a name of ours."""


def log_of(fault: BaseException) -> str:
    return "a line of the handler\n" + "".join(traceback.format_exception(fault))


def raised(fault: Exception, *, during: Exception | None = None) -> BaseException:
    try:
        if during is not None:
            try:
                raise during
            except type(during):
                raise fault  # noqa: B904 - the chain is what is tested
        raise fault
    except type(fault) as caught:
        return caught


@pytest.mark.parametrize(
    ("fault", "name"),
    [
        (LedgerBroken("a: b"), "LedgerBroken"),
        (LedgerBroken(), "LedgerBroken"),
        (ValueError("two\nlines: here"), "ValueError"),
        (KeyError("x"), "KeyError"),
    ],
)
def test_the_class_is_found(fault: Exception, name: str) -> None:
    assert error_type_of(log_of(raised(fault))) == name


def test_of_a_chain_the_last_one_counts() -> None:
    assert error_type_of(log_of(raised(LedgerBroken("late"), during=ValueError("early")))) == "LedgerBroken"


def test_a_log_without_a_traceback_names_nothing() -> None:
    assert error_type_of("INFO: all is well") is None
