"""What can happen in a history, each by its name: what people ask, what the bank does by itself, what banks say.

A deed is made from the scene as it is and the numbers of its step, and can then be done twice, late, or again after a
death. None where nothing is there to do it with.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from domain.access.model import Group, Verdict
from domain.cases.kinds import KINDS, ResolutionCode
from domain.cases.model import Case
from domain.counterparties.model import Counterparty, VerificationMethod
from domain.fraud.kinds import CustomerReason, Decision
from domain.ledger.model import Command
from domain.money import Money
from domain.payments.kinds import PaymentState
from domain.payments.model import Payment, Speed
from domain.payments.steps import StepName
from domain.rails.ach.exchange import INBOUND
from domain.rails.ach.incoming_kinds import FORWARD, ReceivedState
from domain.rails.ach.incoming_model import Grounds
from domain.rails.ach.incoming_steps import FileStepName
from domain.rails.ach.kinds import RejectionLevel
from domain.rails.ach.model import RejectionReason
from domain.rails.ach.return_codes import Decision as ReturnDecision
from domain.rails.ach.reversals import ReversalReason
from domain.rails.ach.reversing import ReversalWish
from domain.rails.ach.steps import SPEEDS
from domain.refusals import Refusal
from ops.simulation.ach.other_banks import SentFile, Taken, TakenFile
from ops.simulation.ach.scene import EAST, Asked, Deed, Draws, Person, Scene
from ops.simulation.ach_world import LEADER, MARIA, SECOND, AchWorld, staff_of, wish
from ops.sponsor.drafting import cut_off, with_wrong_check_digit

Make = Callable[[Scene, Draws], Deed | None]
AMOUNTS: Final = (5_00, 12_34, 40_00, 99_99, 250_00, 2_600_00)
NOBODYS: Final = "000000000000"
REJECTIONS: Final = {
    RejectionLevel.FILE: ("REJ0101", "REJ0103", "REJ0104", "REJ0105", "REJ0900", "REJ0901"),
    RejectionLevel.BATCH: ("REJ0502",),
    RejectionLevel.ENTRY: ("REJ0801", "REJ0803"),
}
"""Codes of the sponsor bank by what it rejects; of a file's, some are a matter of form and some are not."""
CREDIT_RETURNS: Final = ("R03", "R02", "R04", "R23", "R16")
DEBIT_RETURNS: Final = ("R01", "R09", "R03", "R10", "R29")
OF_ANSWERS: Final = {
    "Addenda99": ("R68", "R69", "R61", "R67"),
    "Addenda99Dishonored": ("R71", "R73", "R74"),
}
"""By the addenda of an answer of ours, the codes that dishonour or contest it."""
DRAWN: Final = (*Decision, Decision.STEP_UP, Decision.STEP_UP, Decision.REVIEW)
"""What a scorer may say; what the rules say of payments like these is mostly that they may go."""
ENDINGS: Final = frozenset({StepName.STEP_UP_EXPIRED, StepName.REVIEW_EXPIRED})
"""Steps that end a payment whenever they are made: they are made when their time has come, and not before."""
SETTLED: Final = frozenset({PaymentState.SETTLED, PaymentState.CLEARED, PaymentState.COMPLETED})
PROMPT: Final = timedelta(hours=26)
"""So long after settlement a return is in time, whatever its code."""


class Mistold(Exception):
    """The bank answered something that this history knows to be wrong."""


# Customers.


def sends(scene: Scene, draws: Draws) -> Deed:
    return _originates(scene, draws, credit=True)


def collects(scene: Scene, draws: Draws) -> Deed:
    return _originates(scene, draws, credit=False)


def _originates(scene: Scene, draws: Draws, *, credit: bool) -> Deed:
    person, minor, key = draws.of(scene.people), draws.of(AMOUNTS), f"p-{scene.number}"
    asked = wish(person.account, person.counterparty, minor, **_ways(draws))
    make = person.world.ach.originate_credit if credit else person.world.ach.originate_debit
    drawn = _drawn(draws, 30)

    def originate() -> None:
        answer = make(person.actor, asked, key=key)
        scene.accepted(key, person, answer, credit=credit, minor=minor)
        _will_decide(person.world, answer, drawn)

    what = f"{'sends' if credit else 'collects'} {minor}"
    return Deed(f"{_name(scene, person)} {what} ({key}){_said(drawn)}", originate)


def _drawn(draws: Draws, percent: int) -> Decision | None:
    """What the scorer is going to say of a payment, where that is not left to the rules."""
    return draws.of(DRAWN) if draws.chance(percent) else None


def _will_decide(world: AchWorld, answer: object, drawn: Decision | None) -> None:
    """The decision is kept like all that the scorer decides; where somebody has decided before, that stands."""
    if drawn and isinstance(answer, Payment):
        world.will_decide(answer, drawn, CustomerReason.SECURITY_CHECK)


def _said(drawn: Decision | None) -> str:
    return f", of which {drawn.value} is going to be said" if drawn else ""


def _ways(draws: Draws) -> dict[str, Any]:
    return {"duplicate_intended": draws.chance(80), "speed": _speed(draws)}


def _speed(draws: Draws) -> Speed:
    return Speed.SAME_DAY if draws.chance(60) else Speed.NEXT_DAY


def cancels(scene: Scene, draws: Draws) -> Deed | None:
    if not scene.asked:
        return None
    key = draws.of(list(scene.asked)[-4:])
    asked = scene.asked[key]

    def cancel() -> None:
        answer = asked.person.world.ach.cancel(asked.person.actor, asked.payment)
        scene.refused(answer)
        if isinstance(answer, Payment):
            scene.called_off.add(asked.payment)

    return Deed(f"{key} is called off", cancel)


def takes_back(scene: Scene, draws: Draws) -> Deed | None:
    """A payment is reversed: most often one that has settled, and perhaps one that was taken back before."""
    settled = [key for key, one in scene.asked.items() if _state(one) in SETTLED]
    among = settled if settled and draws.chance(90) else list(scene.asked)
    if not among:
        return None
    of = draws.of(among[-6:])
    asked, key = scene.asked[of], f"rev-{scene.number}"
    why = ReversalWish(reason=draws.of((ReversalReason.DUPLICATE, ReversalReason.WRONG_AMOUNT)), speed=_speed(draws))
    drawn = _drawn(draws, 30)

    def take_back() -> None:
        reversals = asked.person.world.ach.reversals
        answer = reversals.reverse(asked.person.actor, asked.payment, why, key=key)
        scene.accepted(key, asked.person, answer, credit=not asked.credit, minor=asked.minor)
        _will_decide(asked.person.world, answer, drawn)

    return Deed(f"{of} is taken back ({key}){_said(drawn)}", take_back)


def has_settled(scene: Scene, draws: Draws) -> Deed:
    """Money that somebody sends and collects goes its way without anything in between, until it has settled."""
    person, key, minor = draws.of(scene.people), f"p-{scene.number}", draws.of(AMOUNTS[:3])
    world, speed = person.world, Speed.SAME_DAY if draws.chance(60) else Speed.NEXT_DAY
    asked = wish(person.account, person.counterparty, minor, speed=speed)

    def passed() -> None:
        for credit, make in ((True, world.ach.originate_credit), (False, world.ach.originate_debit)):
            scene.accepted(
                f"{key}-{credit}", person, make(person.actor, asked, key=f"{key}-{credit}"), credit=credit, minor=minor
            )
        world.run()
        window = world.timetable.assign(scene.now, SPEEDS[speed.value]).window
        scene.move(window.cut_off_at - scene.now + timedelta(seconds=5))
        world.files()
        world.run()
        scene.banks.look()
        for taken in scene.banks.taken.values():
            acknowledgement(scene, taken).do()
        scene.move(window.settles_at - scene.now)
        world.work_files()
        world.run()

    return Deed(f"{_name(scene, person)} has sent and collected {minor}", passed)


def _state(asked: Asked) -> PaymentState:
    return asked.person.world.payments.existing(asked.payment).state


def takes_cash(scene: Scene, draws: Draws) -> Deed:
    person, minor, key = draws.of(scene.people), draws.of(AMOUNTS), f"cash-{scene.number}"

    def take() -> None:
        command = Command(
            kind="cash_withdrawal",
            initiator=person.account.id,
            scope="bank",
            key=key,
            parties={"source": person.account.id},
            amounts={"amount": Money(minor, "USD")},
        )
        answer = person.world.ledger.post(command)
        if hasattr(answer, "refusal"):
            scene.refused(answer.refusal)
        else:
            scene.counter[key] = (person.account.id, -minor)

    return Deed(f"{_name(scene, person)} takes {minor} in cash", take)


def freezes(scene: Scene, draws: Draws) -> Deed:
    person, debits_only, key = draws.of(scene.people), draws.chance(40), f"freeze-{scene.number}"
    clerk = staff_of(Group.OPERATIONS, LEADER)

    def freeze() -> None:
        scene.refused(person.world.accounts.freeze(clerk, account=person.account.id, key=key, debits_only=debits_only))

    return Deed(f"the account of {_name(scene, person)} is frozen", freeze)


def thaws(scene: Scene, draws: Draws) -> Deed:
    person, key = draws.of(scene.people), f"thaw-{scene.number}"
    clerk = staff_of(Group.OPERATIONS, LEADER)
    return Deed(
        f"the account of {_name(scene, person)} is thawed",
        lambda: scene.refused(person.world.accounts.thaw(clerk, account=person.account.id, key=key)),
    )


def proves(scene: Scene, draws: Draws) -> Deed:
    """A new counterparty is proved by entries of the bank's own."""
    person, number = draws.of(scene.people), scene.number
    world, method = person.world, draws.of((VerificationMethod.PRENOTE, VerificationMethod.MICRO_ENTRIES))
    details = _details(number)

    def prove() -> None:
        added = world.counterparties.add(
            person.actor, customer=world.kept(person.actor), details=details, key=f"cp-{number}"
        )
        scene.refused(added)
        if isinstance(added, Counterparty):
            scene.refused(
                world.counterparties.start_verification(person.actor, added.id, method=method, key=f"v-{number}")
            )

    return Deed(f"{_name(scene, person)} has a counterparty proved: {method.value}", prove)


def _details(number: int) -> Any:
    return replace(MARIA, account_number=f"77{number:05d}")


# The bank, by itself.


def judges(scene: Scene, draws: Draws) -> Deed | None:
    """The scorer answers, late or twice as may be."""
    if not scene.heard:
        return None
    world, event = draws.of(scene.heard[-3:])
    drawn, payment = _drawn(draws, 20), world.payments.existing(event.payment)

    def judge() -> None:
        _will_decide(world, payment, drawn)
        world.score_one(event)

    return Deed(f"the scorer speaks of {event.payment[-6:]}{_said(drawn)}", judge)


def confirms(scene: Scene, draws: Draws) -> Deed | None:
    """A customer confirms a payment: most often one that waits for it, and mostly signed in anew."""
    waiting = [key for key, one in scene.asked.items() if _state(one) is PaymentState.AWAITING_STEP_UP]
    among = waiting if waiting and draws.chance(90) else list(scene.asked)
    if not among:
        return None
    key, anew = draws.of(among[-6:]), draws.chance(65)
    asked = scene.asked[key]

    def confirm() -> None:
        at = scene.now if anew else asked.person.world.payments.existing(asked.payment).opened_at
        actor = replace(asked.person.actor, authenticated_at=at)
        if anew:
            scene.signed_in.add(asked.payment)
        answer = asked.person.world.ach.confirm(actor, asked.payment)
        scene.refused(answer)
        if isinstance(answer, Payment):
            scene.confirmed.add(asked.payment)

    return Deed(f"{key} is confirmed, {'signed in anew' if anew else 'without a new sign-in'}", confirm)


def goes_on(scene: Scene, draws: Draws) -> Deed | None:
    world = _world(scene, draws)
    ready = world.machine.ready()
    if not ready:
        return None
    name = draws.of(ready)
    return Deed(f"{name[-10:]} goes on", lambda: world.machine.go_on(name))


def all_go_on(scene: Scene, draws: Draws) -> Deed:
    world = _world(scene, draws)
    return Deed(f"journeys of {world.region} go on", lambda: settle(world))


def settle(world: AchWorld) -> None:
    for _ in world.machine.settle(200):
        pass


def works(scene: Scene, draws: Draws) -> Deed:
    """What the bank does by itself within a minute, one after the other."""
    world = _world(scene, draws)
    heard = [event for of, event in scene.heard if of is world]

    def work() -> None:
        world.files()
        for event in heard:
            world.score_one(event)
        settle(world)
        world.work_files()
        world.take_in()
        settle(world)

    return Deed(f"{world.region} works", work)


def steps_again(scene: Scene, draws: Draws) -> Deed | None:
    """Some step of some payment, whether or not its journey would call it now."""
    if not scene.asked:
        return None
    key = draws.of(list(scene.asked))
    asked, step = scene.asked[key], draws.of([one for one in StepName if one not in ENDINGS])
    return Deed(
        f"step {step.value} of {key} is made",
        lambda: asked.person.world.steps.run(step.value, payment=asked.payment, token=None),
    )


def loses_execution(scene: Scene, draws: Draws) -> Deed | None:
    world = _world(scene, draws)
    running = [name for name, run in world.machine.runs.items() if not run.ended]
    if not running:
        return None
    name = draws.of(running)
    return Deed(f"the execution {name[-10:]} is lost", lambda: world.machine.fail(name))


def sweeps(scene: Scene, draws: Draws) -> Deed:
    world = _world(scene, draws)
    return Deed(f"payments of {world.region} are swept", world.payments.sweep)


def cuts(scene: Scene, draws: Draws) -> Deed:
    world = _world(scene, draws)
    return Deed(f"windows of {world.region} are looked at", world.outgoing.cut)


def works_files(scene: Scene, draws: Draws) -> Deed:
    world = _world(scene, draws)
    return Deed(f"files of {world.region} are worked", world.work_files)


def takes_in(scene: Scene, draws: Draws) -> Deed:
    world = _world(scene, draws)
    return Deed(f"received files of {world.region} are worked", world.take_in)


def steps_of_files(scene: Scene, draws: Draws) -> Deed | None:
    world = _world(scene, draws)
    files = sorted(world.incoming_store._files)  # noqa: SLF001  (a memory store, looked into by its own simulation)
    if not files:
        return None
    file, step = draws.of(files), draws.of(list(FileStepName))
    return Deed(f"step {step.value} of {file[-12:]} is made", lambda: world.incoming.steps.run(step.value, file=file))


def hands_over(scene: Scene, draws: Draws) -> Deed | None:
    """A region hears of entries that another one received, whole or in part, and perhaps not for the first time."""
    if not scene.handed:
        return None
    world, handoff = draws.of(scene.handed)
    lines = handoff.lines
    if len(lines) > 1 and draws.chance(40):
        lines = lines[draws.below(len(lines)) :]
    part = replace(handoff, lines=lines)
    return Deed(f"{world.region} takes over lines {lines}", lambda: world.incoming.files.take(part))


# People of the bank.


def proposes(scene: Scene, draws: Draws) -> Deed | None:
    world = _world(scene, draws)
    waiting = world.cases.unresolved()
    if not waiting:
        return None
    case = draws.of(waiting)
    code = draws.of(list(KINDS[case.kind].resolutions))
    return proposal(scene, world, case, code)


def proposal(scene: Scene, world: AchWorld, case: Case, code: ResolutionCode) -> Deed:
    leader, key = staff_of(KINDS[case.kind].group, LEADER), f"r-{scene.number}-{code.value}"

    def propose() -> None:
        scene.refused(world.cases.resolve(leader, case.id, code=code, reason="looked into", key=key))

    return Deed(f"{case.kind.value} is resolved: {code.value}", propose)


def decides(scene: Scene, draws: Draws) -> Deed | None:
    world = _world(scene, draws)
    waiting = [one for one in world.cases.unresolved() if _approval(one)]
    if not waiting:
        return None
    return decision(scene, world, draws.of(waiting), Verdict.APPROVE if draws.chance(75) else Verdict.REFUSE)


def _approval(case: Case) -> str | None:
    return case.resolution.approval if case.resolution else None


def decision(scene: Scene, world: AchWorld, case: Case, verdict: Verdict) -> Deed:
    second, wanted = staff_of(KINDS[case.kind].group, SECOND), _approval(case) or ""

    def decide() -> None:
        approval = world.approvals.get(wanted)
        if isinstance(approval, Refusal):
            return
        fingerprint = approval.proposal.fingerprint
        checked = world.approvals.check(second, wanted, verdict=verdict, fingerprint=fingerprint)
        scene.refused(checked)
        if not isinstance(checked, Refusal):
            scene.refused(world.cases.decided(checked))

    return Deed(f"a second person says {verdict.value} to {case.kind.value}", decide)


def resolves(scene: Scene, draws: Draws) -> Deed | None:
    """Two people, one after the other."""
    world = _world(scene, draws)
    waiting = world.cases.unresolved()
    if not waiting:
        return None
    case = draws.of(waiting)
    first = proposal(scene, world, case, draws.of(list(KINDS[case.kind].resolutions)))

    def resolve() -> None:
        first.do()
        for one in world.cases.unresolved():
            if one.id == case.id and _approval(one):
                decision(scene, world, one, Verdict.APPROVE).do()

    return Deed(f"{first.text}, by two", resolve)


def disputes(scene: Scene, draws: Draws) -> Deed | None:
    """A posted entry goes back after all."""
    world = _world(scene, draws)
    posted = [
        one
        for one in world.incoming_store._entries.values()  # noqa: SLF001  (as above)
        if one.state is ReceivedState.POSTED and one.kind in FORWARD
    ]
    if not posted:
        return None
    entry = draws.of(posted)
    decided = draws.of((ReturnDecision.STOPPED, ReturnDecision.UNAUTHORISED, ReturnDecision.REFUSED))
    today = scene.now.date()
    facts = Grounds(statement=True, statement_reviewed_on=today, event_on=today)
    key = f"dispute-{scene.number}"
    return Deed(
        f"the receiver of {entry.trace} says {decided.value}",
        lambda: scene.refused(world.incoming.decisions.send_back(entry.id, decided, by=LEADER, key=key, facts=facts)),
    )


# The sponsor bank, of our files.


def acknowledges(scene: Scene, draws: Draws) -> Deed | None:
    return acknowledgement(scene, draws.of(list(scene.banks.taken.values())[-4:])) if scene.banks.taken else None


def acknowledgement(scene: Scene, taken: TakenFile) -> Deed:
    world, delivery = _of_region(scene, taken.region), f"ack-{scene.number}"

    def say() -> None:
        taken.answered = True
        answer = world.outgoing.acknowledged(
            taken.name,
            sha256=taken.sha256,
            entries=sum(1 + len(one.record.addenda) for one in taken.entries),
            debit_minor=sum(one.minor for one in taken.entries if not one.credit),
            credit_minor=sum(one.minor for one in taken.entries if one.credit),
            occurred_at=taken.at,
            delivery=delivery,
        )
        if isinstance(answer, Refusal):
            raise Mistold(f"{taken.name} was acknowledged as it is: {answer.code}")

    return Deed(f"{taken.name[-14:]} is acknowledged", say)


def rejects(scene: Scene, draws: Draws) -> Deed | None:
    """A file, a batch or an entry; now and then so late that it has settled."""
    files = [one for one in scene.banks.taken.values() if one.entries]
    if not files:
        return None
    file = draws.of(files[-4:])
    level, chosen = draws.of(list(RejectionLevel)), draws.of(file.entries)
    code = draws.of(REJECTIONS[level])
    too_late, delivery, said = draws.chance(10), f"rej-{scene.number}", list[Taken]()

    def say() -> None:
        about = said or _meant(file, level, chosen)
        late = scene.now >= settles_at(scene, file)
        if not about or (late and not too_late and not said) or any(one.returned for one in about):
            return
        said[:], file.answered = about, True
        answer = _of_region(scene, file.region).outgoing.rejected(
            file.name,
            sha256=file.sha256,
            level=level,
            reasons=[RejectionReason(code, "no", batch_number=chosen.batch, trace=chosen.trace)],
            occurred_at=scene.now,
            delivery=delivery,
        )
        if isinstance(answer, Refusal):
            raise Mistold(f"{file.name} was rejected as it is: {answer.code}")
        for one in about:
            one.rejected, one.disputed = True, one.disputed or late

    return Deed(f"{file.name[-14:]} is rejected: {level.value} {code}", say)


def _meant(file: TakenFile, level: RejectionLevel, chosen: Taken) -> list[Taken]:
    """What a rejection speaks of that was not rejected before."""
    some = [chosen]
    if level is not RejectionLevel.ENTRY:
        some = [one for one in file.entries if level is RejectionLevel.FILE or one.batch == chosen.batch]
    return [one for one in some if not one.rejected]


# Other banks, to us.


def receives(scene: Scene, draws: Draws) -> Deed | None:
    """A file of entries on accounts of both regions, on none, and prenotes."""
    pairs, sent, told = [], [], []
    for _ in range(1 + draws.below(4)):
        person, credit = draws.of(scene.people), draws.chance(45)
        minor, number, home = draws.of(AMOUNTS), person.account.record.number, person.world.region
        if draws.chance(15):
            number, home = NOBODYS, EAST
        if draws.chance(12):
            minor = 0
        sec = "CCD" if draws.chance(20) else "PPD"
        later = draws.of((0, 0, 0, 1))
        pair, one = scene.banks.forward(scene.now, number, minor, credit=credit, sec=sec, home=home, later=later)
        pairs.append(pair)
        sent.append(one)
        told.append(f"{'+' if credit else '-'}{minor} {_name(scene, person) if number != NOBODYS else 'nobody'}")
    file = scene.banks.file(scene.east, pairs, sent)
    if draws.chance(6):
        file.text, file.whole = cut_off(file.text.decode()).encode(), False
    elif draws.chance(10):
        file.text = with_wrong_check_digit(file.text.decode()).encode()
        file.entries[0] = replace(file.entries[0], home=EAST)  # no account of ours, and nobody's region
    return _put(scene, file, "brings " + ", ".join(told))


def receives_again(scene: Scene, draws: Draws) -> Deed | None:
    """An earlier file under another name, as it was."""
    if not scene.banks.sent:
        return None
    before = draws.of(list(scene.banks.sent.values()))
    if before.name.startswith("again"):
        return None
    again = SentFile(f"again-{scene.number}.ach", before.region, before.text, before.entries, before.whole)
    return _put(scene, again, f"is {before.name} once more")


def _put(scene: Scene, file: SentFile, what: str) -> Deed:
    world = _of_region(scene, file.region)

    def put() -> None:
        scene.banks.keep(file)
        world.exchange.files[f"{INBOUND}{file.name}"] = file.text
        world.incoming.files.receive(f"{INBOUND}{file.name}")

    return Deed(f"{file.name} {what}", put)


def returns(scene: Scene, draws: Draws) -> Deed | None:
    """An entry of ours comes back; now and then a second time, or with another amount."""
    mine = [one for one in scene.banks.entries() if not one.answer and not one.rejected and _settled_there(scene, one)]
    if not mine:
        return None
    taken = draws.of(mine[-5:])
    code = draws.of(CREDIT_RETURNS if taken.credit else DEBIT_RETURNS)
    wrong_by = 1 if draws.chance(15) and taken.minor else 0
    made = scene.banks.returned(scene.now, taken, code, wrong_by=wrong_by)
    if made is None:
        return None
    return _answer(
        scene, made, f"returns {taken.trace} {code}{' and errs' if wrong_by else ''}", taken, right=not wrong_by
    )


def corrects(scene: Scene, draws: Draws) -> Deed | None:
    mine = [one for one in scene.banks.entries() if not one.answer and not one.rejected]
    if not mine:
        return None
    taken = draws.of(mine)
    made = scene.banks.changed(scene.now, taken, f"55{scene.number:05d}")
    return _answer(scene, made, f"corrects {taken.trace}", taken) if made else None


def dishonours(scene: Scene, draws: Draws) -> Deed | None:
    return _of_answer(scene, draws, "Addenda99", scene.banks.dishonoured)


def contests(scene: Scene, draws: Draws) -> Deed | None:
    return _of_answer(scene, draws, "Addenda99Dishonored", scene.banks.contested)


def _of_answer(scene: Scene, draws: Draws, answer: str, make: Callable[..., Any]) -> Deed | None:
    ours = [
        one
        for one in scene.banks.entries()
        if one.answer == answer and one.minor and not one.rejected and _settled_there(scene, one)
    ]
    if not ours:
        return None
    taken, code = draws.of(ours), draws.of(OF_ANSWERS[answer])
    made = make(scene.now, taken, code)
    return _answer(scene, made, f"answers our {taken.trace} {code}", taken) if made else None


def _answer(scene: Scene, made: Any, what: str, taken: Taken, *, right: bool = False) -> Deed:
    pair, sent = made
    world = scene.east if (scene.number % 4) else scene.west
    file = scene.banks.file(world, [pair], [sent])
    put = _put(scene, file, what)

    def once() -> None:
        """A bank that has heard meanwhile that the entry was rejected has nothing to answer."""
        if file.name not in scene.banks.sent:
            if taken.rejected:
                return
            in_time = scene.now - settles_at(scene, taken) <= PROMPT and right and not taken.disputed
            file.entries[:] = [replace(sent, prompt=in_time)]
            taken.returned += 1
        put.do()

    return Deed(put.text, once)


def _settled_there(scene: Scene, taken: Taken) -> bool:
    return scene.now >= settles_at(scene, taken)


def settles_at(scene: Scene, taken: Taken | TakenFile) -> datetime:
    world = _of_region(scene, taken.region)
    name = taken.file if isinstance(taken, Taken) else taken.name
    return world.timetable.window(world.outgoing.existing(name.removesuffix(".ach")).window).settles_at


# Time.


def passes_little(scene: Scene, draws: Draws) -> Deed:
    return _passing(scene, timedelta(minutes=1 + draws.below(40)))


def passes_hours(scene: Scene, draws: Draws) -> Deed:
    return _passing(scene, timedelta(minutes=60 * (1 + draws.below(9))))


def passes_day(scene: Scene, draws: Draws) -> Deed:
    return _passing(scene, timedelta(hours=20 + draws.below(30)))


def passes_to_cut_off(scene: Scene, draws: Draws) -> Deed:
    """Until a window is cut off, and a little longer."""
    speed = draws.of(list(Speed))
    window = scene.east.timetable.assign(scene.now, SPEEDS[speed.value]).window
    return _passing(scene, window.cut_off_at - scene.now + timedelta(seconds=5 + draws.below(60)))


def passes_to_settlement(scene: Scene, draws: Draws) -> Deed | None:
    """Until the entries of a file settle."""
    later = [one for one in scene.banks.taken.values() if settles_at(scene, one) > scene.now]
    return _passing(scene, settles_at(scene, draws.of(later)) - scene.now) if later else None


def _passing(scene: Scene, by: timedelta) -> Deed:
    until = scene.now + by

    def passed() -> None:
        scene.move(max(timedelta(), until - scene.now))

    return Deed(f"{by} pass", passed)


def _world(scene: Scene, draws: Draws) -> AchWorld:
    return scene.west if draws.chance(20) else scene.east


def _of_region(scene: Scene, region: str) -> AchWorld:
    return scene.east if region == EAST else scene.west


def _name(scene: Scene, person: Person) -> str:
    return ("Ada", "Bo", "the shop", "Will")[scene.people.index(person)]


DEEDS: Final[Mapping[str, tuple[int, Make]]] = {
    make.__name__: (weight, make)
    for weight, make in (
        (10, sends),
        (8, collects),
        (3, cancels),
        (5, takes_back),
        (0, has_settled),
        (3, takes_cash),
        (2, freezes),
        (1, thaws),
        (2, proves),
        (8, judges),
        (12, confirms),
        (6, goes_on),
        (5, all_go_on),
        (18, works),
        (5, steps_again),
        (1, loses_execution),
        (2, sweeps),
        (4, cuts),
        (5, works_files),
        (3, takes_in),
        (2, steps_of_files),
        (3, hands_over),
        (4, proposes),
        (4, decides),
        (7, resolves),
        (2, disputes),
        (9, acknowledges),
        (10, rejects),
        (6, receives),
        (1, receives_again),
        (10, returns),
        (2, corrects),
        (5, dishonours),
        (5, contests),
        (3, passes_little),
        (3, passes_hours),
        (1, passes_day),
        (8, passes_to_cut_off),
        (6, passes_to_settlement),
    )
}
"""Name -> how often it is drawn, and what makes it."""
