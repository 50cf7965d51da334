"""How a field looks to those who see it only in part. The table says who; this says how."""

from collections.abc import Callable
from typing import Final

from domain.accounts.model import masked

HIDDEN: Final = "•"


def name_in_part(name: str) -> str:
    """Initials: enough to tell two people of one account apart."""
    return " ".join(f"{word[0]}." for word in name.split())


def email_in_part(email: str) -> str:
    mailbox, _, domain = email.partition("@")
    return f"{mailbox[:1]}{HIDDEN * 3}@{domain}"


def phone_in_part(phone: str) -> str:
    return HIDDEN * (len(phone) - 2) + phone[-2:]


def text_in_part(text: str) -> str:
    """How long it is. Of what a partner wrote nothing else is certain to be nobody's."""
    return f"{HIDDEN * 3} ({len(text)} characters)"


MASKS: Final[dict[str, Callable[[str], str]]] = {
    "Account.number": masked,
    "AchEntry.reason": text_in_part,
    "AchRejectionReason.message": text_in_part,
    "Counterparty.name": name_in_part,
    "Customer.name": name_in_part,
    "Customer.email": email_in_part,
    "Customer.phone": phone_in_part,
    "PartnerDelivery.body": text_in_part,
}
