"""Operations that the tests ask again and again."""

from typing import Any

from domain.accounts.model import Account

REFUSAL = "__typename ... on Refusal { code message retryable } ... on InputInvalid { fields { path code message } }"

OPEN = f"""mutation($input: OpenAccountInput!) {{ openAccount(input: $input) {{ {REFUSAL}
  ... on OpenAccountSuccess {{ account {{ id number status ledgerBalance {{ amount currency }} }} }} }} }}"""
TRANSFER = f"""mutation($input: TransferInput!) {{ transfer(input: $input) {{ {REFUSAL}
  ... on LimitExceeded {{ limit most {{ amount }} }}
  ... on WrongRegion {{ region address }}
  ... on TransferSuccess {{ replayed source {{ availableBalance {{ amount }} }}
    transfer {{ id amount {{ amount }} sourceId destinationId memo
      source {{ name }} destination {{ name maskedNumber }} }} }}
}} }}"""
PREVIEW = f"""mutation($input: PreviewTransferInput!) {{ previewTransfer(input: $input) {{ {REFUSAL}
  ... on PreviewTransferSuccess {{ source {{ availableBalance {{ amount }} }} transfer {{ id amount {{ amount }} }} }}
}} }}"""
SCHEDULE = f"""mutation($input: ScheduleTransferInput!) {{ scheduleTransfer(input: $input) {{ {REFUSAL}
  ... on ScheduleTransferSuccess {{ order {{ id status nextOn memo amount {{ amount }} destination {{ name }}
    schedule {{ rhythm startsOn dayOfMonth endsOn count }} }} }} }} }}"""
CANCEL = f"""mutation($input: CancelTransferOrderInput!) {{ cancelTransferOrder(input: $input) {{ {REFUSAL}
  ... on CancelTransferOrderSuccess {{ order {{ id status nextOn }} }} }} }}"""
PLACE = f"""mutation($input: PlaceHoldInput!) {{ placeHold(input: $input) {{ {REFUSAL}
  ... on PlaceHoldSuccess {{ holdId replayed hold {{ id remaining {{ amount }} expiresAt }}
    account {{ heldBalance {{ amount }} availableBalance {{ amount }} }} }} }} }}"""
CAPTURE = f"""mutation($input: CaptureHoldInput!) {{ captureHold(input: $input) {{ {REFUSAL}
  ... on HoldTooSmall {{ holdId remaining {{ amount }} }}
  ... on CaptureHoldSuccess {{ amount {{ amount }} journalId hold {{ id remaining {{ amount }} }}
    account {{ ledgerBalance {{ amount }} heldBalance {{ amount }} }} }} }} }}"""
RELEASE = f"""mutation($input: ReleaseHoldInput!) {{ releaseHold(input: $input) {{ {REFUSAL}
  ... on ReleaseHoldSuccess {{ journalId account {{ heldBalance {{ amount }} }} }} }} }}"""
REVERSE = f"""mutation($input: ReverseJournalInput!) {{ reverseJournal(input: $input) {{ {REFUSAL}
  ... on ReverseJournalSuccess {{ journal {{ id reverses amount {{ amount }} }} original {{ id }} replayed }} }} }}"""
FREEZE = f"""mutation($input: FreezeAccountInput!) {{ freezeAccount(input: $input) {{ {REFUSAL}
  ... on FreezeAccountSuccess {{ account {{ status }} }} }} }}"""
THAW = f"""mutation($input: ThawAccountInput!) {{ thawAccount(input: $input) {{ {REFUSAL}
  ... on ThawAccountSuccess {{ account {{ status }} }} }} }}"""
CLOSE = f"""mutation($input: CloseAccountInput!) {{ closeAccount(input: $input) {{ {REFUSAL}
  ... on CloseAccountSuccess {{ account {{ status }} }} }} }}"""

REPLAY = f"""mutation($input: ReplayPartnerDeliveryInput!) {{ replayPartnerDelivery(input: $input) {{ {REFUSAL}
  ... on DeliveryNotReplayable {{ state }}
  ... on ReplayPartnerDeliverySuccess {{ replayed
    delivery {{ id state attempts body signedByPartner mendsId replayedBy }} }} }} }}"""


def dollars(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def by_numbers(account: Account) -> dict[str, Any]:
    return {
        "bankAccount": {
            "routingNumber": account.record.routing_number,
            "accountNumber": account.record.number,
        }
    }


def transfer_input(
    source: Account, destination: Account, amount: str, *, key: str = "t-1", **more: Any
) -> dict[str, Any]:
    return {
        "idempotencyKey": key,
        "sourceId": source.id,
        "destination": by_numbers(destination),
        "amount": dollars(amount),
        **more,
    }
