"""Who did what is on record, by role: who exactly it was is for the district to say."""

REVIEWER = "A reviewer"


def doer(actor: str, person: str) -> str:
    """Name an actor to a person; "person" is whom a ruling's line has for its own person."""
    if actor in {person, "person"}:
        return "You"
    if actor == "namesake":
        return "Namesake"
    return REVIEWER if actor.startswith("reviewer") else "IT"
