"""Drill: the sponsor bank rejects a whole file, then a batch, then an entry; acknowledges twice; returns what it took.

Wanted: the reason is read, what was rejected is set aside, built again from its entries under the same trace numbers
and never twice, in time and on a banking day; what is no matter of form waits for two people; customers hear of it
once; at the end the totals of the files are those of the ledger; and what then comes back is posted back, once.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from domain.clock import parse_instant
from domain.rails.ach.calendar import is_banking_day
from ops.drills.story import ACKNOWLEDGED, AFTER_SETTLEMENT, FAILED, REJECTED, SENT, SETTLED, Story

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ops.drills.world import FileSeen, Told

NAME: Final = "ach-rejection"
HASH_WRONG: Final = "REJ0103"
BATCH_REFUSED: Final = "REJ0502"
ENTRY_REFUSED: Final = "REJ0803"
STANDING: Final = "READY"
CUSTOMERS: Final = {"ada": 1_000_00, "grace": 1_000_00, "linus": 1_000_00}
WISHES: Final = (("ada", 250_00), ("ada", 75_00), ("grace", 120_00), ("linus", 40_00))
"""What goes with the file that is rejected as a whole: a batch for each customer."""
RETURNS: Final = ("R01", "R03", "R29")
GIVEN_BACK: Final = "ACH_PAYMENT_GIVEN_BACK"
RETURNED: Final = "RETURNED"
DENIED: Final = "ACH_RETURN_UNAUTHORISED"


def run(story: Story) -> None:
    for name, minor in CUSTOMERS.items():
        story.world.customer(name, minor=minor)
    whole = whole_file(story)
    batch, refused_batch = one_batch(story)
    entry, refused = one_entry(story)
    payments = [*whole, *batch, *entry]
    settling(story, [one for one in payments if one != refused], refused)
    customers_hear_once(story, refused)
    returns(story, (whole[0], whole[2], refused_batch), refused)
    everything_ended(story, payments)


# One: the whole file.


def whole_file(story: Story) -> list[str]:
    world = story.world
    world.misbehave("reject-file", code=HASH_WRONG)
    payments = [world.send(name, minor) for name, minor in WISHES]
    story.step("four payments are accepted", story.states(payments))
    first = story.sent(*payments)
    traces = {one: story.fact(one, "taken", "trace") for one in payments}
    story.step("a file is built and sent", f"{first.name} modifier {first.modifier}")
    story.must(
        (first.entries, first.credit_minor) == (len(WISHES), sum(minor for _, minor in WISHES)),
        "the file holds what was sent",
    )

    story.wait("the rejection is heard", lambda: all(story.fact(one, "rejected", "code") for one in payments))
    codes = {story.fact(one, "rejected", "code") for one in payments}
    story.step("the file is rejected", f"{first.name} {HASH_WRONG}")
    story.must(codes == {HASH_WRONG}, "the reason was read, and stands in every payment's time line")

    story.wait("another file takes over", lambda: bool(world.file(first.id).replaced_by))
    quarantined(story, first)
    (successor,) = world.file(first.id).replaced_by
    story.wait("the new file is sent", lambda: all(world.payment(one).file == successor for one in payments))
    second = rebuilt(story, first, successor)
    story.must(traces == {one: world.payment(one).trace for one in payments}, "every entry keeps its trace number")
    in_time(story, second)
    nothing_doubled(story, payments)

    story.wait("the new file is acknowledged", lambda: world.file(second.id).state == ACKNOWLEDGED)
    story.wait("its payments are told", lambda: story.states(payments) in (ACKNOWLEDGED, SETTLED))
    story.step("the new file is acknowledged", f"{second.name} {ACKNOWLEDGED}")
    acknowledged_again(story, second, payments)
    return payments


def quarantined(story: Story, file: FileSeen) -> None:
    world = story.world
    found = world.file(file.id)
    story.step("the rejected file is set aside", f"{file.name} {found.state}")
    story.must(found.state == "REPLACED", "the rejected file is out of use")
    story.must(
        not any(one.file == file.id and one.state == STANDING for one in world.entries(file.id)),
        "no entry of the rejected file stands in it any more",
    )


def rebuilt(story: Story, first: FileSeen, successor: str) -> FileSeen:
    world = story.world
    second = world.file(successor)
    story.step("a new file is built from the entries", f"{second.name} modifier {first.modifier} -> {second.modifier}")
    story.must(second.replaces == first.id, "old and new file know each other")
    story.must(second.modifier != first.modifier, "the new file has a new File ID Modifier")
    story.must(second.sha256 != first.sha256, "the new file is another text")
    same = (second.entries, second.addenda, second.debit_minor, second.credit_minor)
    story.must(
        same == (first.entries, first.addenda, first.debit_minor, first.credit_minor),
        "the new file has the counts and totals of the old one",
    )
    return second


def in_time(story: Story, file: FileSeen) -> None:
    world = story.world
    story.wait("the sponsor bank takes the new file", lambda: file.name in world.sponsor().files)
    taken_at = world.sponsor().files[file.name].taken_at
    story.step("it is in time", f"taken {taken_at[:16]} deadline {file.deadline_at:%Y-%m-%dT%H:%M}")
    story.must(parse_instant(taken_at) < file.deadline_at, "the new file was there before the deadline of its window")
    story.must(is_banking_day(file.effective_on), "its effective date is a banking day")


def nothing_doubled(story: Story, payments: Sequence[str]) -> None:
    """As the sponsor bank sees it: an entry that it was sent twice stands there once."""
    story.must(all(len(standing_there(story, one)) == 1 for one in payments), "the sponsor bank has every entry once")


def standing_there(story: Story, payment: str) -> list[str]:
    """States of the payment's entry at the sponsor bank, in whichever file it went, but for what it rejected. A trace
    number is used again on another day, so it is looked for in the payment's own files."""
    world = story.world
    files = {world.file(one.facts["file"]).name for one in world.timeline(payment) if "file" in one.facts}
    trace = story.fact(payment, "taken", "trace") or ""
    taken = [one for name, one in world.sponsor().files.items() if name in files]
    found = [one.entries[trace] for one in taken if trace in one.entries]
    return [entry.state for entry in found if entry.state != REJECTED]


def acknowledged_again(story: Story, file: FileSeen, payments: Sequence[str]) -> None:
    world = story.world
    before = [(world.payment(one), len(world.timeline(one))) for one in payments]
    books, state = (world.book("ach_in_transit"), world.book("settlement")), world.file(file.id).state
    world.acknowledge(file.name)
    story.wait(
        "the second acknowledgement is delivered",
        lambda: all(one.state == "DELIVERED" for one in world.sponsor().messages.values() if one.file == file.name),
    )
    story.step("the file is acknowledged again", world.file(file.id).state)
    after = [(world.payment(one), len(world.timeline(one))) for one in payments]
    moved_on = books != (world.book("ach_in_transit"), world.book("settlement")) or before != after
    if moved_on and story.states(payments) != ACKNOWLEDGED:
        return  # the payments settled meanwhile, each once, as is asserted at the end
    story.must(not moved_on, "a second acknowledgement moves no payment and no money")
    story.must(world.file(file.id).state == state, "a second acknowledgement does not move the file")


# Two: a batch.


def one_batch(story: Story) -> tuple[list[str], str]:
    world = story.world
    world.misbehave("reject-batch", code=BATCH_REFUSED)
    payments = [world.send("ada", 31_00), world.send("grace", 32_00), world.send("linus", 33_00)]
    file = story.sent(*payments)
    story.step("a second file is sent", f"{file.name} {story.states(payments)}")
    story.wait("a batch of it is rejected", lambda: REJECTED in {story.state(one) for one in payments})
    story.wait(
        "its neighbours are taken", lambda: REJECTED in story.states(payments) and SENT not in story.states(payments)
    )
    (rejected,) = [one for one in payments if story.state(one) == REJECTED]
    story.step("one batch is rejected", f"{file.name} {world.file(file.id).state} {reason(story, rejected)}")
    story.must(world.file(file.id).state == "PARTLY_REJECTED", "the other batches stand")
    story.must(reason(story, rejected) == BATCH_REFUSED, "the reason of the batch was read")

    case = two_people(story, file, rejected, "REBUILD")
    story.wait("a new file carries the batch", lambda: world.payment(rejected).file != file.id)
    story.wait("it is sent and acknowledged", lambda: story.state(rejected) in (ACKNOWLEDGED, *AFTER_SETTLEMENT))
    new = story.file_of(rejected)
    story.step("the batch is built again and taken", f"{new.name} {new.state} after case {case[-4:]}")
    story.must(
        (new.entries, new.credit_minor) == (1, world.payment(rejected).amount_minor), "it holds that batch alone"
    )
    story.must(world.file(file.id).state == ACKNOWLEDGED, "the first file has nothing open any more")
    in_time(story, new)
    nothing_doubled(story, payments)
    return payments, rejected


# Three: an entry that cannot be mended.


def one_entry(story: Story) -> tuple[list[str], str]:
    world = story.world
    before = {name: world.money(name).ledger_minor for name in CUSTOMERS}
    world.misbehave("reject-entry", code=ENTRY_REFUSED)
    payments = [world.send("ada", 11_00), world.send("grace", 12_00)]
    owners = dict(zip(payments, ("ada", "grace"), strict=True))
    file = story.sent(*payments)
    story.step("a third file is sent", f"{file.name} {story.states(payments)}")
    story.wait("an entry of it is rejected", lambda: REJECTED in {story.state(one) for one in payments})
    (rejected,) = [one for one in payments if story.state(one) == REJECTED]
    story.step("one entry is rejected", f"{file.name} {world.file(file.id).state} {reason(story, rejected)}")
    story.must(reason(story, rejected) == ENTRY_REFUSED, "the reason of the entry was read")
    two_people(story, file, rejected, "POST_BACK")
    story.wait("the money goes back", lambda: story.state(rejected) == FAILED)
    name = owners[rejected]
    story.step("two people have it posted back", f"{rejected[-4:]} {story.state(rejected)}")
    story.must(world.money(name).ledger_minor == before[name], "its money is on the customer's account again")
    return payments, rejected


def two_people(story: Story, file: FileSeen, rejected: str, choice: str) -> str:
    world = story.world
    case = story.one_case(file.id, "ACH_FILE_REJECTED")
    story.step("it waits for people", f"case {case.id[-4:]} {case.state}")
    world.propose(case.id, choice)
    story.step("one person proposes", choice)
    undecided = story.one_case(file.id, "ACH_FILE_REJECTED").state == case.state
    story.must(undecided and story.state(rejected) == REJECTED, "one person alone moves nothing")
    world.approve(case.id)
    story.step("a second person approves", choice)
    return case.id


# The end.


def settling(story: Story, payments: Sequence[str], refused: str) -> None:
    world = story.world
    story.wait("every entry settles", lambda: all(story.state(one) in AFTER_SETTLEMENT for one in payments))
    sent_minor = sum(world.payment(one).amount_minor for one in payments)
    story.wait(
        "the sponsor bank settles them too",
        lambda: all(standing_there(story, one) == [SETTLED] for one in payments),
    )
    story.step("the entries settle", f"{story.states(payments)} {sent_minor / 100:.2f}")
    of_files = sum(
        one.amount_minor
        for file in files_of(story, payments)
        for one in world.entries(file)
        if one.file == file and one.state == STANDING
    )
    story.must(of_files == sent_minor, "the totals of the files are what was sent")
    story.must(world.book("settlement") == sent_minor, "the settlement book has the totals of the files")
    story.must(world.book("ach_in_transit") == 0, "nothing is left on the way")
    story.must(not standing_there(story, refused), "what was rejected did not settle at the sponsor bank")


def files_of(story: Story, payments: Sequence[str]) -> set[str]:
    return {story.world.payment(one).file or "" for one in payments}


def customers_hear_once(story: Story, refused: str) -> None:
    world = story.world
    story.wait("the customer whose money came back is told", lambda: any(world.told(name) for name in CUSTOMERS))
    told = {name: world.told(name) for name in CUSTOMERS}
    heard = [one for name in CUSTOMERS for one in told[name]]
    story.step("customers are told", " ".join(f"{name}:{len(told[name])}" for name in CUSTOMERS))
    story.must([one.kind for one in heard] == [GIVEN_BACK], "one notice, to the one customer whose money came back")
    amount = f"{world.payment(refused).amount_minor / 100:.2f}"
    story.must(amount in heard[0].text, "it names the amount")
    story.must("REJ" not in heard[0].text, "it speaks plainly, and not in codes")


def returns(story: Story, payments: Sequence[str], refused: str) -> None:
    """What settled comes back, each in a file that comes in, and the last of them in two that are the same."""
    world, told = story.world, len(given_back(story))
    for payment, code in zip(payments, RETURNS, strict=True):
        if payment == payments[-1]:
            world.misbehave("deliver-twice")
        minor, settlement = world.payment(payment).amount_minor, world.book("settlement")
        before = sum(world.money(name).ledger_minor for name in CUSTOMERS)
        world.give_back(world.payment(payment).trace or "", code)
        story.wait(f"the return {code} is posted back", lambda payment=payment: story.state(payment) == RETURNED)  # type: ignore[misc]  # bound now
        after = sum(world.money(name).ledger_minor for name in CUSTOMERS)
        story.step(f"an entry comes back {code}", f"{payment[-4:]} {story.state(payment)} {minor / 100:.2f}")
        story.must(world.payment(payment).reason_code == code, "the payment says why it came back")
        story.must(after - before == minor, "its money is with its customer again, once")
        story.must(settlement - world.book("settlement") == minor, "the settlement book has it no more")
    story.must(
        [one.kind for one in world.cases(payments[-1])] == [DENIED], "that its receiver denies it is somebody's case"
    )
    story.wait("their customers are told", lambda: len(given_back(story)) > told + len(payments) - 1)
    story.step("what came back is told", f"{len(given_back(story)) - told} notices")
    story.must(len(given_back(story)) == told + len(payments), "each customer is told once of each")
    story.must(story.state(refused) == FAILED, "what was posted back before stays as it is")


def given_back(story: Story) -> list[Told]:
    return [one for name in CUSTOMERS for one in story.world.told(name) if one.kind == GIVEN_BACK]


def everything_ended(story: Story, payments: Sequence[str]) -> None:
    world = story.world
    ended = {*AFTER_SETTLEMENT, RETURNED, FAILED, REJECTED}
    states = Counter(story.state(one) for one in payments)
    story.step("every entry has come to an end", " ".join(f"{state}:{n}" for state, n in sorted(states.items())))
    story.must(set(states) <= ended, "every entry is settled, returned or decided by people")
    story.must(all(world.money(name).held_minor == 0 for name in CUSTOMERS), "no money is held any more")
    files = {world.file(one).state for one in files_of(story, payments)}
    story.must(files <= {ACKNOWLEDGED, "WITHDRAWN"}, "no file waits for anybody")


# Words.


def reason(story: Story, payment: str) -> str:
    return story.world.payment(payment).reason_code or ""
