"""WebFinger (RFC 7033): which document describes the account `user@host`."""

from collections.abc import Mapping

from scrapers.recipes.shape import lacks, optional_text, record, rows

PATH = "/.well-known/webfinger"
# The media types that ActivityPub, section 3.2, gives its documents.
ACTIVITY = ("application/activity+json", "application/ld+json")


def actor_address(answer: Mapping[str, object]) -> str:
    """Return where the account's ActivityPub document is, and nothing where it has none."""
    for row in rows(answer, "links"):
        link = record(row, "links")
        kind = optional_text(link, "type").partition(";")[0].strip().casefold()
        if optional_text(link, "rel") == "self" and kind in ACTIVITY:
            return optional_text(link, "href")
    return ""


def speaks_of(answer: Mapping[str, object], username: str) -> bool:
    """Say whether an answer is about the user who was asked for.

    It may name another host than we did: a server may live elsewhere than its handles say.
    """
    subject = optional_text(answer, "subject")
    if not subject:
        lacks("subject")
    told = subject.removeprefix("acct:").partition("@")[0]
    return told.casefold() == username.casefold() or not subject.startswith("acct:")
