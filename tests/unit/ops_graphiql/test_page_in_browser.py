from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from ops.graphiql.build import build, default_out
from tests.unit.ops_graphiql.browser import (
    a_browser,
    chromium,
    expect_answer,
    keep_picture,
    opened,
    run_operation,
    write_operation,
)
from tests.unit.ops_graphiql.fake_bank import local_bank, running_fake_bank, write_users
from tests.unit.ops_graphiql.page_client import page_before

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.unit.ops_graphiql.page_client import Client

__all__ = ["a_browser"]


@pytest.fixture(scope="module")
def built() -> Path:
    chromium()  # Without a browser there is no need to build what it would show.
    return build(default_out(), print)


@pytest.fixture
def bank_page(tmp_path: Path, built: Path) -> Iterator[Client]:
    write_users(tmp_path)
    with running_fake_bank() as (fake, port), page_before(local_bank(tmp_path, port), built, fake) as client:
        yield client


def test_a_person_is_picked_and_their_operation_answered_without_leaving_the_machine(
    browser: Browser, bank_page: Client, tmp_path: Path
) -> None:
    with opened(browser, f"http://127.0.0.1:{bank_page.port}/") as (page, watched):
        page.get_by_label("User").select_option("wendy")
        expect(page.get_by_label("Region")).to_have_value("us-west-2")
        expect(page.locator(".florin-identity")).to_contain_text("Signed in as Wendy West · customer")
        expect(page.locator(".florin-identity")).to_contain_text(bank_page.bank.regions["us-west-2"].graphql)

        write_operation(page, "Mine", "{ viewer { person accounts { edges { node { ledgerBalance { amount } } } } } }")
        run_operation(page)

        expect_answer(page, '"person": "cus_wendy"')
        expect_answer(page, '"amount": "1234.56"')
        keep_picture(page, tmp_path)
    assert watched.complaints == []
    assert watched.requests
    assert watched.left_loopback() == []


def test_people_are_grouped_and_a_region_can_be_picked_apart_from_the_person(
    browser: Browser, bank_page: Client
) -> None:
    with opened(browser, f"http://localhost:{bank_page.port}/") as (page, watched):
        groups = page.get_by_label("User").locator("optgroup")
        expect(groups).to_have_count(2)
        assert [groups.nth(at).get_attribute("label") for at in range(2)] == ["Customers", "Staff"]
        expect(groups.nth(1).locator("option")).to_have_text(["Olga Ops (olga)"])

        page.get_by_label("Region").select_option("us-west-2")
        write_operation(page, "Mine", "{ viewer { person region } }")
        run_operation(page)

        expect_answer(page, '"person": "cus_alice"')
        expect_answer(page, '"region": "us-west-2"')
    assert watched.complaints == []


def test_an_example_opens_in_a_tab_of_its_own_filled_in_to_be_run(
    browser: Browser, bank_page: Client, tmp_path: Path
) -> None:
    with opened(browser, f"http://127.0.0.1:{bank_page.port}/") as (page, watched):
        tabs = page.get_by_role("tab")
        expect(tabs).to_have_count(1)
        page.get_by_role("button", name="Preview a transfer").click()
        expect(tabs).to_have_count(2)
        expect(tabs.nth(1)).to_contain_text("PreviewTransfer")
        expect(page.locator(".graphiql-query-editor")).to_contain_text("previewTransfer")
        run_operation(page)
        expect_answer(page, '"data"')
        keep_picture(page, tmp_path)
    sent = json.loads(bank_page.fake.operations[-1][2])["variables"]["input"]
    assert len(sent.pop("idempotencyKey")) == 36
    assert sent == {
        "sourceId": "acc_alice",
        "destination": {"bankAccount": {"routingNumber": "999999992", "accountNumber": "000000000006"}},
        "amount": {"amount": "12.50", "currency": "USD"},
        "memo": "Lunch",
    }
    assert watched.complaints == []
    assert watched.left_loopback() == []


def test_what_nothing_fits_stays_marked(browser: Browser, bank_page: Client) -> None:
    with opened(browser, f"http://127.0.0.1:{bank_page.port}/") as (page, _):
        page.get_by_label("User").select_option("olga")
        page.get_by_role("button", name="A customer's accounts").click()
        expect(page.locator("section[aria-label=Variables]")).to_contain_text("cus_alice")
        bank_page.fake.answer_status = 500
        page.get_by_role("button", name="Place a hold").click()
        expect(page.locator("section[aria-label=Variables]")).to_contain_text("<my account>".replace(" ", "\u00a0"))


def test_a_token_can_be_taken_along(browser: Browser, bank_page: Client) -> None:
    with opened(browser, f"http://127.0.0.1:{bank_page.port}/") as (page, _):
        page.get_by_label("User").select_option("wendy")
        page.get_by_role("button", name="Copy token").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("() => navigator.clipboard.readText()").endswith("-of-wendy")


def test_a_bank_that_refuses_the_sign_in_is_told_in_the_answer_pane(browser: Browser, bank_page: Client) -> None:
    bank_page.fake.sign_in_refused = True
    with opened(browser, f"http://127.0.0.1:{bank_page.port}/") as (page, _):
        write_operation(page, "Mine", "{ viewer { person } }")
        run_operation(page)
        expect_answer(page, "alice cannot sign in in us-east-1: NotAuthorizedException")


def test_a_bank_without_people_says_what_to_do(browser: Browser, bank_page: Client) -> None:
    bank_page.bank.users_file.unlink()
    with opened(browser, f"http://127.0.0.1:{bank_page.port}/") as (page, _):
        expect(page.get_by_text("run `./florin seed`")).to_be_visible()
