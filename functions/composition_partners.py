"""How what partners deliver is put together: what `functions.composition.Bank` makes of it, each on first use.

Who acts on a delivery, by its kind, stands here. As in `functions.composition`, what only some functions use is
imported only when it is made.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domain.ids import Randomness
    from domain.partners.events import Payload
    from domain.partners.model import Delivery
    from domain.partners.quarantine import Quarantine
    from domain.partners.service import Handlers, Partners
    from domain.refusals import Refusal
    from functions.composition import Bank
    from functions.queues import Queue


def handlers(bank: Bank) -> Handlers:
    """Who acts on what partners deliver, by kind and version: one line for each. A known kind without a line is
    quarantined until it has one.
    """
    from domain.partners.kinds import ACH_FILE_ACKNOWLEDGED, ACH_FILE_REJECTED

    return {
        ACH_FILE_ACKNOWLEDGED: partial(_file_acknowledged, bank),
        ACH_FILE_REJECTED: partial(_file_rejected, bank),
    }


def _file_acknowledged(bank: Bank, delivery: Delivery, payload: Payload) -> Refusal | None:
    return bank.responses.acknowledged(delivery, payload)


def _file_rejected(bank: Bank, delivery: Delivery, payload: Payload) -> Refusal | None:
    return bank.responses.rejected(delivery, payload)


def partners(bank: Bank, *, randomness: Randomness) -> Partners:
    from domain.partners.keys_aws import SecretsManagerPartnerKeys
    from domain.partners.service import Partners
    from domain.partners.store_dynamodb import BY_DUE, BY_STATE, DynamoDBDeliveryStore

    return Partners(
        store=DynamoDBDeliveryStore(bank.table(bank.configuration.partners_table, BY_STATE, BY_DUE)),
        keys=SecretsManagerPartnerKeys(
            client=lambda: bank.client("secretsmanager"),
            prefix=bank.configuration.partner_secrets,
            clock=bank.clock,
        ),
        clock=bank.clock,
        randomness=randomness,
        enqueue=lambda delivery: bank.partner_deliveries_queue.send(json.dumps({"delivery": delivery})),
        handlers=bank.partner_handlers,
        on_set_aside=partial(_on_set_aside, bank),
        on_replayed=partial(_on_replayed, bank),
        tolerance=bank.configuration.webhook_tolerance,
    )


def _on_set_aside(bank: Bank, delivery: Delivery) -> None:
    bank.quarantine.opened(delivery)
    quarantined(delivery.id, partner=delivery.partner, reason=delivery.reason or "")


def _on_replayed(bank: Bank, delivery: str, replays: int, by: str) -> None:
    bank.quarantine.replayed(delivery, replays, by)


def quarantined(delivery: str, *, partner: str, reason: str) -> None:
    """Whoever is to look at it is told here."""
    from functions.metrics import PARTNER_DELIVERIES_QUARANTINED

    PARTNER_DELIVERIES_QUARANTINED.measured(1, delivery=delivery, partner=partner, reason=reason)


def quarantine(bank: Bank) -> Quarantine:
    """The cases of what cannot be processed; it and `partners` each ask the other."""
    from domain.partners.quarantine import Quarantine

    return Quarantine(cases=bank.cases, partners=lambda: bank.partners)


def deliveries_queue(bank: Bank) -> Queue:
    from functions.queues import Queue

    return Queue(client=lambda: bank.client("sqs"), url=bank.configuration.partner_deliveries_queue_url)
