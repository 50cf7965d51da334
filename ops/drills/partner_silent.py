"""Drill: the sponsor bank takes a file and says nothing, then says what cannot be believed, and at last the truth.

Wanted: nothing is sent again and no money moves on a guess; people are asked once; other files go on; what is no
answer is set aside; an answer that comes late is as good as one in time, and said twice it is said once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ops.drills.story import ACKNOWLEDGED, AFTER_SETTLEMENT, SENT, Story

if TYPE_CHECKING:
    from ops.drills.world import FileSeen

NAME: Final = "partner-silent"
SILENT: Final = "PARTNER_SILENT"
SILENT_MINOR: Final = 250_00
OTHER_MINOR: Final = 60_00
DEADLINES: Final = 3
"""How often the time to answer passes."""
GARBAGE: Final = ("bad-json", "unknown-kind", "unknown-version", "wrong-signature", "wrong-sha")


def run(story: Story) -> None:
    story.world.customer("ada", minor=1_000_00)
    story.world.customer("grace", minor=1_000_00)
    payment, file = silence(story)
    others_go_on(story)
    garbage(story)
    answered_late(story, payment, file)
    reordered(story)


def silence(story: Story) -> tuple[str, FileSeen]:
    world = story.world
    world.misbehave("say-nothing")
    payment = world.send("ada", SILENT_MINOR)
    file = story.sent(payment)
    story.step("a file is sent", f"{file.name} {file.state}")
    story.wait("the sponsor bank has it", lambda: file.name in world.sponsor().files)
    files = world.sent_files()
    story.must(world.book("ach_in_transit") == SILENT_MINOR, "the money is on its way")
    for number in range(1, DEADLINES + 1):
        world.pass_acknowledgement_deadline()
        story.wait("people are asked", lambda: bool(world.cases(file.id)))
        story.step(f"deadline {number} passes", f"{file.name} {world.file(file.id).state} {story.state(payment)}")
        story.must(world.sent_files() == files, "nothing is sent again")
        story.must(story.state(payment) == SENT, "the payment waits")
        story.must(books(story) == (SILENT_MINOR, 0), "no money moves on a guess")
        story.one_case(file.id, SILENT)
    return payment, file


def others_go_on(story: Story) -> None:
    world = story.world
    payment = world.send("grace", OTHER_MINOR)
    file = story.sent(payment)
    story.wait("another file is acknowledged", lambda: world.file(file.id).state == ACKNOWLEDGED)
    story.wait("another payment settles", lambda: story.state(payment) in AFTER_SETTLEMENT)
    story.step("another file goes on", f"{file.name} {world.file(file.id).state} {story.state(payment)}")
    story.must(
        books(story) == (SILENT_MINOR, OTHER_MINOR),
        "one silence stops no other file",
    )


def garbage(story: Story) -> None:
    """Each kind of it about a file of its own, which the sponsor bank then answers as it should."""
    world = story.world
    for number, name in enumerate(GARBAGE, start=1):
        world.misbehave(name)
        aside, transit = world.set_aside(), world.book("ach_in_transit")
        payment = world.send("grace", number * 100)
        file = story.sent(payment)
        story.wait(f"{name} is set aside", lambda aside=aside: world.set_aside() > aside)  # type: ignore[misc]  # bound now
        story.step(f"it says {name}", f"{file.name} {world.file(file.id).state}")
        story.must((world.file(file.id).state, story.state(payment)) == (SENT, SENT), "what is no answer moves nothing")
        story.must(world.book("ach_in_transit") == transit + number * 100, "what is no answer moves no money")
        world.acknowledge(file.name)
        story.wait("the right answer is taken after it", lambda payment=payment: story.state(payment) != SENT)  # type: ignore[misc]  # as above
        story.wait("and settles", lambda payment=payment: story.state(payment) in AFTER_SETTLEMENT)  # type: ignore[misc]  # as above


def answered_late(story: Story, payment: str, file: FileSeen) -> None:
    world = story.world
    before = world.book("settlement")
    for _ in range(2):
        world.acknowledge(file.name)
    story.wait("the late answer is taken", lambda: story.state(payment) in (ACKNOWLEDGED, *AFTER_SETTLEMENT))
    story.step("it answers at last, twice", f"{file.name} {world.file(file.id).state} {story.state(payment)}")
    story.wait("the payment settles", lambda: story.state(payment) in AFTER_SETTLEMENT)
    story.must(world.book("settlement") == before + SILENT_MINOR, "its money settles once")
    story.must(world.book("ach_in_transit") == 0, "nothing is left on the way")
    events = [one.event for one in world.timeline(payment)]
    story.must(events.count("acknowledged") == 1, "the payment was acknowledged once")
    case = story.one_case(file.id, SILENT)
    world.propose(case.id, "NOTED")
    story.wait("the case is closed", lambda: story.one_case(file.id, SILENT).state == "RESOLVED")
    story.step("somebody notes it", f"case {case.id[-4:]} {story.one_case(file.id, SILENT).state}")


def reordered(story: Story) -> None:
    world = story.world
    world.misbehave("reorder")
    first = world.send("ada", 5_00)
    first_file = story.sent(first)
    story.wait("the sponsor bank has the first", lambda: first_file.name in world.sponsor().files)
    second = world.send("grace", 6_00)
    second_file = story.sent(second)
    story.wait("both are answered", lambda: SENT not in story.states((first, second)))
    story.wait("both settle", lambda: all(story.state(one) in AFTER_SETTLEMENT for one in (first, second)))
    story.step("answers come in another order", f"{second_file.name} before {first_file.name}")
    told = [one.file for one in world.sponsor().messages.values() if one.file in (first_file.name, second_file.name)]
    story.must(len(told) == 2, "each was answered once")  # noqa: PLR2004 - two files
    story.must(world.book("ach_in_transit") == 0, "the order of answers does not matter")


def books(story: Story) -> tuple[int, int]:
    return story.world.book("ach_in_transit"), story.world.book("settlement")
