"""What other banks send to a region in moto: files in its exchange, worked for real."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.accounts.model import Account
from domain.accounts.numbers import account_number
from domain.jurisdictions import JURISDICTIONS
from domain.rails.ach.exchange import INBOUND, OUTBOUND
from domain.rails.ach.incoming_kinds import RECEIVED_FILES_ENDED, ReceivedState
from domain.rails.ach.incoming_model import Handoff, ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_ports import handoff_text
from domain.rails.ach.model import AchFile
from domain.rails.ach.nacha.corrections import corrected_data
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading
from domain.rails.ach.nacha.reading import entries as entries_of
from domain.rails.ach.nacha.records import AnyBatchHeader, AnyEntry
from functions.ach_inbound import handler as ach_inbound
from tests.unit.functions.ach_life import AchLife
from tests.unit.functions.events import event_for
from tests.unit.functions.region import OTHER_REGION, REGION, session
from tests.unit.rails.ach.partner import Sheet, answered, changed, settling

ELSEWHERE = account_number(1000, 1)
"""A number that the other region gives out."""
UNKNOWN = account_number(1, 999_999)
"""A number of this region that is no account's."""
STEPS_MAX = 20


class ReceivedLife:
    def __init__(self, life: AchLife) -> None:
        assert JURISDICTIONS["us"].region_of(1000) == OTHER_REGION
        self.life = life
        self.deployed = life.deployed
        self.bank = life.bank
        self._made = 0

    # Files.

    def sheet(self) -> Sheet:
        self._made += 1
        return Sheet(made_at=self.deployed.clock.at, modifier="ABCDEFGHIJKLMNOPQRSTUVWXYZ"[self._made])

    def put(self, sheet: Sheet, *, region: str = REGION, text: bytes | None = None) -> str:
        """The sponsor bank puts a file; answers its name."""
        name = f"{INBOUND}in-{sheet.modifier}.ach"
        content = sheet.text() if text is None else text
        bucket = self.bank.configuration.of_region(self.bank.configuration.exchange_bucket, region)
        session().client("s3", region_name=region).put_object(Bucket=bucket, Key=name, Body=content)
        return name

    def came(self, sheet: Sheet, *, text: bytes | None = None) -> ReceivedFile:
        """It is noted, without a note of that."""
        file = self.bank.incoming.files.receive(self.put(sheet, text=text))
        assert isinstance(file, ReceivedFile), file
        return file

    def arrival(self, name: str) -> dict[str, Any]:
        """What the queue hands over of it."""
        event = event_for("ach_arrivals")
        (message,) = event["Records"]
        body = json.loads(message["body"])
        body["detail"]["object"]["key"] = name
        message["body"] = json.dumps(body)
        return event

    def handoff(self, sheet: Sheet) -> dict[str, Any]:
        """What another region hands over of a file that lies there: all that is in it."""
        name = self.put(sheet, region=OTHER_REGION)
        text = sheet.text()
        lines = [at for at, line in enumerate(text.splitlines(), 1) if line.startswith(b"6")]
        handoff = Handoff(
            file=f"rcf_us_uswest2_{sheet.modifier}",
            name=name,
            region=OTHER_REGION,
            sha256="0" * 64,
            size_bytes=len(text),
            profile="default",
            received_at=self.deployed.clock.at,
            created_on=None,
            lines=tuple(lines),
        )
        event = event_for("ach_arrivals")
        event["Records"][0]["body"] = handoff_text(handoff)
        return event

    def forward(self) -> Sheet:
        """Money for and from the customer, more than there is, what nobody here can be given, what moves nothing."""
        sheet, number = self.sheet(), self.account.record.number
        sheet.add(number, 20_00)
        sheet.add(number, 5_00, code="27")
        sheet.add(number, 900_00, code="27")
        sheet.add(number, 0, code="23")
        sheet.add(UNKNOWN, 7_00)
        sheet.add(UNKNOWN, 0, code="23")
        sheet.add(ELSEWHERE, 8_00)
        return sheet

    def pended(self) -> str:
        """A company's debit to a person's account, which people decide about; its case."""
        sheet = self.sheet()
        sheet.add(self.account.record.number, 1_00, code="27", sec="CCD")
        return self.case_of(sheet)

    def case_of(self, sheet: Sheet) -> str:
        """The one case that a file's first entry makes."""
        entry = self.entries(self.quietly(self.came(sheet)))[0]
        assert entry.case
        return entry.case

    def unreadable(self) -> ReceivedFile:
        """A file that people have to look at."""
        file = self.quietly(self.came(self.sheet(), text=b"101 nothing"))
        assert file.case
        return file

    def about(self, file: AchFile) -> list[tuple[AnyBatchHeader, AnyEntry]]:
        """What the other bank has of a file of ours."""
        content = self.bank.exchange(REGION).get(f"{OUTBOUND}{file.name}")
        assert content
        return list(entries_of(Reading((content,), STRICT)))

    def returned(self, file: AchFile, code: str = "R03") -> Sheet:
        """All of a file of ours comes back."""
        sheet = self.sheet()
        for header, entry in self.about(file):
            back = answered(header, entry, code, sheet.trace())
            sheet.answer(settling(_numbered(back[0], sheet), sheet.made_at.date()), back[1])
        return sheet

    def corrected(self, file: AchFile) -> Sheet:
        """Each entry of a file of ours names an account that has another number now."""
        sheet = self.sheet()
        for header, entry in self.about(file):
            made = changed(header, entry, "C01", corrected_data("C01", account_number="99887766"), sheet.trace())
            sheet.answer(_numbered(made[0], sheet), made[1])
        return sheet

    # Work.

    def worked(self, file: ReceivedFile) -> ReceivedFile:
        """As its state machine works it, step by step, its calls of AWS noted."""
        answer = self.step(file, "begin")
        for _ in range(STEPS_MAX):
            if answer["state"] in RECEIVED_FILES_ENDED:
                assert self.step(file, "end") == answer
                return self.bank.incoming.files.existing(file.id)
            if answer["state"] == "POSTING":
                waits = self.step(file, "await_day")["wait_until"]
                assert waits
                self.deployed.clock.at = max(
                    self.deployed.clock.at, self.deployed.clock.at.fromisoformat(waits) + timedelta(seconds=1)
                )
            answer = self.step(file, "work")
        raise AssertionError(f"{file.id} comes to no end")

    def step(self, file: ReceivedFile, step: str) -> dict[str, Any]:
        event = {"step": step, "file": file.id, "execution": f"{file.id}.arrival"}
        answer: dict[str, Any] = self.deployed.call(ach_inbound, event)
        return answer

    def quietly(self, file: ReceivedFile) -> ReceivedFile:
        """Worked, without a note of it."""
        for _ in range(STEPS_MAX):
            found = self.bank.incoming.files.work(file.id)
            if found.state in RECEIVED_FILES_ENDED:
                return found
        raise AssertionError(f"{file.id} comes to no end")

    def entries(self, file: ReceivedFile) -> tuple[ReceivedEntry, ...]:
        return self.bank.incoming.entries_of(file.id, limit=100).entries

    def states(self, file: ReceivedFile) -> list[ReceivedState]:
        return [entry.state for entry in self.entries(file)]

    @property
    def account(self) -> Account:
        return self.life.account


def _numbered(header: AnyBatchHeader, sheet: Sheet) -> AnyBatchHeader:
    """As the next batch of its file."""
    return replace(header, batch_number=len(sheet.batches) + 1)
