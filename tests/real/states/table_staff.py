"""The states of the pages of staff: each page full and empty, and each standing of a person."""

from functools import partial

from tests.real.states.state import Site, State, clear_ticks, fill, press, seen, tick, unfold

SAVE, KEEP = press("Save"), press("Save")
maria, john, thomas = (partial(seen, who=name) for name in ("maria", "john", "thomas"))
paused, new = partial(seen, who="elizabeth"), partial(seen, who="nina")

FINDINGS: tuple[State, ...] = (
    maria("/me", "may be pretending to be you"),
    maria("/me/sort", "left, most serious first"),
    maria("/me/findings/{finding}", "Is this account you?"),
    maria("/me/findings/{own}", "What happened"),
    maria("/me/findings/{finding}/beside", "Side by side"),
    maria("/me/findings/{finding}/beside/{own}", "Side by side"),
    maria("/me/findings/{finding}/versions", "How it changed"),
    maria("/me/takedown/{case}", "Report this account"),
    maria("/me/takedown/{there}", "Choose what happened.", KEEP, status=422),
    maria("/me/takedown/{fourth}", "Saved:", press("I reported it")),
    maria("/me/findings/{mistaken}", "Take the report back"),
    maria("/me/takedown/{mistaken}/withdraw", "Take the report back"),
    maria("/me/takedown/{there}", "It is still there"),
    maria("/me/takedown/{missing}", "It seems to be gone"),
    maria("/me/takedown/{gone}", "It is gone"),
    maria("/me/takedown/{unknown}", "We do not know how this platform"),
    maria("/me/takedown/{proof}", "Proof of identity"),
    maria("/me/findings/removals", "need you"),
    john("/me/findings/removals", "No site that we know shows your address"),
    maria("/me/removal/{listed}", "Whitepages"),
    maria("/me/removal/{unlisted}", "We do not know how this site takes requests"),
    maria("/me/removal/{listed}", "Removal requested", press("I asked for removal")),
    maria("/me/removal/{listed}", "You no longer see it", press("I no longer see it")),
    maria("/me/removal/{unheard}", "If that does not help"),
    maria("/me/findings/{first}", "Saved:", press("Someone pretending to be me")),
    maria("/me/findings/{first}", "You said:"),
)
SHARING: tuple[State, ...] = (
    thomas("/me/findings/{changed}", "Did you change your account?"),
    thomas("/me/cases/{unshared}/share", "Share this with IT?"),
    thomas("/me/cases/{unshared}/share", "Shared with IT.", press("Share")),
    thomas("/me/findings/{changed}", "No longer shared", press("Stop sharing with IT")),
    thomas("/me/sort", "Saved: Not about me.", press("Not about me")),
)
SORTED: tuple[State, ...] = (
    john("/me", "Your consent ends on"),
    john("/me/sort", "What we learned from your answers"),
    john("/me/sort/done", "Undo"),
    john("/me/sort/done", "Undone: “", press("Undo")),
    new("/me", "Your first check is still to come"),
    new("/me/sort", "Nothing yet. Your first check is still to come."),
    new("/me/sort/done", "Nothing yet."),
    new("/me/findings", "Nothing yet. Your first check is still to come."),
    new("/me/tell", "Then tell IT its address"),
    new("/me/tell", "This is no address of the web.", press("Tell IT"), status=422),
)
CHECKS: tuple[State, ...] = (
    new("/me/check", "We search all the places you agreed to"),
    new("/me/check", "We check once a day until", press("Check once a day")),
    new("/me/check", "For a bad week", press("Back to once a week")),
    seen("/me/check", "Waiting for the service", who="wilma"),
    seen("/me", "A check is running", who="wilma"),
    seen("/me/check", "The check has not started yet", who="ulla"),
    thomas("/me/check", "so far"),
    john("/me/check", "Your check finished on"),
    seen("/me/check", "Your check finished on", who="ella"),
)
ADDRESS = "Your new work email"
SEND, MOVE = press("Send link"), press("Change my address")
MOVING: tuple[State, ...] = (
    new("/me/data", "Work email"),
    new("/me/data/address", "Change your work email"),
    new("/me/data/address", "Enter one address", fill(ADDRESS, "nina"), SEND, status=422),
    new(
        "/me/data/address",
        "Check your new inbox",
        fill(ADDRESS, "nina.lake@cedarvalley.example"),
        SEND,
    ),
    new("/me/data/address/code", "No email?"),
    new("/me/data", "Confirm the new address"),
    new("/me/data/address/any-code", "One more step"),
    new("/me/data/address/any-code", "not the code from your last", MOVE, status=422),
    new("/me/data/address/move-elsewhere", "in another browser", MOVE, status=422),
    seen("/me/data/address/moved", "used or has expired", MOVE, who="ella", status=410),
    seen("/me/data/address", "You changed it on", who="ella"),
    seen("/me/data/address", "You sign in with", who="john", site=Site.VOUCHED),
)
DATA: tuple[State, ...] = (
    maria("/me/data", "What you agreed to"),
    maria("/me/data", "Choose how long.", unfold("Pause"), press("Pause"), status=422),
    maria(
        "/me/data",
        "every four weeks",
        unfold("How often we email you"),
        tick("Every four weeks"),
        press("Save how often"),
    ),
    maria("/me/findings", "pages and accounts"),
    maria("/me/findings?show=mine", "Mine ("),
    maria("/me/findings?words=nowhere-at-all", "Nothing here matches."),
    maria("/me/data/alerts", "You have no feeds yet."),
    maria("/me/data/picture", "Pictures are not compared"),
    seen("/me/data/picture", "We do not store the picture", who="ulla"),
    seen("/me/data/picture", "Choose a file", press("Add picture"), who="ulla", status=422),
    maria("/me/data/tokens", "You have no tokens."),
    maria("/me/data/tokens", "Give the token a name", press("Create token"), status=422),
    maria("/me/data/tokens", "Copy the address now", press("Create calendar address")),
    maria("/me/data/breaches", "You have not agreed to this"),
    maria("/me/data/scopes", "Change what we search"),
    maria("/me/data/scopes", "Choose at least", clear_ticks, press("Continue"), status=422),
    maria("/me/data/scopes", "New searches", tick("Profile pictures"), press("Continue")),
    maria(
        "/me/data/scopes",
        "Nobody can bring it back.",
        clear_ticks,
        tick("Search engines"),
        press("Continue"),
    ),
    maria("/me/data/renew", "This is the current consent text."),
    maria("/me/data/renew", "Choose at least", clear_ticks, press("I agree"), status=422),
    maria("/me/data/names", "What names do you go by?"),
    maria("/me/data/names", "Enter your", fill("First name", ""), SAVE, status=422),
    maria("/me/data/work", "Where do you work and live?"),
    maria("/me/data/accounts", "Which accounts are yours?"),
    maria("/me/data/accounts", "Choose the network", press("Add"), status=422),
    maria("/me/data/accounts", "Saved.", SAVE),
    maria("/me/data/leave", "Leave Namesake?"),
    new("/me/data/seen", "You joined"),
    seen("/me/data", "You can make the next one after", who="ulla"),
)
STANDINGS: tuple[State, ...] = (
    paused("/me", "Paused"),
    paused("/me/data", "Checks are paused until"),
    paused("/me/data/renew", "New searches", tick("Profile pictures"), press("I agree")),
    paused("/me/check", "We are not searching for you right now."),
    paused("/me/data", "Checks are on again.", press("Resume now")),
    thomas("/me/data", "Legal hold since"),
    thomas("/me/data", "You stopped it."),
    thomas("/me/data/leave", "stays until the hold is lifted"),
    john("/me/data", "Unless you renew, monitoring stops"),
    seen("/me", "Your consent has ended", who="rosa"),
    seen("/me/data/names", "Your consent has ended, so", SAVE, who="rosa"),
    seen("/me/sort", "Review what we found", who="rosa"),
    seen("/me", "You left Namesake", who="daniel"),
    seen("/me/data", "You left", who="daniel"),
    seen("/me/data/leave", "You left", press("Leave and delete my data"), who="lena"),
)
