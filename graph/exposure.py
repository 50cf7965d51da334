"""What a stage takes from the world: any document, any document within bounds, or published ones alone."""

from enum import StrEnum


class Exposure(StrEnum):
    """Each takes less than the one before it."""

    OPEN = "open"
    """For people who build: queries by GET and introspection too. Only a local bank."""
    CLOSED = "closed"
    """Any document within the limits, by POST; the schema is read from its file."""
    PUBLISHED = "published"
    """Only documents that were published into the build, by POST: the applications' own."""

    @property
    def takes_get(self) -> bool:
        return self is Exposure.OPEN

    @property
    def introspects(self) -> bool:
        return self is Exposure.OPEN

    @property
    def takes_any_document(self) -> bool:
        return self is not Exposure.PUBLISHED
