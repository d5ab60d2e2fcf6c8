"""The states of the pages of those who review and of those who operate."""

from functools import partial

from tests.real.states.state import Site, State, fill, press, seen, tick, unfold

it, desk = partial(seen, who="it-security"), partial(seen, who="it-help-desk")
thomas = partial(seen, who="thomas")
empty = partial(it, site=Site.EMPTY)
SEVERAL = "/review/several?case={second}&case={third}"

REVIEW: tuple[State, ...] = (
    it("/review", "cases are open to you"),
    it("/review?severity=low", "No cases match your filters."),
    it("/review", "Select at least one case first.", press("Open selected")),
    it("/review/cases/{second}", "Open this case"),
    it(SEVERAL, "Open these cases"),
    it("/review/cases/{first}", "Assigned to ", press("Open")),
    # Of a page of what is newest, and so right after it.
    seen("/me/data/seen", "A reviewer viewed this alert", who="maria"),
    it("/review/cases/{first}", "Assigned to you.", press("Reassign to me")),
    it("/review/cases/{first}", "A reviewer asked them within the last week."),
    it("/review/cases/{first}", "Write something first.", press("Add note"), status=422),
    it(
        "/review/cases/{first}",
        "Note saved.",
        fill("Add a note", "A."),
        press("Add note"),
    ),
    it(
        "/review/cases/{first}",
        "Choose what it is.",
        press("Save decision"),
        status=422,
    ),
    it(SEVERAL, "2 cases together", press("Open")),
    it(
        SEVERAL,
        "Decision saved for 2 cases",
        tick("Harmless"),
        press("Save decision for all selected"),
    ),
    it("/review/cases/{second}", "Undo “", unfold("Change the decision")),
    desk("/review/cases/{second}", "Help with the report", press("Open")),
    desk(
        "/review/cases/{second}",
        "Another reviewer says something else",
        unfold("Change the decision"),
        tick("Not about this person"),
        press("Save decision"),
    ),
    it("/review/cases/{answered}", "its owner may lose the account", press("Open")),
    it(
        "/review/cases/{answered}",
        "Write why",
        unfold("Leave the report, and say why"),
        press("Leave the report"),
        status=422,
    ),
    it(
        "/review/cases/{answered}",
        "Saved. We emailed them why.",
        unfold("Leave the report, and say why"),
        fill("Why", "It asks parents for money."),
        press("Leave the report"),
    ),
    it("/review/cases/{mistold}", "Send it to whom you told.", press("Open")),
    it("/review/cases/{mistold}", "Undo “", press("I took it back")),
    it("/review/cases/{withheld}", "Impersonation", press("Open")),
    it("/review/cases/none", "This case is not open to you", status=404),
    it("/review/early", "Waiting for a second reviewer"),
    it("/review/early", "Give a reason", press("Send request"), status=422),
    it(
        "/review/early",
        "No case that you can open early has this reference.",
        fill("Reference of the case", "0123abcd"),
        fill("Reason", "A parent called."),
        press("Send request"),
        status=422,
    ),
    it("/review/holds", "A request for records about a complaint."),
    it("/review/holds", "Give a reason", press("Propose"), status=422),
    it("/review/public-records", "Counsel decides what a request gets."),
    it("/review/public-records", "Choose a day.", press("Propose"), status=422),
    it("/review/district", "Over time"),
    it("/review/look-alikes", "cedarval1ey"),
    it(
        "/review/look-alikes",
        "Saved",
        press("Harmless"),
    ),
    it("/review/audit", "from number"),
    it("/review/audit?action=opened-early", "There are no entries of this kind."),
    it("/review/tokens", "Copy the address now", press("Create feed address")),
    desk("/review/early", "It is open for one day", press("Confirm and notify the person")),
    desk("/review/cases/{unshared}", "It closes at", press("Open")),
    thomas("/me/findings/{changed}", "because two reviewers opened it early"),
)
OPERATING: tuple[State, ...] = (
    seen("/operate", "Emails by status", who="operations"),
    seen("/operate/leavers", "no longer in the staff file", who="operations"),
    seen("/operate/leavers", "list everyone whom they listed", who="operations", site=Site.EMPTY),
    seen("/operate/newcomers", "Invite everyone on this list", who="operations"),
    seen("/operate/newcomers", "No one is on this list.", who="operations", site=Site.EMPTY),
    seen("/operate/names", "Names to confirm", who="operations"),
    seen("/operate/tokens", "You have no tokens.", who="operations"),
    seen("/operate/names", "No names are waiting.", who="operations", site=Site.EMPTY),
)
EMPTY: tuple[State, ...] = (
    empty("/review", "No cases are open to you."),
    empty("/review/early", "Nothing is waiting."),
    empty("/review/holds", "No legal hold is in place."),
    empty("/review/public-records", "Nothing is waiting."),
    empty("/review/district", "No sweep has run yet."),
    empty("/review/look-alikes", "Not set up"),
    empty("/review/audit", "There are no entries of this kind."),
    seen("/operate", "No emails yet.", who="operations", site=Site.EMPTY),
)
