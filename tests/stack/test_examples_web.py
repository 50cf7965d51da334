"""The example app in front of the deployed bank, in a real browser: what a person sees, and what the bank booked."""

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from ops.graphiql.users import load_users
from ops.local.bank import LocalBank
from tests.stack.conftest import Ask
from tests.unit.examples_web.app import build, served
from tests.unit.ops_graphiql.browser import Watched, a_browser, chromium, opened

__all__ = ["a_browser"]

PAYER: Final = "tidewater"
PAYEE: Final = "orchard"
"""Two whom no other test uses: the tests here open many accounts."""
FILL: Final = "100.00"
TABS_MAX: Final = 40
NARROW: Final = 390
NEWS_MILLISECONDS: Final = 30_000
SEEDED_ENTRIES_MIN: Final = 50

ACCOUNTS: Final = """{ viewer { accounts(first: 100) { edges { node {
    id number routingNumber currency product relation
    ledgerBalance { minorUnits } heldBalance { minorUnits } availableBalance { minorUnits } } } } } }"""
OPEN: Final = """mutation O($input: OpenAccountInput!) { openAccount(input: $input) {
    ... on OpenAccountSuccess { account { id number routingNumber } } ... on Refusal { code } } }"""
TRANSFER: Final = """mutation T($input: TransferInput!) { transfer(input: $input) {
    __typename ... on Refusal { code } } }"""
HOLD: Final = (
    """mutation H($input: PlaceHoldInput!) { placeHold(input: $input) { __typename ... on Refusal { code } } }"""
)
ENTRIES: Final = """query E($id: ID!) { account(id: $id) { ... on Account {
    entries(first: 100) { edges { node { amount { minorUnits } } } } } } }"""
ORDERS: Final = """query R($id: ID!) { account(id: $id) { ... on Account {
    transferOrders(first: 10) { edges { node { status amount { minorUnits } schedule { rhythm } } } } } } }"""


Visit = Callable[[str], AbstractContextManager[tuple[Page, Watched]]]
"""Opens the app in a browser that was never there, at a place within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: str
    number: str
    routing_number: str


@pytest.fixture(scope="module")
def app(bank: LocalBank, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the built app."""
    chromium()  # Without a browser there is no need to build what it would show.
    folder = tmp_path_factory.mktemp("web")
    build(folder / "dist")
    secret = load_users(bank.users_file)[0].password.encode()
    assert not [path for path in (folder / "dist").rglob("*") if path.is_file() and secret in path.read_bytes()]
    with served(folder / "dist", bank.folder, folder / "server.log") as address:
        yield address


@pytest.fixture
def visit(browser: Browser, app: str) -> Visit:
    return lambda place: opened(browser, f"{app}{place}")


@pytest.fixture
def password(bank: LocalBank) -> str:
    return load_users(bank.users_file)[0].password


@pytest.fixture
def page(visit: Visit, password: str) -> Iterator[Page]:
    """The app, with the payer signed in. Whatever a test does, it stays on this machine and complains of nothing."""
    with visit("") as (opened_page, watched):
        sign_in(opened_page, PAYER, password)
        expect(opened_page.get_by_role("heading", name="Accounts")).to_be_visible()
        yield opened_page
    assert unexpected(watched) == []
    assert watched.requests
    assert watched.left_loopback() == []


def unexpected(watched: Watched) -> list[str]:
    """A browser tells of each request that a test broke off, and of each that the bank turned away."""
    foreseen = ("net::ERR_FAILED", "400 (Bad Request)", "401 (Unauthorized)")
    return [text for text in watched.complaints if not any(part in text for part in foreseen)]


def sign_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def account(ask: Ask) -> Account:
    """A new account of the payer with a hundred dollars in it."""
    return filled(ask, PAYER, FILL)


@pytest.fixture
def receiver(ask: Ask) -> Account:
    return opened_account(ask, PAYEE)


def filled(ask: Ask, user: str, amount: str) -> Account:
    made = opened_account(ask, user)
    transferred(ask, user, richest(ask, user), made, amount)
    return made


def opened_account(ask: Ask, user: str) -> Account:
    wish = {"idempotencyKey": uuid.uuid4().hex, "product": "CHECKING", "currency": "USD"}
    made = ask(user, OPEN, {"input": wish})["data"]["openAccount"]["account"]
    return Account(id=made["id"], number=made["number"], routing_number=made["routingNumber"])


def richest(ask: Ask, user: str) -> str:
    nodes = [edge["node"] for edge in ask(user, ACCOUNTS)["data"]["viewer"]["accounts"]["edges"]]
    own = [node for node in nodes if (node["relation"], node["currency"]) == ("OWNER", "USD")]
    found: str = max(own, key=lambda node: int(node["availableBalance"]["minorUnits"]))["id"]
    return found


def transferred(ask: Ask, user: str, source: str, to: Account, amount: str) -> None:
    wish = {
        "idempotencyKey": uuid.uuid4().hex,
        "sourceId": source,
        "destination": {"bankAccount": {"routingNumber": to.routing_number, "accountNumber": to.number}},
        "amount": {"amount": amount, "currency": "USD"},
    }
    assert ask(user, TRANSFER, {"input": wish})["data"]["transfer"]["__typename"] == "TransferSuccess"


def booked(ask: Ask, account: Account, user: str = PAYER) -> list[int]:
    """What left or came to an account, newest first; the entry that opened it moved nothing."""
    edges = ask(user, ENTRIES, {"id": account.id})["data"]["account"]["entries"]["edges"]
    amounts = [int(edge["node"]["amount"]["minorUnits"]) for edge in edges]
    return [amount for amount in amounts if amount]


def shown(page: Page, name: str) -> Locator:
    return page.get_by_test_id(name)


def begin_transfer(page: Page, account: Account, to: Account, amount: str) -> None:
    page.goto(f"{page.url.partition('#')[0]}#/transfer/{account.id}")
    page.reload()  # The account is newer than what the page has read.
    expect(page.get_by_label("From")).to_have_value(account.id)
    page.get_by_label("Routing number").fill(to.routing_number)
    page.get_by_label("Account number").fill(to.number)
    page.get_by_label("Amount").fill(amount)
    page.get_by_label("Message").fill("Lunch")


def review(page: Page) -> None:
    page.get_by_role("button", name="Review").click()
    expect(page.get_by_role("heading", name="Check your transfer")).to_be_visible()


def send(page: Page) -> Locator:
    return page.get_by_role("button", name="Send $")


def operation(route: Route) -> tuple[str, dict[str, Any]]:
    """The name of what was asked, and its variables."""
    sent = json.loads(route.request.post_data or "{}")
    found = re.search(r"(?:query|mutation) (\w+)", sent.get("query", ""))
    return (found[1] if found else ""), sent.get("variables", {})


@contextmanager
def between(page: Page, name: str, treat: Callable[[Route], None]) -> Iterator[list[dict[str, Any]]]:
    """Stands between the app and the bank for the operations of this name; yields the variables of each so far."""
    heard: list[dict[str, Any]] = []

    def handle(route: Route) -> None:
        asked, variables = operation(route)
        if asked != name:
            return route.fallback()
        heard.append(variables)
        return treat(route)

    page.route("**/graphql/*", handle)
    try:
        yield heard
    finally:
        page.unroute("**/graphql/*", handle)


def keys(heard: list[dict[str, Any]]) -> list[str]:
    return [variables["input"]["idempotencyKey"] for variables in heard]


class TestSigningIn:
    def test_a_wrong_password_gets_a_sentence_and_the_right_one_the_accounts(
        self, visit: Visit, password: str, ask: Ask
    ) -> None:
        account = filled(ask, PAYER, FILL)
        wish = {"idempotencyKey": uuid.uuid4().hex, "accountId": account.id}
        held = ask(PAYER, HOLD, {"input": {**wish, "amount": {"amount": "5.25", "currency": "USD"}}})
        assert held["data"]["placeHold"]["__typename"] == "PlaceHoldSuccess"
        with visit("") as (page, watched):
            sign_in(page, PAYER, "not-the-password")
            expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
            sign_in(page, PAYER, password)
            card = page.get_by_role("listitem").filter(has_text=account.number[:4]).filter(has_text=account.number[8:])
            expect(card.get_by_test_id("available")).to_have_text("$94.75")
            expect(card.get_by_test_id("ledger")).to_have_text("$100.00")
            expect(card.get_by_test_id("held")).to_have_text("$5.25")
        assert unexpected(watched) == []
        assert watched.left_loopback() == []

    def test_a_token_that_the_bank_no_longer_takes_is_renewed_without_a_word(self, page: Page) -> None:
        spoil(page, "accessToken")
        page.reload()
        expect(page.get_by_role("heading", name="Accounts")).to_be_visible()
        expect(shown(page, "available").first).to_be_visible()

    def test_a_session_that_ended_leads_back_to_where_one_was(self, visit: Visit, password: str) -> None:
        with visit("#/scheduled") as (page, _):
            sign_in(page, PAYER, password)
            expect(page.get_by_role("heading", name="Scheduled transfers")).to_be_visible()
            spoil(page, "accessToken", "refreshToken")
            page.reload()
            expect(page.get_by_role("alert")).to_contain_text("Your session has ended.")
            sign_in(page, PAYER, password)
            expect(page.get_by_role("heading", name="Scheduled transfers")).to_be_visible()

    def test_a_bank_that_does_not_answer_is_told_and_asked_again(self, page: Page) -> None:
        with between(page, "Accounts", lambda route: route.abort()):
            page.reload()
            expect(page.get_by_role("alert")).to_contain_text("We could not load your accounts.")
        page.get_by_role("button", name="Try again").click()
        expect(shown(page, "available").first).to_be_visible()


def spoil(page: Page, *tokens: str) -> None:
    """Put tokens in their place that nobody gave out."""
    page.evaluate(
        """names => {
            const session = JSON.parse(sessionStorage.getItem("florin:session"));
            for (const name of names) session[name] = "made.up.token";
            sessionStorage.setItem("florin:session", JSON.stringify(session));
        }""",
        list(tokens),
    )


class TestATransfer:
    def test_is_reviewed_made_and_on_the_statement(
        self, page: Page, ask: Ask, account: Account, receiver: Account, tmp_path: Path
    ) -> None:
        begin_transfer(page, account, receiver, "12.5")
        review(page)
        expect(shown(page, "after")).to_have_text("$87.50")
        assert booked(ask, account) == [10_000]
        page.screenshot(path=tmp_path / "review.png")
        send(page).click()
        made = page.get_by_role("status").filter(has_text=f"$12.50 went from Checking ••{account.number[-4:]}")
        expect(made).to_contain_text("$87.50 is available now.")
        page.get_by_role("link", name="See the statement").click()
        newest = page.locator("tr.entry").first
        expect(newest).to_contain_text("-$12.50")
        expect(newest).to_contain_text("$87.50")
        assert booked(ask, account) == [-1_250, 10_000]
        assert booked(ask, receiver, PAYEE) == [1_250]

    def test_without_the_money_gets_its_sentence_and_moves_nothing(
        self, page: Page, ask: Ask, account: Account, receiver: Account
    ) -> None:
        begin_transfer(page, account, receiver, "100.01")
        page.get_by_role("button", name="Review").click()
        expect(page.get_by_role("alert")).to_have_text("There is not enough money available on this account.")
        expect(page.get_by_label("Amount")).to_have_value("100.01")
        assert booked(ask, account) == [10_000]

    def test_refused_between_review_and_sending_takes_a_new_key_for_the_next_try(
        self, page: Page, ask: Ask, account: Account, receiver: Account
    ) -> None:
        begin_transfer(page, account, receiver, "60")
        with between(page, "Transfer", lambda route: route.fallback()) as heard:
            review(page)
            transferred(ask, PAYER, account.id, receiver, "50.00")
            send(page).click()
            expect(page.get_by_role("alert")).to_have_text("There is not enough money available on this account.")
            page.get_by_label("Amount").fill("50")
            review(page)
            send(page).click()
            expect(page.get_by_role("heading", name="Transfer made")).to_be_visible()
        assert len(set(keys(heard))) == 2
        assert booked(ask, account) == [-5_000, -5_000, 10_000]

    def test_faults_stand_beside_their_fields(self, page: Page, account: Account, receiver: Account) -> None:
        begin_transfer(page, account, receiver, "1.234")
        page.get_by_label("Routing number").fill("123")
        page.get_by_role("button", name="Review").click()
        expect(page.get_by_label("Amount")).to_have_accessible_description("At most 2 digits after the point.")
        expect(page.get_by_label("Routing number")).to_have_accessible_description("A routing number has nine digits.")
        page.get_by_label("Amount").fill("1.23")
        page.get_by_label("Routing number").fill("123456789")
        page.get_by_role("button", name="Review").click()  # The bank finds that its check digit is wrong.
        expect(page.get_by_label("Routing number")).to_have_attribute("aria-invalid", "true")

    def test_clicked_twice_posts_one_journal(self, page: Page, ask: Ask, account: Account, receiver: Account) -> None:
        begin_transfer(page, account, receiver, "1")
        review(page)
        with between(page, "Transfer", lambda route: route.fallback()) as heard:
            send(page).dblclick()
            expect(page.get_by_role("heading", name="Transfer made")).to_be_visible()
        assert len(heard) == 1
        assert booked(ask, account) == [-100, 10_000]

    def test_whose_answer_is_lost_is_looked_up_and_made_once(
        self, page: Page, ask: Ask, account: Account, receiver: Account
    ) -> None:
        def lose(route: Route) -> None:
            assert "TransferSuccess" in route.fetch().text()
            route.abort()

        begin_transfer(page, account, receiver, "2")
        review(page)
        with between(page, "Transfer", lose) as heard:
            send(page).click()
            expect(page.get_by_text("we asked again: it was made once.")).to_be_visible()
        assert len(heard) == 1
        assert booked(ask, account) == [-200, 10_000]

    def test_that_never_arrived_is_sent_again_with_its_key(
        self, page: Page, ask: Ask, account: Account, receiver: Account
    ) -> None:
        begin_transfer(page, account, receiver, "3")
        review(page)
        with between(page, "Transfer", lambda route: route.abort() if len(heard) == 1 else route.fallback()) as heard:
            send(page).click()
            expect(page.get_by_text("we asked again: it was made once.")).to_be_visible()
        assert len(heard) == 2
        assert len(set(keys(heard))) == 1
        assert booked(ask, account) == [-300, 10_000]

    def test_of_unknown_outcome_is_found_out_after_a_reload(
        self, page: Page, ask: Ask, account: Account, receiver: Account, tmp_path: Path
    ) -> None:
        def lose(route: Route) -> None:
            route.fetch()
            route.abort()

        begin_transfer(page, account, receiver, "4")
        review(page)
        with between(page, "Transfer", lose) as heard, between(page, "TransferOutcome", lambda route: route.abort()):
            send(page).click()
            expect(page.get_by_role("heading", name="Was it made?")).to_be_visible()
            expect(page.get_by_role("button", name="Find out")).to_be_enabled()
            page.screenshot(path=tmp_path / "unknown.png")
            page.goto(f"{page.url.partition('#')[0]}#/")
            expect(page.get_by_text("We do not know yet whether your transfer of $4.00")).to_be_visible()
        assert len(set(keys(heard))) == 1
        page.reload()
        page.get_by_role("link", name="Find out").click()
        expect(page.get_by_role("heading", name="Transfer made")).to_be_visible()
        assert booked(ask, account) == [-400, 10_000]
        page.get_by_role("link", name="Accounts").click()
        expect(page.get_by_text("We do not know yet")).to_have_count(0)

    def test_that_never_left_is_found_unmade_and_may_be_left(
        self, page: Page, ask: Ask, account: Account, receiver: Account
    ) -> None:
        begin_transfer(page, account, receiver, "5")
        review(page)
        with between(page, "Transfer", lambda route: route.abort()):
            send(page).click()
            expect(page.get_by_text("The bank has not received this transfer")).to_be_visible()
        page.get_by_role("button", name="Leave it").click()
        expect(page.get_by_role("button", name="Review")).to_be_visible()
        assert booked(ask, account) == [10_000]

    def test_is_made_with_the_keyboard_alone(
        self, visit: Visit, password: str, ask: Ask, account: Account, receiver: Account
    ) -> None:
        with visit("") as (page, watched):
            expect(page.get_by_label("User name")).to_be_visible()
            typed(page, page.get_by_label("User name"), PAYER)
            typed(page, page.get_by_label("Password"), password)
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", name="Accounts")).to_be_focused()
            tab_to(page, page.get_by_role("link", name=f"Transfer from Checking ••{account.number[-4:]}"))
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", name="Transfer")).to_be_focused()
            typed(page, page.get_by_label("Routing number"), receiver.routing_number)
            typed(page, page.get_by_label("Account number"), receiver.number)
            typed(page, page.get_by_label("Amount"), "6")
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", name="Check your transfer")).to_be_focused()
            tab_to(page, send(page))
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", name="Transfer made")).to_be_focused()
        assert watched.complaints == []
        assert booked(ask, account) == [-600, 10_000]


def typed(page: Page, control: Locator, text: str) -> None:
    tab_to(page, control)
    page.keyboard.type(text)


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the control has the focus; then its focus can be seen, too."""
    for _ in range(TABS_MAX):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
            return
    pytest.fail(f"{wanted} is not reached in {TABS_MAX} steps")


class TestTheStatement:
    def test_shows_a_transfer_made_elsewhere_and_its_balance(self, page: Page, ask: Ask, account: Account) -> None:
        page.goto(f"{page.url.partition('#')[0]}#/accounts/{account.id}")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        expect(shown(page, "available")).to_have_text("$100.00")
        transferred(ask, PAYEE, richest(ask, PAYEE), account, "7.77")
        newest = page.locator("tr.entry").first
        expect(newest).to_contain_text("+$7.77", timeout=NEWS_MILLISECONDS)
        expect(shown(page, "available")).to_have_text("$107.77")
        expect(page.get_by_role("status").filter(has_text="New: Transfer, +$7.77")).to_have_count(1)

    def test_says_when_it_is_not_live_and_catches_up_when_it_is_again(
        self, page: Page, ask: Ask, account: Account, receiver: Account
    ) -> None:
        page.goto(f"{page.url.partition('#')[0]}#/accounts/{account.id}")
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        with between(page, "Changes", lambda route: route.abort()):
            expect(page.get_by_text("Not live")).to_be_visible(timeout=NEWS_MILLISECONDS)
            transferred(ask, PAYER, account.id, receiver, "1.00")
            transferred(ask, PAYER, account.id, receiver, "2.00")
        expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=NEWS_MILLISECONDS)
        expect(shown(page, "available")).to_have_text("$97.00")
        assert sequences(page) == list(range(len(sequences(page)), 0, -1))

    def test_loads_older_pages_down_to_the_first_entry(self, page: Page, ask: Ask) -> None:
        page.goto(f"{page.url.partition('#')[0]}#/accounts/{longest(ask)}")
        more = page.get_by_role("button", name="Load more")
        expect(more).to_be_visible()
        deadline = time.monotonic() + 60
        while more.is_visible() and time.monotonic() < deadline:
            before = len(sequences(page))
            more.click()
            expect(page.locator("tr.entry")).not_to_have_count(before)
        found = sequences(page)
        assert len(found) >= SEEDED_ENTRIES_MIN
        assert found == list(range(len(found), 0, -1))

    def test_of_somebody_elses_account_is_not_there(self, page: Page, receiver: Account) -> None:
        page.goto(f"{page.url.partition('#')[0]}#/accounts/{receiver.id}")
        expect(page.get_by_role("alert")).to_contain_text("There is no such account")


def sequences(page: Page) -> list[int]:
    rows = page.locator("tr.entry").evaluate_all("rows => rows.map(row => Number(row.dataset.sequence))")
    return [int(sequence) for sequence in rows]


def longest(ask: Ask) -> str:
    """The payer's seeded account with the most history."""
    edges = ask(PAYER, ACCOUNTS)["data"]["viewer"]["accounts"]["edges"]
    ids = [edge["node"]["id"] for edge in edges if edge["node"]["relation"] == "OWNER"]
    found: str = max(ids, key=lambda id_: len(ask(PAYER, ENTRIES, {"id": id_})["data"]["account"]["entries"]["edges"]))
    return found


class TestAScheduledTransfer:
    def test_is_ordered_listed_and_cancelled(
        self, page: Page, ask: Ask, account: Account, receiver: Account, tmp_path: Path
    ) -> None:
        page.goto(f"{page.url.partition('#')[0]}#/scheduled")
        page.reload()
        page.get_by_label("From", exact=True).select_option(account.id)
        page.get_by_label("Routing number").fill(receiver.routing_number)
        page.get_by_label("Account number").fill(receiver.number)
        page.get_by_label("Amount").fill("8")
        page.get_by_label("How often").select_option("MONTHLY")
        with between(page, "ScheduleTransfer", lose_first()) as heard:
            page.get_by_role("button", name="Schedule", exact=True).dblclick()
            expect(page.get_by_role("status").filter(has_text="$8.00")).to_contain_text("is scheduled")
        assert len(heard) == 2
        assert len(set(keys(heard))) == 1
        assert ordered(ask, account) == [("ACTIVE", "800", "MONTHLY")]

        orders = page.get_by_role("region", name=f"From Checking ••{account.number[-4:]}")
        expect(orders).to_contain_text("Every month, from")
        page.screenshot(path=tmp_path / "scheduled.png", full_page=True)
        orders.get_by_role("button", name="Cancel $8.00").click()
        orders.get_by_role("button", name="Yes, cancel it").click()
        expect(orders.get_by_role("status")).to_have_text("This order is cancelled.")
        expect(orders.get_by_role("button")).to_have_count(0)
        assert ordered(ask, account) == [("CANCELLED", "800", "MONTHLY")]


def lose_first() -> Callable[[Route], None]:
    """Lets the first request reach the bank and loses its answer."""
    lost: list[str] = []

    def treat(route: Route) -> None:
        if lost:
            return route.fallback()
        lost.append(route.fetch().text())
        return route.abort()

    return treat


def ordered(ask: Ask, account: Account) -> list[tuple[str, str, str]]:
    edges = ask(PAYER, ORDERS, {"id": account.id})["data"]["account"]["transferOrders"]["edges"]
    nodes = [edge["node"] for edge in edges]
    return [(node["status"], node["amount"]["minorUnits"], node["schedule"]["rhythm"]) for node in nodes]


def test_every_screen_fits_a_telephone(page: Page, account: Account, tmp_path: Path) -> None:
    page.set_viewport_size({"width": NARROW, "height": 844})
    for screen, heading in (
        ("", "Accounts"),
        (f"accounts/{account.id}", f"Checking ••{account.number[-4:]}"),
        ("transfer", "Transfer"),
        ("scheduled", "Scheduled transfers"),
    ):
        page.goto(f"{page.url.partition('#')[0]}#/{screen}")
        expect(page.get_by_role("heading", name=heading, level=1, exact=True)).to_be_visible()
        expect(page.locator(".loading")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
        page.screenshot(path=tmp_path / f"{heading.split(maxsplit=1)[0]}.png", full_page=True)
