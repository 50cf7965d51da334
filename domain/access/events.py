"""What the bank hears of how people prove who they are, with a version. Consumers deduplicate by person and moment.

People sign in outside of the bank, and nothing of the bank publishes this: whoever runs their sign-in does, for every
kind of credential or for none (docs/operations.md, "First day"). An age that follows from some of them alone would say
"long ago" of somebody who has just changed another.
"""

from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SOURCE: Final = "florin.access"


class CredentialChanged(BaseModel):
    """A person has, or somebody in their name has, changed what they sign in with or are reached by."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    version: Literal[1] = 1
    person: str = Field(
        pattern=r"^[a-z]{3}_[A-Za-z0-9_]{1,60}$",
        description="The bank's own id, as the claim `person` of a token has it.",
    )
    credential: Literal["PASSWORD", "PASSKEY", "SECOND_FACTOR", "CONTACT"] = Field(
        description="CONTACT: an address or number by which a lost credential is got back."
    )
    changed_at: AwareDatetime = Field(description="RFC 3339, with its offset: when it took effect.")


EVENTS: Final = (CredentialChanged,)
