"""`florin webhook send` before anything is sent: what cannot be signed or addressed is said in a sentence."""

from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest
from typer.testing import CliRunner, Result

from ops.cli import app
from ops.commands import webhooks
from ops.commands.asking import BadInput
from ops.graphiql import upstream
from ops.graphiql.upstream import UpstreamAnswer
from ops.local.partners import PARTNERS_FILE, PartnerMissing

PARTNERS: Final = '{"us-east-1": {"sponsor": {"secret": "whsec_c2VjcmV0", "private_key": "whsk_a2V5"}}}'


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that are asked, of a bank that takes everything."""
    (tmp_path / PARTNERS_FILE).write_text(PARTNERS, encoding="utf-8")
    region = SimpleNamespace(webhooks="http://127.0.0.1:1/webhooks")
    bank = SimpleNamespace(folder=tmp_path, regions={"us-east-1": region})
    addresses: list[str] = []

    def forward(address: str, body: bytes, headers: dict[str, str]) -> UpstreamAnswer:
        addresses.append(address)
        return UpstreamAnswer(202, {}, body)

    monkeypatch.setattr(webhooks, "running_bank", lambda _folder: bank)
    monkeypatch.setattr(webhooks, "region_of", lambda _bank, _region: "us-east-1")
    monkeypatch.setattr(upstream, "forward", forward)
    return addresses


def sent(tmp_path: Path, body: str, *words: str) -> Result:
    file = tmp_path / "message.json"
    file.write_text(body, encoding="utf-8")
    return CliRunner().invoke(app, ["webhook", "send", str(file), "--partner", "sponsor", *words])


def test_a_message_goes_to_the_address_of_its_type(tmp_path: Path, asked: list[str]) -> None:
    assert sent(tmp_path, '{"type": "ach.file.acknowledged"}').exit_code == 0
    assert asked == ["http://127.0.0.1:1/webhooks/sponsor/ach.file.acknowledged"]


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\0b", "n\u00famero", "\u6f22"])
def test_an_id_that_no_header_holds_is_refused(tmp_path: Path, asked: list[str], name: str) -> None:
    refused = sent(tmp_path, '{"type": "ach.file.acknowledged"}', "--id", name).exception
    assert isinstance(refused, BadInput)
    assert asked == []


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"type": 1}', '{"type": ""}', "[" * 100_000])
def test_a_message_without_a_type_asks_for_the_kind(tmp_path: Path, asked: list[str], body: str) -> None:
    refused = sent(tmp_path, body).exception
    assert isinstance(refused, BadInput)
    assert "--kind" in str(refused)
    assert asked == []


def test_a_type_that_is_no_text_is_still_delivered_for_the_bank_to_refuse(tmp_path: Path, asked: list[str]) -> None:
    assert sent(tmp_path, '{"type": "\\ud800"}').exit_code == 0
    assert asked == ["http://127.0.0.1:1/webhooks/sponsor/%3F"]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, asked: list[str]) -> None:
    for file in (tmp_path / "none.json", tmp_path):
        words = ["webhook", "send", str(file), "--partner", "sponsor"]
        assert isinstance(CliRunner().invoke(app, words).exception, BadInput)
    assert asked == []


def test_an_unknown_partner_is_refused(tmp_path: Path, asked: list[str]) -> None:
    refused = sent(tmp_path, '{"type": "ach.file.acknowledged"}', "--partner", "nobody").exception
    assert isinstance(refused, PartnerMissing)
    assert asked == []
