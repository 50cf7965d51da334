"""docs/webhooks.md and its description say what the door does: both are carried out."""

import json
import re
import subprocess
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from domain.partners.events import MODELS
from domain.partners.kinds import KINDS
from domain.partners.model import BODY_BYTES_MAX, DeliveryState, Reason
from domain.partners.service import Partners
from functions.webhooks import handler as entry
from ops import webhook_description
from ops.webhook_description import description, known_problems
from tests.unit.docs.test_pages import named, page, table
from tests.unit.functions.test_webhooks import event
from tests.unit.partners.house import KIND, PartnersHouse
from tests.unit.partners.signing import SCHEMES, SPONSOR, STRANGER, body_of

PAGE: Final = "docs/webhooks.md"
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR: Final = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
SIGNATURE: Final = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
"""Of the specification's reference implementation."""
FOR_EVER: Final = 10**12
NODE_SECONDS_MAX: Final = 30
OPERATION: Final[dict[str, Any]] = description()["paths"]["/webhooks/{partner}/{kind}"]["post"]
EXAMPLES: Final = OPERATION["requestBody"]["content"]["application/json"]["examples"]


@pytest.fixture(name="house")
def _house(monkeypatch: pytest.MonkeyPatch) -> PartnersHouse:
    made = PartnersHouse()
    monkeypatch.setattr(entry, "bank", lambda: made)
    return made


def snippet(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", page(PAGE), re.DOTALL | re.MULTILINE)
    return str(found)


def test_the_python_signs_and_verifies_as_the_specification_does() -> None:
    known: dict[str, Any] = {}
    exec(snippet("python"), known)  # noqa: S102 - the page's own lines
    message_id, timestamp, body = VECTOR

    assert known["sign"](SECRET, message_id, timestamp, body.encode()) == SIGNATURE
    asked = partial(known["verify"], SECRET, message_id, timestamp)
    assert asked(body.encode(), f"v1,AAAA v1,é {SIGNATURE}", tolerance=FOR_EVER)
    assert not asked(body.encode() + b" ", SIGNATURE, tolerance=FOR_EVER)
    assert not asked(body.encode(), SIGNATURE), "of 2021"


def test_the_javascript_signs_and_verifies_as_the_specification_does() -> None:
    arguments = ", ".join(map(json.dumps, (SECRET, *VECTOR)))
    told = f"""console.log(JSON.stringify([sign({arguments}),
        verify({arguments}, "v1,AAAA v1,é {SIGNATURE}", {FOR_EVER}), verify({arguments}, "v1,AAAA", {FOR_EVER}),
        verify({arguments}, "{SIGNATURE}")]));"""
    done = subprocess.run(
        ["node", "-e", snippet("javascript") + told],  # noqa: S607 - whichever node is installed
        capture_output=True,
        text=True,
        timeout=NODE_SECONDS_MAX,
        check=True,
    )
    assert json.loads(done.stdout) == [SIGNATURE, True, False, False]


class TestThePage:
    def test_its_problems_are_those_of_the_code(self) -> None:
        said = {(int(status), f"urn:florin:problem:{named(name)[0]}") for name, status, _ in table(PAGE, "Problems")}
        assert said == {(status, kind) for status, kinds in known_problems().items() for kind in kinds}

    def test_its_kinds_are_those_of_the_code(self) -> None:
        said = [(named(name)[0], int(version)) for name, version, _ in table(PAGE, "Kinds")]
        assert said == [tuple(kind) for kind in KINDS]

    def test_its_states_and_reasons_are_those_of_the_code(self) -> None:
        rows = table(PAGE, "What becomes of a message")
        assert [named(row[0])[0] for row in rows] == [state.value for state in DeliveryState]
        assert {word for row in rows for word in named(row[1])} == {reason.value for reason in Reason}


class TestTheDescription:
    def test_it_is_what_the_models_say(self) -> None:
        assert webhook_description.FILE.read_text(encoding="utf-8") == webhook_description.text()

    def test_every_kind_is_in_it(self) -> None:
        assert set(EXAMPLES) == {f"{kind.name}.v{kind.version}" for kind in KINDS}
        assert {model.__name__ for model in MODELS.values()} <= set(description()["components"]["schemas"])

    @pytest.mark.parametrize("scheme", SCHEMES)
    @pytest.mark.parametrize("name", EXAMPLES)
    def test_every_example_is_taken_and_fits_its_model(self, house: PartnersHouse, name: str, scheme: str) -> None:
        kind = name.rpartition(".v")[0]
        body = json.dumps(EXAMPLES[name]["value"]).encode()

        answer = entry.handler(event(SPONSOR.headers(body, house.clock.now(), scheme=scheme), body, kind=kind), None)

        assert answer["statusCode"] == 202
        fits(answer, "application/json")
        processed = house.partners.process(json.loads(answer["body"])["delivery"])
        assert processed.reason in (None, Reason.NO_HANDLER)

    def test_every_problem_that_it_names_occurs_and_no_other(
        self, house: PartnersHouse, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = [entry.handler(call, None) for call in bad_calls(house)]
        monkeypatch.setattr(Partners, "receive", fails)
        answers.append(entry.handler(signed(house), None))
        for answer in answers:
            fits(answer, "application/problem+json")

        met = {(answer["statusCode"], json.loads(answer["body"])["type"]) for answer in answers}

        assert met == {
            (int(status), kind)
            for status, about in OPERATION["responses"].items()
            if status not in {"202", "429"}  # the gateway answers that itself
            for kind in types_of(about)
        }


def types_of(response: dict[str, Any]) -> list[str]:
    schema = response["content"]["application/problem+json"]["schema"]
    found: list[str] = schema["allOf"][1]["properties"]["type"]["enum"]
    return found


def fits(answer: dict[str, Any], media: str) -> None:
    """The answer's media type and members are those that are described for its status."""
    described = OPERATION["responses"][str(answer["statusCode"])]["content"]
    assert list(described) == [media] == [answer["headers"]["content-type"]]
    schemas = description()["components"]["schemas"]
    schema = schemas["Accepted" if media == "application/json" else "Problem"]
    assert set(json.loads(answer["body"])) == set(schema["properties"]) == set(schema["required"])


def fails(*_: object) -> None:
    raise ConnectionError


def signed(house: PartnersHouse, body: bytes | None = None, **changed: Any) -> dict[str, Any]:
    sent = body_of() if body is None else body
    at: datetime = changed.pop("at", house.clock.now())
    headers = {**SPONSOR.headers(sent, at), **changed.pop("headers", {})}
    return event({name: value for name, value in headers.items() if value}, sent, **changed)


def bad_calls(house: PartnersHouse) -> list[dict[str, Any]]:
    assert entry.handler(signed(house), None)["statusCode"] == 202
    return [
        signed(house, method="PUT"),
        signed(house, b"x" * (BODY_BYTES_MAX + 1)),
        signed(house) | {"body": "!"},
        signed(house, headers={"content-encoding": "gzip"}),
        signed(house, headers={"content-type": "text/plain"}),
        signed(house, partner="nobody"),
        signed(house, kind="!"),
        signed(house, headers={"webhook-id": ""}),
        signed(house, headers={"webhook-id": "a,a"}),
        signed(house, headers={"webhook-timestamp": "now"}),
        signed(house, at=house.clock.now() - timedelta(hours=1)),
        event(STRANGER.headers(body_of(), house.clock.now()), body_of(), kind=KIND),
        signed(house, b"[]"),
        signed(house, kind="ach.file.rejected"),
        signed(house, body_of(occurred_at="2026-03-10T16:59:59Z")),
    ]
