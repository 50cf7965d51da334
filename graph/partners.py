"""What partners delivered, for staff: where each message stands, why it is set aside, and what it said."""

from typing import Final

import strawberry

from domain.access.model import Relation
from domain.partners.model import Delivery
from graph.connections import Connection, asked
from graph.context import Context, told
from graph.enums import DeliveryState
from graph.errors import ErrorCode, PublicError
from graph.fields import field
from graph.node import Info, Node
from graph.scalars import Cursor, Instant

DELIVERIES: Final = "partner_deliveries"
PARTNER_LENGTH_MAX: Final = 64
BODY_BYTES_OF_A_READ: Final = 10_000
"""So many bytes of a body count as one read more: the reads of a request bound what it answers to some five megabytes
of JSON text, of which Lambda sends six."""


@strawberry.type(
    name="PartnerDelivery",
    description="One message that a partner delivered. It is kept for ever, and its body is never changed.",
)
class PartnerDeliveryView(Node):
    delivery: strawberry.Private[Delivery]
    stands: strawberry.Private[Relation]

    @field("Who delivered it, by the name in the address of its webhooks.")
    def partner(self) -> str:
        return self.delivery.partner

    @field("The partner's own name for it (webhook-id), the same in every try to deliver it: at most 128 characters.")
    def message_id(self) -> str:
        return self.delivery.message_id

    @field("What it is about, as the address said. The set may grow.")
    def kind(self) -> str:
        return self.delivery.kind

    @field("By which version of the kind's model it speaks; null when it names none.")
    def version(self) -> int | None:
        return self.delivery.version

    @field("What has become of it.")
    def state(self) -> DeliveryState:
        return self.delivery.state

    @field("Why it is quarantined or failed, for programs; null otherwise. The set may grow.")
    def reason(self) -> str | None:
        return self.delivery.reason

    @field(
        "What is wrong with its body: places and rules, nothing of what stands there, at most 500 characters; null "
        "when that is not why it is quarantined."
    )
    def detail(self) -> str | None:
        return self.delivery.detail

    @field("When it was received; of a mended one, when it was mended.")
    def received_at(self) -> Instant:
        return Instant(self.delivery.received_at)

    @field("When it was processed, quarantined or given up; null while it is to be processed.")
    def settled_at(self) -> Instant | None:
        return Instant(self.delivery.settled_at) if self.delivery.settled_at else None

    @field("How often processing it was begun, since it was received or last replayed.")
    def attempts(self) -> int:
        return self.delivery.attempts

    @field("Whether the partner's signature is of this very body. Of one that was mended here it is not.")
    def signed_by_partner(self) -> bool:
        return self.delivery.scheme is not None

    @field("The delivery whose body this one mends; null when it came from the partner.")
    def mends_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.delivery.mends) if self.delivery.mends else None

    @field("The delivery with its body mended, which is processed in its place; null when nobody has mended it.")
    def mended_by_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.delivery.mended_by) if self.delivery.mended_by else None

    @field("Who of the staff last had it processed again, or mended it: a staff id.")
    def replayed_by(self) -> str | None:
        return self.delivery.replayed_by

    @field("Who of the staff asked that it is never processed, which another approved: a staff id; null otherwise.")
    def discarded_by(self) -> str | None:
        return self.delivery.discarded_by

    @field("Its body as it was sent, at most 262144 bytes of JSON.")
    def body(self, info: Info) -> str | None:
        context = info.context
        found = context.body_of_delivery(self.delivery.id)
        if found is None:
            return None
        context.spend(len(found) // BODY_BYTES_OF_A_READ)
        return found.decode()


def delivery_view(delivery: Delivery) -> PartnerDeliveryView:
    """Deliveries are of no customer: everybody is a stranger to them, and the groups of staff decide."""
    return PartnerDeliveryView(id=strawberry.ID(delivery.id), delivery=delivery, stands=Relation.STRANGER)


def deliveries_of(
    context: Context, *, partner: str, state: DeliveryState | None, first: int, after: Cursor | None
) -> Connection[PartnerDeliveryView]:
    """The newest first. A position is a moment and an id, so what changes its state does not move."""
    if len(partner) > PARTNER_LENGTH_MAX:
        raise PublicError(ErrorCode.LIMIT_EXCEEDED, f"A partner's name has at most {PARTNER_LENGTH_MAX} characters.")
    filters = {"state": state.value if state else None}
    wanted = asked(context.cursors, DELIVERIES, partner, first=first, after=after, filters=filters)
    found = told(context.deliveries(partner, state=state, before=wanted.position, limit=wanted.limit))
    more = found.before is not None
    return wanted.page(found.deliveries, node=delivery_view, position=lambda row: row.position, more=more)
