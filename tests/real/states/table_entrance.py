"""The states of the pages before one is in: signing in, invitations, joining, and every error."""

from functools import partial

from tests.real.states.state import (
    Site,
    State,
    fill,
    press,
    seen,
    spoil_token,
    tick,
    tick_box,
    typed_over,
    unfold,
)

MAIL, ADD = "Your work email", "Username or web address"
GO_ON = press("Continue")
invited = partial(seen, who="igor")

SIGNING_IN: tuple[State, ...] = (
    seen("/sign-in", MAIL),
    seen("/sign-in", "You were signed out", who="lapsed"),
    seen("/sign-in", "Enter one email", fill(MAIL, "maria"), press("Email me a code"), status=422),
    seen("/sign-in", "Check your email", fill(MAIL, "x@y.example"), press("Email me a code")),
    seen("/sign-in/link", "No email?"),
    seen(
        "/sign-in/link",
        "wrong or too old",
        fill("Enter the six digits from the email", "123456"),
        press("Sign in"),
        status=422,
    ),
    seen("/sign-in/emails", "No email from us?"),
    seen(
        "/sign-in/emails",
        "Enter one email",
        fill(MAIL, "maria"),
        press("Email me the list"),
        status=422,
    ),
    seen(
        "/sign-in/emails",
        "If this address has joined",
        fill(MAIL, "x@y.example"),
        press("Email me the list"),
    ),
    seen("/sign-in/emails/asked", "If this address has joined"),
    seen("/sign-in/link-spent", "One more step"),
    seen("/sign-in/link-spent", "was already used or has expired", press("Sign in"), status=410),
    seen("/sign-in/link-expired", "was already used or has expired", press("Sign in"), status=410),
    seen("/sign-in/link-elsewhere", "in another browser", press("Sign in"), status=422),
    seen("/me", "You are signed out.", press("Sign out"), who="wilma"),
    seen("/demo", "Who do you want to be?"),
    seen("/demo", "Read their invitation"),
    seen("/demo/mail", "All emails of the demo"),
    seen("/demo/mail?to={reader}", "Emails to"),
    seen("/demo/mail?to=x@y.example", "No emails yet"),
    seen("/demo/mail/{email}", "On a phone"),
    seen("/stop/{stop_maria}", "Stop the regular email?"),
    seen("/stop/{stop_john}", "You stopped the regular email", press("Stop the regular email")),
    seen("/stop/none", "no longer works", status=404),
    seen("/answer/{answer_maria}", "This link answers only this result"),
    seen("/answer/{answer_maria}", "You said:", press("Not about me")),
    seen("/answer/{answer_maria}", "is gone", status=410),
    seen(
        "/answer/{answer_maria}",
        "Check your email",
        press("Email me a code"),
        status_before_deeds=410,
    ),
    seen("/tell", "All staff can tell IT"),
    seen("/tell", "Enter one email", fill(MAIL, "maria"), press("Email me a link"), status=422),
    seen("/tell", "on the list of staff", fill(MAIL, "x@y.example"), press("Email me a link")),
    seen("/tell/{tell}", "Then tell IT its address"),
    seen("/tell/none", "was already used or has expired", status=410),
)
ACCOUNTS: tuple[State, ...] = (
    seen("/sign-in", "Sign in with your school account", site=Site.ACCOUNTS),
    seen("/sign-in/account", "One more step", site=Site.ACCOUNTS),
    seen("/sign-in/account", "not joined", press("Sign in"), status=403, site=Site.ACCOUNTS),
    seen(
        "/sign-in/account",
        "could not sign you in",
        typed_over("code", "refused"),
        press("Sign in"),
        status=403,
        site=Site.ACCOUNTS,
    ),
    seen("/sign-in/account/back", "expired", status=410, site=Site.ACCOUNTS),
)
VOUCHED: tuple[State, ...] = (
    seen("/sign-in", "Use the sign-in page", site=Site.VOUCHED),
    seen("/sign-in", "You have not joined", who="stranger", status=403, site=Site.VOUCHED),
    seen("/me", "How we check", who="john", site=Site.VOUCHED),
    seen("/me/data", "What we store", who="john", site=Site.VOUCHED),
)
ERRORS: tuple[State, ...] = (
    *(
        seen(f"/join/fault/{status}", words, status=status)
        for status, words in {
            400: "could not read",
            403: "You cannot open this page",
            404: "Page not found",
            405: "You cannot do that here",
            410: "expired",
            413: "Too large",
            422: "Something is missing",
            500: "Internal error",
            503: "busy or under maintenance",
        }.items()
    ),
    seen("/nowhere", "Page not found", who="john", status=404),
    seen("/me/data/pause", "You cannot do that here", who="john", status=405),
    seen("/review", "another person or role", who="john", status=403),
    seen("/me/findings/{finding}", "never yours", who="john", status=404),
    seen("/sign-in", "form has expired", spoil_token, press("Email me a code"), status=403),
)
INVITED: tuple[State, ...] = (
    seen("/join", "It works once, within 14 days."),
    seen("/join", "Paste the code", GO_ON, status=422),
    seen("/join/code/code-of-iris", "Hello Iris"),
    seen("/join/code/joined-nina", "was already used", status=410),
    seen("/join/code/an-old-code", "has expired", status=410),
    seen("/join/code/none", "does not work", status=410),
    seen("/me/joined", "You have joined, Nina", who="nina"),
    seen("/join/not-me/{undo_olga}", "Was this not you?"),
    seen("/join/not-me/{undo_olga}", "Undone", press("This was not me. Undo it")),
    seen("/join/not-me/none", "no longer works", status=410),
    seen("/join/left", "You left"),
)
JOINING: tuple[State, ...] = (
    invited("/join/read", "Join Namesake"),
    invited("/join/read", "What may we search?", GO_ON),
    invited("/join/scopes", "Choose at least one", GO_ON, status=422),
    invited("/join/scopes", "What names", tick("Profile sites"), GO_ON),
    invited(
        "/join/names",
        "Enter your last name.",
        fill("First name", ""),
        fill("Last name", ""),
        GO_ON,
        status=422,
    ),
    invited("/join/names", "Where do you work and live?", GO_ON),
    invited("/join/work", "Use at most", fill("Your school", "x" * 101), GO_ON, status=422),
    invited("/join/work", "Which accounts are yours?", GO_ON),
    invited("/join/accounts", "Choose the network", fill(ADD, "igor"), press("Add"), status=422),
    invited(
        "/join/accounts", "on Instagram is added", fill(ADD, "instagram.com/igor"), press("Add")
    ),
    invited(
        "/join/accounts",
        "Remove one of the two.",
        unfold("Networks where you have no account"),
        tick_box("Instagram"),
        GO_ON,
        status=422,
    ),
    invited("/join/accounts", "You agree until", GO_ON),
    invited("/join/check", "You have joined, Igor", press("Agree and join")),
    seen("/join/read", "What may we search?", GO_ON, who="ines"),
)
