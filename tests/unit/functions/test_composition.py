"""One place puts the bank together: every part from settings alone, and once."""

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest

from domain.clock import SystemClock
from functions import composition
from functions.composition import Bank, build
from functions.configuration import Configuration, ConfigurationFaulty, read
from tests.unit.functions.region import REGION, SETTINGS, session
from tests.unit.infra.templates import ROOT

ASKS_AWS = {"cursor_secret"}
"""The one part that is not only put together but read."""


def made(settings: Configuration | None = None) -> Bank:
    return build(settings or read(SETTINGS), clock=SystemClock(), randomness=random.Random(1), session=session())


@pytest.fixture(name="offline")
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a part asks the network while it is put together")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


PARTS = [
    name
    for name, member in vars(Bank).items()
    if isinstance(member, cached_property | property) and not name.startswith("_") and name not in ASKS_AWS
]


class TestParts:
    def test_they_are_many(self) -> None:
        assert {"ledger", "outbox", "folder", "batched_credits", "hold_expiry", "ledger_news", "transfers"} < set(PARTS)
        assert {"partners", "quarantine", "payments", "ach", "ach_steps", "incoming", "return_rates"} < set(PARTS)

    @pytest.mark.parametrize("name", PARTS)
    def test_each_is_put_together_from_settings_alone_and_once(self, offline: None, name: str) -> None:
        bank = made()
        part = getattr(bank, name)

        assert part is not None
        assert getattr(bank, name) is part

    def test_parts_share_the_parts_they_stand_on(self, offline: None) -> None:
        bank = made()
        assert bank.orders is bank.transfers.orders
        assert bank.accounts._ledger is bank.ledger
        assert bank.batched_credits._folder is bank.folder
        assert bank.outbox._marks is bank.hold_expiry._marks is bank.batched_credits._marks is bank.marks
        assert bank.ach.steps is bank.ach_steps
        assert bank.responses._outgoing is bank.ach.outgoing

    def test_each_keeps_to_its_own_table(self, offline: None) -> None:
        bank = made()
        assert bank.ledger_store._table == SETTINGS["FLORIN_LEDGER_TABLE"]
        assert bank.marks._table == SETTINGS["FLORIN_PUBLISHED_TABLE"]
        assert _table_of(bank.accounts) == SETTINGS["FLORIN_ACCOUNTS_TABLE"]
        assert _table_of(bank.customers) == SETTINGS["FLORIN_CUSTOMERS_TABLE"]
        assert _table_of(bank.audit) == SETTINGS["FLORIN_AUDIT_TABLE"]
        assert _table_of(bank.notices) == SETTINGS["FLORIN_NOTICES_TABLE"]
        assert _table_of(bank.counterparties) == SETTINGS["FLORIN_COUNTERPARTIES_TABLE"]
        assert _table_of(bank.transfers.orders) == SETTINGS["FLORIN_TRANSFERS_TABLE"]
        assert _table_of(bank.approvals) == SETTINGS["FLORIN_CASES_TABLE"]
        assert _table_of(bank.cases) == SETTINGS["FLORIN_CASES_TABLE"]
        assert _table_of(bank.partners) == SETTINGS["FLORIN_PARTNERS_TABLE"]
        assert _table_of(bank.payments) == SETTINGS["FLORIN_PAYMENTS_TABLE"]
        assert bank.ach_store._table.name == bank.incoming_store._table.name == SETTINGS["FLORIN_ACH_TABLE"]
        assert bank.feature_store._table.name == SETTINGS["FLORIN_FEATURES_TABLE"]
        assert bank.feature_updates._store is bank.history_bundles._store is bank.feature_store

    def test_features_are_read_where_a_payment_waits_for_them_and_not_for_long(self, offline: None) -> None:
        bank = made()
        reader = bank.feature_reader("florin-fraud-us-east-1")
        assert reader._features.name == SETTINGS["FLORIN_FEATURES_TABLE"]
        assert reader._fraud.name == "florin-fraud-us-east-1"
        assert reader._features._connection is reader._fraud._connection is not bank._connection

    def test_documents_are_read_with_a_client_that_gives_up_soon_and_put_with_one_that_does_not(
        self, offline: None
    ) -> None:
        bank = made()
        clients: list[Any] = [bank.artefacts._reading(), bank.artefacts._client()]
        reading, patient = (client.meta.config for client in clients)
        assert (reading.connect_timeout, reading.read_timeout) == (0.5, 1)
        assert reading.retries["total_max_attempts"] == 1
        assert (patient.connect_timeout, patient.read_timeout) == (1, 5)
        assert patient.retries["total_max_attempts"] == 3
        assert bank.client("s3", inline=True) is bank.artefacts._reading() is not bank.client("s3")

    def test_the_judge_tells_of_fallbacks_and_of_shadows(self, offline: None) -> None:
        bank = made()
        assert bank.transfers._judging._fraud is bank.fraud is bank.ach_steps._judge
        assert bank.fraud._fell_back.__name__ == "_fell_back"
        assert bank.fraud._shadow_unread.__name__ == "_shadow_unread"

    def test_the_ledger_is_set_as_the_stack_says(self) -> None:
        settings = made().settings
        assert (settings.region, settings.jurisdiction.code) == (REGION, "us")
        assert settings.close_after == timedelta(seconds=15)
        assert settings.signature_bound == timedelta(seconds=5)

    def test_where_it_is_and_where_the_others_answer(self) -> None:
        assert made().region == REGION
        assert made().addresses["us-west-2"] == "http://west/graphql"

    def test_an_endpoint_given_is_the_one_that_every_client_speaks_to(
        self, offline: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        settings, here = read(SETTINGS), "http://127.0.0.1:1"
        bank = build(settings, clock=SystemClock(), randomness=random.Random(1), session=session(), endpoint=here)

        for client in (bank.client("events"), bank.ledger_store.connection.client, bank._connection.client):
            assert client.meta.endpoint_url == here


def _table_of(service: Any) -> str:
    name: str = service._store._table.name
    return name


class TestWorker:
    @pytest.fixture(autouse=True)
    def _fresh(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr(os, "environ", dict(SETTINGS))
        composition.bank.cache_clear()
        yield
        composition.bank.cache_clear()

    def test_it_reads_its_environment_at_the_first_call_and_once(self) -> None:
        first = composition.bank()
        os.environ.clear()

        assert composition.bank() is first
        assert first.configuration == read(SETTINGS)

    def test_a_setting_that_is_missing_stops_it_by_name(self) -> None:
        del os.environ["FLORIN_BUS"]

        with pytest.raises(ConfigurationFaulty, match="FLORIN_BUS"):
            composition.bank()


def test_no_handler_reads_the_environment_or_speaks_to_anybody_when_it_is_imported() -> None:
    modules = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))
    script = "import socket\n" + "def no(*_): raise SystemExit('network')\n" + "socket.socket.connect = no\n"
    script += "".join(f"import functions.{name}.handler\n" for name in modules)

    done = subprocess.run([sys.executable, "-c", script], env={}, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
