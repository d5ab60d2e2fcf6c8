"""Times as text that sorts in their order."""

from datetime import UTC, datetime


def written(at: datetime) -> str:
    if at.tzinfo is None:
        message = "a time without a zone cannot be stored"
        raise ValueError(message)
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def written_or_none(at: datetime | None) -> str | None:
    return None if at is None else written(at)


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read_or_none(text: str | None) -> datetime | None:
    return None if text is None else read(text)
