"""The GraphiQL page of the deployed bank, as a person uses it: pick who you are, open an example, run it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.commands.people import find_user
from ops.local.bank import LocalBank
from tests.unit.ops_graphiql.browser import Watched, a_browser, expect_answer, keep_picture, opened, run_operation

__all__ = ["a_browser"]


@pytest.fixture
def graphiql(browser: Browser, bank: LocalBank) -> Iterator[tuple[Page, Watched]]:
    """The page in a browser. Whatever a test does there, it complains of nothing and stays on this machine."""
    with opened(browser, bank.graphiql) as (page, watched):
        yield page, watched
    assert watched.complaints == []
    assert watched.requests
    assert watched.left_loopback() == []


def open_example(page: Page, title: str, operation: str) -> None:
    page.get_by_role("button", name=title).click()
    expect(page.get_by_role("tab", selected=True)).to_contain_text(operation)


@pytest.mark.parametrize(("name", "region"), [("ada", "us-east-1"), ("lena", "us-west-2")])
def test_a_customer_sees_their_accounts_in_their_home_region(
    bank: LocalBank, graphiql: tuple[Page, Watched], name: str, region: str
) -> None:
    page, _ = graphiql
    page.get_by_label("User").select_option(name)
    expect(page.locator(".florin-identity")).to_contain_text(bank.regions[region].graphql)
    open_example(page, "My accounts", "MyAccounts")
    run_operation(page)
    expect_answer(page, f'"person": "{find_user(bank, name).person}"')
    expect_answer(page, f'"region": "{region}"')
    expect_answer(page, '"availableBalance"')


def test_an_example_transfer_posts_at_first_try_and_is_replayed_at_the_second(
    graphiql: tuple[Page, Watched], tmp_path: Path
) -> None:
    page, _ = graphiql
    page.get_by_label("User").select_option("elif")
    open_example(page, "Make a transfer", "Transfer")
    run_operation(page)
    expect_answer(page, '"TransferSuccess"')
    expect_answer(page, '"replayed": false')
    run_operation(page)
    expect_answer(page, '"replayed": true')
    keep_picture(page, tmp_path)


@pytest.mark.parametrize(
    ("title", "operation", "answer"),
    [
        ("A page of entries", "Entries", '"sequence"'),
        ("Preview a transfer", "PreviewTransfer", '"PreviewTransferSuccess"'),
        ("Place a hold", "PlaceHold", '"PlaceHoldSuccess"'),
        ("A journal Every side", "Journal", '"JournalPostedStatusInfo"'),
        ("Order a transfer for each month", "ScheduleTransfer", '"ScheduleTransferSuccess"'),
        ("Open an account", "OpenAccount", '"OpenAccountSuccess"'),
    ],
)
def test_every_other_example_of_a_customer_runs_as_it_opens(
    graphiql: tuple[Page, Watched], title: str, operation: str, answer: str
) -> None:
    page, _ = graphiql
    page.get_by_label("User").select_option("dev")
    open_example(page, title, operation)
    run_operation(page)
    expect_answer(page, answer)


def test_staff_see_a_customer_and_their_accounts(graphiql: tuple[Page, Watched]) -> None:
    page, _ = graphiql
    page.get_by_label("User").select_option("olivia")
    open_example(page, "A customer's accounts (staff)", "CustomerAccounts")
    run_operation(page)
    expect_answer(page, '"ledgerBalance"')
    open_example(page, "A customer (staff) Personal", "Customer")
    run_operation(page)
    expect_answer(page, '"kind": "PERSON"')
