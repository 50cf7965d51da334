"""Money stories as small texts: a step a line, and beside it the balances it leaves.

    open alice
    deposit alice 100              | alice 100
    h: hold alice 30               | alice 100 held 30 available 70
    transfer alice bob 80 !INSUFFICIENT_FUNDS

`name:` in front labels the step, so that a later one may capture its hold or reverse its journal. `!CODE` is the
refusal expected. After `|`, for each account: its ledger balance, then `held` and `available` where they matter.
Internal accounts are named `@book` (credits minus debits). Amounts are minor units. A semicolon ends a
step as a line does.
After every step all invariants of the ledger are checked.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from domain.ids import hold_id
from domain.ledger.model import Limits, Posted, Refused
from domain.money import Money
from domain.refusals import PaymentBlocked, PaymentDeclined, Refusal
from tests.unit.ledger.world import World, code

_STEP = re.compile(r"(?:(?P<label>\w+): )?(?P<verb>\w+)(?P<rest>[^!|]*)(?:!(?P<code>\w+))?\s*(?:\|(?P<shows>.*))?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
Answer = Posted | Refused


def tell(text: str, world: World | None = None) -> World:
    return Story(world or World()).tell(text)


class Story:
    def __init__(self, world: World) -> None:
        self.world = world
        self.said: dict[str, Posted] = {}

    def tell(self, text: str) -> World:
        for number, line in enumerate(re.split(r"[;\n]", text), start=1):
            step = line.strip()
            if step:
                self._step(step, f"step {number}: {step}")
        return self.world

    def _step(self, step: str, where: str) -> None:
        match = _STEP.fullmatch(step)
        assert match, where
        words = match["rest"].split()
        options = dict(word.split("=", 1) for word in words if "=" in word)
        answer = VERBS[match["verb"]](self, [word for word in words if "=" not in word], options)
        if answer is not None:
            assert code(answer) == (match["code"] or "POSTED"), f"{where}: {answer}"
        if match["label"]:
            assert isinstance(answer, Posted), where
            self.said[match["label"]] = answer
        for shown in (match["shows"] or "").split(","):
            self._shows(shown.split(), where)
        self.world.check()

    def _shows(self, words: list[str], where: str) -> None:
        if not words:
            return
        name, ledger = words[0], int(words[1])
        if name.startswith("@"):
            book, _, currency = name[1:].partition(":")
            assert self.world.book_minor(book, currency or "USD") == ledger, f"{where}: {name}"
            return
        if name.startswith("inc:"):
            assert self.world.incoming_minor(name[4:]) == ledger, f"{where}: {name}"
            return
        shown = dict(zip(("ledger", "held", "available"), self.world.shows(name), strict=True))
        expected = {"ledger": ledger} | {words[n]: int(words[n + 1]) for n in range(2, len(words), 2)}
        found = {figure: shown[figure] for figure in expected}
        assert found == expected, f"{where}: {name}"

    # What the verbs share.

    def money(self, name: str, minor: str) -> Money:
        return Money(int(minor), self.world.head(name).currency)

    def hold(self, label: str) -> str:
        return hold_id(self.said[label].journal.id)

    def post(self, kind: str, options: dict[str, str], **parts: object) -> Answer:
        for name in ("key", "scope"):
            if name in options:
                parts[name] = options[name]
        if "on" in options:
            parts["effective_on"] = date.fromisoformat(options["on"])
        if "for" in options:
            parts["expires_at"] = self.world.clock.now() + span(options["for"])
        return self.world.post(kind, **parts)


def span(text: str) -> timedelta:
    return timedelta(**{_UNITS[text[-1]]: float(text[:-1])})


Verb = Callable[[Story, list[str], dict[str, str]], Answer | None]


def _limits(options: dict[str, str]) -> Limits:
    return Limits(
        overdraft_minor=int(options.get("overdraft", 0)),
        per_transfer_minor=int(options["per_transfer"]) if "per_transfer" in options else None,
        per_day_minor=int(options["per_day"]) if "per_day" in options else None,
    )


def _open(story: Story, words: list[str], options: dict[str, str]) -> None:
    named = {"overdraft", "per_transfer", "per_day"} & options.keys()
    story.world.open(
        words[0],
        currency=words[1] if len(words) > 1 else "USD",
        minor=int(options.get("with", 0)),
        limits=_limits(options) if named else None,
        joint_limits=tuple(options["under"].split("+")) if "under" in options else (),
    )


def _joint_limit(story: Story, words: list[str], options: dict[str, str]) -> None:
    story.world.open_joint_limit(words[0], int(options["per_day"]))


def _wait(story: Story, words: list[str], _: dict[str, str]) -> None:
    story.world.clock.advance(span(words[0]))


def _two(kind: str) -> Verb:
    """From one account to another."""

    def act(story: Story, words: list[str], options: dict[str, str]) -> Answer:
        source, destination, minor = words
        money = story.money(source, minor)
        return story.post(kind, options, source=source, destination=destination, amounts={"amount": money})

    return act


def _one(kind: str, role: str, book: str) -> Verb:
    """Between an account and the bank's own `book`."""

    def act(story: Story, words: list[str], options: dict[str, str]) -> Answer:
        name, minor = words
        money = story.money(name, minor)
        initiator = story.world.internal(book, money.currency) if role == "destination" else story.world.id(name)
        parts: dict[str, object] = {role: name, "initiator": initiator, "amounts": {"amount": money}}
        return story.post(kind, options, **parts)

    return act


def _split(story: Story, words: list[str], options: dict[str, str]) -> Answer:
    source, *receivers = words
    named = [receiver.split(":") for receiver in receivers]
    shares = tuple((story.world.id(name), story.money(source, minor)) for name, minor in named)
    whole = Money(sum(money.minor for _, money in shares), shares[0][1].currency)
    return story.post("split_transfer", options, source=source, amounts={"amount": whole}, shares=shares)


def _exchange(story: Story, words: list[str], options: dict[str, str]) -> Answer:
    source, sold, destination, bought = words
    amounts = {"sold": story.money(source, sold), "bought": story.money(destination, bought)}
    return story.post("fx_exchange", options, source=source, destination=destination, amounts=amounts)


def _bank(kind: str, debited: str) -> Verb:
    """Between two books of the bank."""

    def act(story: Story, words: list[str], options: dict[str, str]) -> Answer:
        money = Money(int(words[0]), "USD")
        initiator = story.world.internal(debited, money.currency)
        return story.post(kind, options, initiator=initiator, amounts={"amount": money})

    return act


def _hold(kind: str) -> Verb:
    def act(story: Story, words: list[str], options: dict[str, str]) -> Answer:
        name, minor = words
        return story.post(kind, options, account=name, amounts={"amount": story.money(name, minor)})

    return act


def _raise(story: Story, words: list[str], options: dict[str, str]) -> Answer:
    name, label, minor = words
    amounts = {"amount": story.money(name, minor)}
    return story.post("hold_raised", options, account=name, hold=story.hold(label), amounts=amounts)


def _capture(kind: str) -> Verb:
    def act(story: Story, words: list[str], options: dict[str, str]) -> Answer:
        name, label, *destination, minor = words
        parts: dict[str, object] = {
            "account": name,
            "hold": story.hold(label),
            "amounts": {"amount": story.money(name, minor)},
            "over_capture_minor": int(options.get("over", 0)),
            "release_rest": "rest" in options,
        }
        if destination:
            parts["destination"] = destination[0]
        return story.post(kind, options, **parts)

    return act


def _release(story: Story, words: list[str], options: dict[str, str]) -> Answer:
    return story.post("hold_released", options, account=words[0], hold=story.hold(words[1]))


def _expire(story: Story, words: list[str], options: dict[str, str]) -> Answer:
    hold = story.hold(words[1]) if len(words) > 1 else None
    return story.post("holds_expired", options, account=words[0], hold=hold)


def _reverse(kind: str) -> Verb:
    def act(story: Story, words: list[str], options: dict[str, str]) -> Answer:
        original = story.said[words[0]].journal
        parts: dict[str, object] = {"reverses": original.id, "initiator": original.initiator}
        if kind == "batch_returned":
            parts["initiator"] = story.world.id(words.pop(1))
        if len(words) > 1:
            currency = original.amount.currency if original.amount else "USD"
            parts["amounts"] = {"amount": Money(int(words[1]), currency)}
        return story.post(kind, options, **parts)

    return act


def _refuse(refusal: Refusal) -> Verb:
    """A transfer that something else than the account's state decided against."""

    def act(story: Story, words: list[str], options: dict[str, str]) -> Answer:
        source, destination, minor = words
        named = {"key": options["key"]} if "key" in options else {}
        amounts = {"amount": story.money(source, minor)}
        return story.world.refuse("transfer", refusal, source=source, destination=destination, amounts=amounts, **named)

    return act


def _change(kind: str) -> Verb:
    def act(story: Story, words: list[str], options: dict[str, str]) -> Answer:
        return story.post(kind, options, account=words[0])

    return act


def _set_limits(story: Story, words: list[str], options: dict[str, str]) -> Answer:
    return story.post("limits_set", options, account=words[0], limits=_limits(options))


def _set_joint(story: Story, words: list[str], options: dict[str, str]) -> Answer:
    limits = tuple(story.world.id(name) for name in words[1:])
    return story.post("joint_limits_set", options, account=words[0], joint_limits=limits)


def _fold(story: Story, _: list[str], __: dict[str, str]) -> None:
    story.world.folder.fold()


def _move(story: Story, words: list[str], options: dict[str, str]) -> Answer:
    """What the sweeper of batched credits does with one folded minute."""
    name, minor = words
    incoming = "inc_" + story.world.id(name).removeprefix("acc_")
    parts = {"incoming": incoming, "account": name, "initiator": story.world.id(name)}
    return story.post("batch_moved", options, amounts={"amount": story.money(name, minor)}, **parts)


VERBS: dict[str, Verb] = {
    "open": _open,
    "joint_limit": _joint_limit,
    "wait": _wait,
    "transfer": _two("transfer"),
    "split": _split,
    "fund": _one("payout_funded", "source", "payout_clearing"),
    "pay": _one("payout_paid", "destination", "payout_clearing"),
    "exchange": _exchange,
    "deposit": _one("cash_deposit", "destination", "vault_cash"),
    "withdraw": _one("cash_withdrawal", "source", "vault_cash"),
    "receive": _one("payment_received", "destination", "settlement"),
    "send": _one("payment_sent", "source", "settlement"),
    "instant": _one("instant_sent", "source", "instant_prefund"),
    "instant_in": _one("instant_received", "destination", "instant_prefund"),
    "fee": _one("fee", "source", "fee_income"),
    "interest": _one("interest", "destination", "interest_expense"),
    "return": _one("payment_returned", "source", "settlement"),
    "chargeback": _one("chargeback", "source", "card_settlement"),
    "hold": _hold("hold_placed"),
    "review": _hold("transfer_held"),
    "make": _capture("transfer_released"),
    "decline": _refuse(PaymentDeclined("dec_1", "NEW_PAYEE")),
    "block": _refuse(PaymentBlocked("dec_1", "")),
    "ach_hold": _hold("ach_credit_held"),
    "ach_take": _capture("ach_credit_captured"),
    "ach_settle": _bank("ach_credit_settled", "ach_in_transit"),
    "ach_reject": _one("ach_credit_rejected", "destination", "ach_in_transit"),
    "ach_return": _one("ach_credit_returned", "destination", "settlement"),
    "ach_rejection_unposted": _bank("ach_rejection_unposted", "ach_in_transit"),
    "ach_return_unposted": _bank("ach_return_unposted", "settlement"),
    "ach_collect": _hold("ach_debit_settled"),
    "ach_collect_back": _capture("ach_debit_returned"),
    "ach_in": _one("ach_credit_received", "destination", "settlement"),
    "ach_out": _one("ach_debit_received", "source", "settlement"),
    "ach_in_pended": _bank("ach_credit_pended", "settlement"),
    "ach_out_pended": _bank("ach_debit_pended", "ach_unposted"),
    "ach_in_posted": _one("ach_credit_posted", "destination", "ach_unposted"),
    "ach_out_posted": _one("ach_debit_posted", "source", "ach_unposted"),
    "ach_in_back": _bank("ach_credit_sent_back", "ach_unposted"),
    "ach_out_back": _bank("ach_debit_sent_back", "settlement"),
    "ach_in_taken": _one("ach_credit_taken_back", "source", "ach_unposted"),
    "ach_out_given": _one("ach_debit_given_back", "destination", "ach_unposted"),
    "ach_micro": _bank("ach_micro_sent", "micro_entries"),
    "ach_micro_reject": _bank("ach_micro_rejected", "ach_in_transit"),
    "ach_micro_return": _bank("ach_micro_returned", "settlement"),
    "ach_micro_collect": _bank("ach_micro_collected", "settlement"),
    "ach_micro_uncollect": _bank("ach_micro_uncollected", "micro_entries"),
    "raise": _raise,
    "capture": _capture("hold_captured"),
    "card": _capture("card_captured"),
    "clear": _capture("card_cleared"),
    "release": _release,
    "expire": _expire,
    "reverse": _reverse("reversal"),
    "give_back": _reverse("batch_returned"),
    "freeze_debits": _change("debits_frozen"),
    "freeze": _change("account_frozen"),
    "thaw": _change("account_thawed"),
    "close": _change("account_closed"),
    "limits": _set_limits,
    "joint": _set_joint,
    "batch": _change("batching_started"),
    "unbatch": _change("batching_ended"),
    "stop": _change("batching_stopped"),
    "fold": _fold,
    "move": _move,
}
