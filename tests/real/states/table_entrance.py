"""The states of the pages before one is in: signing in, invitations, joining, and every error."""

from functools import partial

from tests.real.states.state import Site, State, fill, press, seen, spoil_token, tick, typed_over

MAIL, ADD = "Your work mail address", "Add one: paste the address of your profile or page"
GO_ON = press("Continue")
invited = partial(seen, who="igor")

SIGNING_IN: tuple[State, ...] = (
    seen("/sign-in", MAIL),
    seen("/sign-in", "You were signed out", who="lapsed"),
    seen("/sign-in", "Type one mail", fill(MAIL, "maria"), press("Send me a link"), status=422),
    seen("/sign-in", "Look into your mail", fill(MAIL, "x@y.example"), press("Send me a link")),
    seen("/sign-in/link", "Nothing has come"),
    seen("/sign-in/link-spent", "One more press"),
    seen("/sign-in/link-spent", "was used or is out of date", press("Sign in"), status=410),
    seen("/sign-in/link-expired", "was used or is out of date", press("Sign in"), status=410),
    seen("/sign-in/link-elsewhere", "in another browser", press("Sign in"), status=422),
    seen("/me", "You are signed out.", press("Sign out"), who="wilma"),
    seen("/demo", "Who do you want to be?"),
    seen("/stop/{stop_maria}", "Stop the weekly letter?"),
    seen("/stop/{stop_john}", "letter is stopped", press("Stop the weekly letter")),
    seen("/stop/none", "does nothing any more", status=404),
)
ACCOUNTS: tuple[State, ...] = (
    seen("/sign-in", "Sign in with your school account", site=Site.ACCOUNTS),
    seen("/sign-in/account", "One more press", site=Site.ACCOUNTS),
    seen("/sign-in/account", "not joined", press("Sign in"), status=403, site=Site.ACCOUNTS),
    seen(
        "/sign-in/account",
        "could not be signed in",
        typed_over("code", "refused"),
        press("Sign in"),
        status=403,
        site=Site.ACCOUNTS,
    ),
    seen("/sign-in/account/back", "out of date", status=410, site=Site.ACCOUNTS),
)
VOUCHED: tuple[State, ...] = (
    seen("/sign-in", "Come in by the sign-in page", site=Site.VOUCHED),
    seen("/sign-in", "You have not joined", who="stranger", status=403, site=Site.VOUCHED),
    seen("/me", "What is looked at", who="john", site=Site.VOUCHED),
    seen("/me/data", "What is kept", who="john", site=Site.VOUCHED),
)
ERRORS: tuple[State, ...] = (
    *(
        seen(f"/join/fault/{status}", words, status=status)
        for status, words in {
            400: "could not be read",
            403: "not for your account",
            404: "no such page",
            405: "cannot be done here",
            410: "out of date",
            413: "too large",
            422: "Something is missing",
            500: "a fault of ours",
            503: "busy or being looked after",
        }.items()
    ),
    seen("/nowhere", "no such page", who="john", status=404),
    seen("/me/data/pause", "cannot be done here", who="john", status=405),
    seen("/review", "another role", who="john", status=403),
    seen("/me/items/{item}", "never yours", who="john", status=404),
    seen("/sign-in", "form is out of date", spoil_token, press("Send me a link"), status=403),
)
INVITED: tuple[State, ...] = (
    seen("/join", "It works once, and for 14 days."),
    seen("/join", "Paste the code", GO_ON, status=422),
    seen("/join/code/code-of-iris", "Hello Iris"),
    seen("/join/code/joined-nina", "has been answered", status=410),
    seen("/join/code/an-old-code", "is out of date", status=410),
    seen("/join/code/none", "opens nothing", status=410),
    seen("/me/joined", "You have joined, Nina", who="nina"),
    seen("/join/not-me/{undo_olga}", "Was it not you?"),
    seen("/join/not-me/{undo_olga}", "It is undone", press("It was not me: undo it")),
    seen("/join/not-me/none", "does nothing any more", status=410),
    seen("/join/left", "You have left"),
)
JOINING: tuple[State, ...] = (
    invited("/join/read", "Join Namesake"),
    invited("/join/read", "What may Namesake ask?", GO_ON),
    invited("/join/scopes", "Choose at least one", GO_ON, status=422),
    invited("/join/scopes", "Which names", tick("Sites with profiles"), GO_ON),
    invited(
        "/join/names",
        "Enter your family name.",
        fill("Given name", ""),
        fill("Family name", ""),
        GO_ON,
        status=422,
    ),
    invited("/join/names", "Where would people expect you?", GO_ON),
    invited("/join/work", "Shorten this", fill("Your school", "x" * 101), GO_ON, status=422),
    invited("/join/work", "Which accounts are yours?", GO_ON),
    invited("/join/accounts", "Paste the address", fill(ADD, "igor"), press("Add"), status=422),
    invited("/join/accounts", "Added to", fill(ADD, "instagram.com/igor"), press("Add")),
    invited("/join/accounts", "Take one of the two back.", tick("Instagram"), GO_ON, status=422),
    invited("/join/accounts", "What will be asked", GO_ON),
    invited("/join/check", "You have joined, Igor", press("I agree, and join")),
    seen("/join/read", "What may Namesake ask?", GO_ON, who="ines"),
)
