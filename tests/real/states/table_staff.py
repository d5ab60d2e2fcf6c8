"""The states of the pages of staff: each page full and empty, and each standing of a person."""

from functools import partial

from tests.real.states.state import Site, State, clear_ticks, fill, press, seen, tick

SAVE, KEEP = press("Save"), press("Keep it")
maria, john, thomas = (partial(seen, who=name) for name in ("maria", "john", "thomas"))
paused, new = partial(seen, who="elizabeth"), partial(seen, who="nina")

FINDINGS: tuple[State, ...] = (
    maria("/me", "for your attention"),
    maria("/me/sort", "left, the worst first"),
    maria("/me/items/{item}", "Who sees this"),
    maria("/me/items/{own}", "What happened"),
    maria("/me/items/{item}/beside", "Side by side"),
    maria("/me/items/{item}/beside/{own}", "Side by side"),
    maria("/me/items/{item}/versions", "How it changed"),
    maria("/me/data/seen", "A reviewer looked at this flag"),
    maria("/me/takedown/{flag}", "Have this account taken down"),
    maria("/me/takedown/{flag}", "Choose what has happened.", KEEP, status=422),
    maria("/me/takedown/{fourth}", "Noted:", tick("I have reported it"), KEEP),
    maria("/me/takedown/{there}", "It is still there"),
    maria("/me/takedown/{missing}", "It seems to be gone"),
    maria("/me/takedown/{gone}", "It is gone"),
    maria("/me/takedown/{unknown}", "We do not know this platform"),
    maria("/me/takedown/{proof}", "About proof of who you are"),
    maria("/me/items/{first}", "Kept.", press("Someone posing as me")),
    maria("/me/items/{first}", "You said:"),
)
SHARING: tuple[State, ...] = (
    thomas("/me/items/{changed}", "Only you."),
    thomas("/me/flags/{unshared}/share", "Share this with IT?"),
    thomas("/me/flags/{unshared}/share", "Shared with IT.", press("Share it")),
    thomas("/me/items/{changed}", "No longer shared", press("Stop sharing it with IT")),
    thomas("/me/sort", "Sorted: Not about me.", press("Not about me")),
)
SORTED: tuple[State, ...] = (
    john("/me", "Your consent ends on"),
    john("/me/sort", "What your answers taught"),
    john("/me/sort/done", "Take back"),
    john("/me/sort/done", "Taken back.", press("Take back")),
    new("/me", "the first look is still to come"),
    new("/me/sort", "Nothing yet: the first look is still to come."),
    new("/me/sort/done", "Nothing yet."),
)
CHECKS: tuple[State, ...] = (
    new("/me/check", "All the sources you agreed to"),
    seen("/me/check", "Waiting for the service", who="wilma"),
    seen("/me", "A check is running", who="wilma"),
    seen("/me/check", "Nobody has begun with it yet", who="ulla"),
    thomas("/me/check", "so far"),
    john("/me/check", "is over"),
    seen("/me/check", "is over", who="ella"),
)
ADDRESS = "Your new work address"
SEND, MOVE = press("Send the letter"), press("Change my address")
MOVING: tuple[State, ...] = (
    new("/me/data", "Work address"),
    new("/me/data/address", "Change your work address"),
    new("/me/data/address", "Type one address", fill(ADDRESS, "nina"), SEND, status=422),
    new(
        "/me/data/address",
        "Look into your new mailbox",
        fill(ADDRESS, "nina.lake@cedarvalley.example"),
        SEND,
    ),
    new("/me/data/address/code", "Nothing has come"),
    new("/me/data", "waits to be confirmed"),
    new("/me/data/address/any-code", "One more press"),
    new("/me/data/address/any-code", "not the code of your last", MOVE, status=422),
    new("/me/data/address/move-elsewhere", "in another browser", MOVE, status=422),
    seen("/me/data/address/moved", "used or is out of date", MOVE, who="ella", status=410),
    seen("/me/data/address", "It has done so since", who="ella"),
    seen("/me/data/address", "You sign in with", who="john", site=Site.VOUCHED),
)
DATA: tuple[State, ...] = (
    maria("/me/data", "What you agreed to"),
    maria("/me/data", "Choose for how long.", press("Pause"), status=422),
    maria("/me/data/scopes", "Change what may be asked"),
    maria("/me/data/scopes", "Choose at least", clear_ticks, press("Continue"), status=422),
    maria("/me/data/scopes", "asked anew", tick("Profile pictures"), press("Continue")),
    maria("/me/data/renew", "This is the text as it is today."),
    maria("/me/data/renew", "Choose at least", clear_ticks, press("I agree"), status=422),
    maria("/me/data/names", "Which names are you known by?"),
    maria("/me/data/names", "Enter your", fill("Given name", ""), SAVE, status=422),
    maria("/me/data/work", "Where would people expect you?"),
    maria("/me/data/accounts", "Which accounts are yours?"),
    maria("/me/data/accounts", "Paste the address", press("Add"), status=422),
    maria("/me/data/accounts", "Saved.", SAVE),
    maria("/me/data/leave", "Leave Namesake?"),
    new("/me/data/seen", "You joined"),
    seen("/me/data", "The next can be made from", who="ulla"),
)
STANDINGS: tuple[State, ...] = (
    paused("/me", "Paused"),
    paused("/me/data", "Everything rests until"),
    paused("/me/data/renew", "asked anew", tick("Profile pictures"), press("I agree")),
    paused("/me/check", "No check can be asked for", press("Check now"), status=409),
    paused("/me/data", "Everything goes on.", press("Go on now")),
    thomas("/me/data", "A legal hold stands since"),
    thomas("/me/data", "You have stopped it."),
    thomas("/me/data/leave", "is kept until it is lifted"),
    john("/me/data", "Without a new yes everything stops"),
    seen("/me", "Your consent has ended", who="rosa"),
    seen("/me/data/names", "Your consent has ended, so", SAVE, who="rosa"),
    seen("/me/sort", "Sort what was found", who="rosa"),
    seen("/me", "You have left Namesake", who="daniel"),
    seen("/me/data", "You have left", who="daniel"),
    seen("/me/data/leave", "You have left", press("Leave, and have everything erased"), who="lena"),
)
