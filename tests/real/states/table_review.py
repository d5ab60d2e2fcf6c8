"""The states of the pages of those who review and of those who operate."""

from functools import partial

from tests.real.states.state import Site, State, fill, press, seen, tick

it, desk = partial(seen, who="it-security"), partial(seen, who="it-help-desk")
empty = partial(it, site=Site.EMPTY)
SEVERAL = "/review/several?ref={second}&ref={third}"

REVIEW: tuple[State, ...] = (
    it("/review", "flags are open to you"),
    it("/review?severity=low", "No flag fits your choice."),
    it("/review", "Choose at least one flag first.", press("Open the chosen together")),
    it("/review/flags/{second}", "Open this flag"),
    it(SEVERAL, "Open these flags"),
    it("/review/flags/{first}", "has taken it.", press("Open")),
    it("/review/flags/{first}", "You have taken it.", press("Take it over")),
    it("/review/flags/{first}", "They were asked within the last week."),
    it("/review/flags/{first}", "Write something first.", press("Add the note"), status=422),
    it(
        "/review/flags/{first}",
        "The note is kept.",
        fill("Add a note", "A."),
        press("Add the note"),
    ),
    it("/review/flags/{first}", "Choose what it is.", press("Keep the ruling"), status=422),
    it(SEVERAL, "2 flags together", press("Open")),
    it(SEVERAL, "2 flags ruled", tick("Harmless"), press("Keep the ruling for all chosen")),
    it("/review/flags/{second}", "Take your last ruling back"),
    it("/review/flags/none", "no such page", status=404),
    it("/review/early", "Waiting for a second reviewer"),
    it("/review/early", "Give a reason", press("Propose"), status=422),
    it("/review/holds", "A request for records about a complaint."),
    it("/review/holds", "Give a reason", press("Propose"), status=422),
    it("/review/district", "Over time"),
    it("/review/audit", "Rows"),
    it("/review/audit?action=broke-glass", "Nothing of this kind was done."),
    desk("/review/early", "It is open for a day", press("Confirm, and tell the person now")),
)
OPERATING: tuple[State, ...] = (
    seen("/operate", "Letters by their state", who="operations"),
    seen("/operate/names", "Asks to go by", who="operations"),
    seen("/operate/names", "No name waits.", who="operations", site=Site.EMPTY),
)
EMPTY: tuple[State, ...] = (
    empty("/review", "Nothing is open to you."),
    empty("/review/early", "Nothing waits."),
    empty("/review/holds", "No legal hold is in place."),
    empty("/review/district", "There was no sweep yet."),
    empty("/review/audit", "Nothing of this kind was done."),
    seen("/operate", "No letter was written yet.", who="operations", site=Site.EMPTY),
)
