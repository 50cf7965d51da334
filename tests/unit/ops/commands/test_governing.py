"""What who trains models brings to a bank: registered, recorded, signed and kept by the bank's own services."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from domain.access.model import Group
from domain.fraud import trees
from domain.fraud.bounds_aws import KmsBoundsKey
from domain.fraud.documents import canonical, sha256_of
from domain.fraud.forms import DocumentForms
from domain.fraud.kinds import Decision, Scope
from domain.fraud.refusals import FraudGateClosed
from domain.fraud.registry_model import ArtefactKind, Backtest, Version
from domain.fraud.thresholds import bounds_as_plain
from functions import composition
from ops.cli import app
from ops.commands import governing, people
from ops.commands.governing import GovernanceRefused
from ops.commands.refusals import REFUSALS
from ops.fraud.records import RecordRefused, better, written
from ops.graphiql.tokens import TokenRefused
from tests.unit.fraud.governance import ANALYST, BOUNDS, LEAD, Desk, folds, passed
from tests.unit.functions.drifted import MODEL
from tests.unit.functions.region import SETTINGS, session

LINEAGE = {
    "scope": "CARD",
    "code_version": "abc123",
    "data_from": "2018-07-26",
    "data_until": "2018-09-23",
    "data_sha256": "d" * 64,
    "parameters": {"library": "lightgbm"},
    "metrics": {"average_precision": 745_703},
}
TRAINED = {**MODEL, "lineage": LINEAGE}
PEOPLE = {
    "farah": SimpleNamespace(person=ANALYST.person, groups=(Group.FRAUD_ANALYST.value,)),
    "felix": SimpleNamespace(person=LEAD.person, groups=(Group.FRAUD_LEAD.value,)),
    "otto": SimpleNamespace(person="stf_otto", groups=(Group.OPERATIONS.value,)),
}
Called = Callable[..., Result]


@pytest.fixture
def desk() -> Desk:
    found = Desk()
    found.registry._forms = DocumentForms(trees.parsed)
    return found


@pytest.fixture
def bank(desk: Desk) -> SimpleNamespace:
    signer = SimpleNamespace(sign=lambda **asked: {"Signature": desk.bounds_key.sign(asked["Message"])})
    return SimpleNamespace(
        registry=desk.registry,
        registry_store=desk.store,
        clock=desk.clock,
        configuration=SimpleNamespace(fraud_bounds_key_arn=desk.bounds_key.key),
        client=lambda _: signer,
    )


@pytest.fixture
def called(bank: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Called:
    """As on a local bank that runs."""

    def find(_: object, name: str) -> Any:
        if name not in PEOPLE:
            raise TokenRefused("USER_UNKNOWN", f"there is no user {name!r}")
        return PEOPLE[name]

    monkeypatch.setattr(governing, "running_bank", lambda _: None)
    monkeypatch.setattr(governing, "region_of", lambda _, region: region or "us-east-1")
    monkeypatch.setattr(governing, "_local", lambda *_: bank)
    monkeypatch.setattr(people, "find_user", find)
    return lambda *words: CliRunner().invoke(app, ["fraud", *map(str, words)])


def refusal(answer: Result) -> str:
    assert isinstance(answer.exception, REFUSALS), answer.output
    return str(answer.exception)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "card-model.json"
    path.write_bytes(canonical(TRAINED))
    return path


def recorded(tmp_path: Path, found: Backtest) -> Path:
    path = tmp_path / "backtest.json"
    path.write_bytes(written(found))
    return path


def committed(desk: Desk) -> Version:
    return desk.committed(document=TRAINED)


class TestRegister:
    def test_a_trained_model_is_the_next_version_committed_with_its_lineage(
        self, called: Called, desk: Desk, model: Path
    ) -> None:
        answer = called("register", "--model", model, "--note", "more history", "--user", "farah")

        assert answer.exit_code == 0, answer.output
        version = passed(desk.registry.version(LEAD, "card/model/1"))
        assert version.sha256 == sha256_of(model.read_bytes())
        assert (version.author, version.lineage.note) == (ANALYST.person, "more history")
        assert version.lineage.metrics == {"average_precision": 745_703}
        assert version.committed_at is not None
        assert desk.used() is None

    def test_said_again_it_finds_it(self, called: Called, desk: Desk, model: Path) -> None:
        for _ in range(2):
            assert "card/model/1" in called("register", "--model", model, "--note", "more", "--user", "farah").output
        assert len(passed(desk.registry.versions(LEAD, Scope.CARD, ArtefactKind.MODEL)).versions) == 1

    @pytest.mark.parametrize(
        ("document", "said"),
        [
            ({"format": "florin-trees/1"}, "does not say where it comes from"),
            ({**TRAINED, "lineage": {**LINEAGE, "scope": "CHEQUE"}}, "its lineage names no scope"),
            ({**TRAINED, "lineage": {**LINEAGE, "data_from": "soon"}}, "does not say where it comes from"),
            ({**TRAINED, "base": "none"}, "INPUT_INVALID: document.base"),
            ([], "does not say where it comes from"),
        ],
    )
    def test_what_is_no_trained_model_is_not_taken(
        self, called: Called, tmp_path: Path, desk: Desk, document: object, said: str
    ) -> None:
        path = tmp_path / "model.json"
        path.write_bytes(canonical(document))
        assert said in refusal(called("register", "--model", path, "--note", "more", "--user", "farah"))
        assert passed(desk.registry.versions(LEAD, Scope.CARD, ArtefactKind.MODEL)).versions == ()


class TestRecord:
    def test_a_backtest_is_kept_with_its_version_and_by_whoever_brings_it(
        self, called: Called, desk: Desk, model: Path, tmp_path: Path
    ) -> None:
        called("register", "--model", model, "--note", "more history", "--user", "farah")
        version = passed(desk.registry.version(LEAD, "card/model/1"))
        found = desk.backtest(version, by="")
        answer = called("record", "--backtest", recorded(tmp_path, found), "--version", version.id, "--user", "farah")

        assert answer.exit_code == 0, answer.output
        assert "better by more than its own spread" in answer.output
        assert "a promotion lacks SHADOW_RUN, SHADOW_DECISIONS, SHADOW_RECENT, APPROVAL" in answer.output
        assert passed(desk.registry.version(LEAD, version.id)).backtest == desk.backtest(version, by=ANALYST.person)

    def test_the_gate_asks_the_same_of_what_was_recorded_so(
        self, called: Called, desk: Desk, model: Path, tmp_path: Path
    ) -> None:
        called("register", "--model", model, "--note", "more history", "--user", "farah")
        version = passed(desk.registry.version(LEAD, "card/model/1"))
        worse = desk.backtest(version, folds=folds((600_000, 610_000, 620_000, 640_000), champion=None))
        assert not better(worse)
        called("record", "--backtest", recorded(tmp_path, worse), "--version", version.id, "--user", "farah")
        desk.shadowed(version)

        answer = desk.registry.request_promotion(ANALYST, version.id, reason="it is better", key="k")

        assert isinstance(answer, FraudGateClosed)
        assert answer.missing == "BACKTEST_BETTER"
        assert desk.used() is None

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"format": "florin.backtest/2"}, "format is not 'florin.backtest/1'"),
            ({"folds": []}, "folds has 0 parts"),
            (
                {"folds": [{"start": "soon", "challenger": 1, "champion": None, "forest": 1}]},
                "folds[0].start is no day",
            ),
            (
                {"folds": [{"start": "2026-08-01", "challenger": 1_000_001, "champion": None, "forest": 1}]},
                "folds[0].challenger is no integer from 0 to 1000000",
            ),
            ({"measured_at": "now"}, "measured_at is no moment"),
            ({"by": "stf_felix"}, "has 'by', which is not known here"),
        ],
    )
    def test_what_is_no_record_is_not_taken(
        self, called: Called, desk: Desk, tmp_path: Path, change: dict[str, object], said: str
    ) -> None:
        version = committed(desk)
        path = recorded(tmp_path, desk.backtest(version))
        path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}))
        answer = called("record", "--backtest", path, "--version", version.id, "--user", "farah")
        assert isinstance(answer.exception, RecordRefused)
        assert said in str(answer.exception)

    def test_who_is_no_fraud_staff_records_nothing(self, called: Called, desk: Desk, tmp_path: Path) -> None:
        version = committed(desk)
        path = recorded(tmp_path, desk.backtest(version))
        for user, said in (("otto", "NOT_ALLOWED"), ("nobody", "there is no user 'nobody'")):
            assert said in refusal(called("record", "--backtest", path, "--version", version.id, "--user", user))
        assert passed(desk.registry.version(LEAD, version.id)).backtest is None

    def test_it_is_of_a_version_that_there_is(self, called: Called, desk: Desk, tmp_path: Path) -> None:
        path = recorded(tmp_path, desk.backtest(committed(desk)))
        assert "NOT_FOUND" in refusal(
            called("record", "--backtest", path, "--version", "card/model/9", "--user", "farah")
        )


class TestBounds:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "bounds.json"
        path.write_bytes(canonical(bounds_as_plain(BOUNDS)))
        return path

    def test_they_are_signed_and_kept_and_each_has_the_next_number(
        self, called: Called, desk: Desk, file: Path
    ) -> None:
        assert "bounds 1 of CARD" in called("bounds", "--bounds", file, "--user", "felix").output
        assert desk.registry.bounds(Scope.CARD) == BOUNDS
        assert "bounds 2 of CARD" in called("bounds", "--bounds", file, "--user", "felix").output
        assert desk.registry.bounds(Scope.ACH) is None

    def test_an_older_number_does_not_come_back(self, called: Called, file: Path) -> None:
        called("bounds", "--bounds", file, "--user", "felix", "--number", "5")
        answer = called("bounds", "--bounds", file, "--user", "felix", "--number", "4")
        assert "BOUNDS_NOT_TRUSTED" in refusal(answer)

    def test_an_analyst_has_none_kept(self, called: Called, desk: Desk, file: Path) -> None:
        assert "NOT_ALLOWED" in refusal(called("bounds", "--bounds", file, "--user", "farah"))
        assert desk.registry.bounds(Scope.CARD) is None

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{", "is no JSON"),
            (json.dumps({"format": "x"}), "has no 'scores'"),
            (json.dumps({**json.loads(json.dumps(bounds_as_plain(BOUNDS))), "format": "x"}), "florin.threshold-bounds"),
        ],
    )
    def test_what_bounds_nothing_is_not_signed(self, called: Called, file: Path, text: str, said: str) -> None:
        file.write_text(text)
        assert said in refusal(called("bounds", "--bounds", file, "--user", "felix"))

    def test_there_is_no_such_scope(self, called: Called, file: Path) -> None:
        assert "there is no scope 'CHEQUE'" in refusal(
            called("bounds", "--bounds", file, "--user", "felix", "--scope", "CHEQUE")
        )

    def test_a_file_that_is_not_there(self, called: Called, tmp_path: Path) -> None:
        assert "cannot be read" in refusal(called("bounds", "--bounds", tmp_path / "none", "--user", "felix"))

    def test_somebody_answers_for_it(self, called: Called, file: Path) -> None:
        assert "name them by --user" in refusal(called("bounds", "--bounds", file))

    class TestWithKms:
        @pytest.fixture
        def kms(self, bank: SimpleNamespace, desk: Desk) -> Iterator[Any]:
            with mock_aws():
                client = session().client("kms")
                key = client.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["Arn"]
                bank.configuration.fraud_bounds_key_arn = key
                bank.client = lambda _: client
                desk.registry._evidence._bounds_key = KmsBoundsKey(client=lambda: client, key_arn=key)
                yield client

        def test_the_key_that_signs_is_the_one_that_is_verified(
            self, called: Called, kms: Any, desk: Desk, file: Path
        ) -> None:
            assert called("bounds", "--bounds", file, "--user", "felix").exit_code == 0
            found = desk.registry.bounds(Scope.CARD)
            assert found is not None
            assert found.scores[Decision.REVIEW].most == 0.7

        def test_who_may_not_sign_is_told_so(
            self, called: Called, kms: Any, bank: SimpleNamespace, desk: Desk, file: Path
        ) -> None:
            bank.configuration.fraud_bounds_key_arn = "arn:aws:kms:us-east-1:123456789012:key/none"
            assert "the bounds are not signed: " in refusal(called("bounds", "--bounds", file, "--user", "felix"))
            assert desk.registry.bounds(Scope.CARD) is None


class TestDeployed:
    def test_it_is_named_by_the_variables_of_its_function_and_the_person(
        self, bank: SimpleNamespace, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        built: list[Any] = []

        def build(configuration: Any, **_: Any) -> Any:
            built.append(configuration)
            return bank

        monkeypatch.setattr(composition, "build", build)
        variables, file = tmp_path / "variables.json", tmp_path / "bounds.json"
        variables.write_text(json.dumps(SETTINGS))
        file.write_bytes(canonical(bounds_as_plain(BOUNDS)))
        words = ["fraud", "bounds", "--bounds", str(file), "--environment", str(variables)]

        answer = CliRunner().invoke(app, [*words, "--person", LEAD.person])
        assert answer.exit_code == 0, answer.output
        assert built[0].fraud_table == SETTINGS["FLORIN_FRAUD_TABLE"]
        assert desk.registry.bounds(Scope.CARD) == BOUNDS
        assert "name them by --person" in refusal(CliRunner().invoke(app, words))

    def test_variables_that_are_none_are_refused(self, tmp_path: Path) -> None:
        variables = tmp_path / "variables.json"
        words = ["fraud", "bounds", "--bounds", "x", "--environment", str(variables), "--person", LEAD.person]
        for text, said in (("[]", "is no JSON object"), ("{}", "FLORIN_")):
            variables.write_text(text)
            answer = CliRunner().invoke(app, words)
            assert isinstance(answer.exception, GovernanceRefused)
            assert said in str(answer.exception)
