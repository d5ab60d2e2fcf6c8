"""What a person reads before they agree. A change of its meaning gets a new version."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from monitor.domain.consent import Scope
from monitor.domain.disclosure import DisclosurePolicy
from monitor.domain.flag import FlagKind

TEXT_VERSION = "2026-11-27"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a district must say of itself. `engines` are the search engines that learn names."""

    engines: tuple[str, ...] = ()
    disclosure: DisclosurePolicy = field(default_factory=DisclosurePolicy)


SCOPES: Mapping[Scope, str] = {
    Scope.SEARCH: "Search engines are asked for your names, with your town, school or handles.",
    Scope.PROFILES: "Sites with profiles are asked for your names, and for handles.",
    Scope.MAIL_ADDRESS: "Search engines are asked for your work address.",
    Scope.MAIL_HASH: "Gravatar is asked for the profile of your work address, by its fingerprint.",
    Scope.PHOTOS: "Whole profile pictures are compared with yours; faces are never recognised.",
    Scope.STUDENT_LINKS: "Your own accounts' public contacts are compared with a student list.",
}

# No source asks for the work address itself yet, so nobody is asked to agree to that.
ASKED_NOWHERE = frozenset({Scope.MAIL_ADDRESS})
ASKED_FOR = tuple(scope for scope in SCOPES if scope not in ASKED_NOWHERE)

_LOOKED_AT = """\
Once a week, and when you ask, we look at what anyone can see on the public web.
We never sign in anywhere. You choose each of these by itself:
"""

_PHOTOS = """\
For pictures we fetch those of your own profiles and of those that may be yours or imitate you.
No picture is kept, only figures that tell whether two are one. No face can be told by them.
"""

_STUDENT_LINKS = """\
For student links we read whom the accounts follow that you told us of or confirmed as yours,
and who follows them.
The list of students is locked with a key. No student's name, handle or picture is kept.
"""

_WHO_IS_MEANT = """\
You are looked up by the name you were invited by, or a form of it: a nickname, an initial.
Any other name you give is shown to IT, with the old one and nothing else.
Nothing is looked up by it before IT confirms it.
An account that shows somebody else's name is not followed, unless you prove that you control it.
Contacts are read, and changes flagged, only of accounts with that proof or with your exact name.
You can add names, places or accounts five times in seven days.
This makes it hard to have somebody else looked up, but not impossible:
somebody with your very name, or an account that shows no name, can be taken for you.
"""

_NEVER = """\
Anything behind a sign-in, private messages, bought or leaked data.
What you think, believe, vote or say: we ask whose a profile is, not what it stands for.
Your passwords: you are never asked for one.
People who have not agreed to this.
"""

_WHO_SEES: Mapping[FlagKind, tuple[str, ...]] = {
    FlagKind.IMPERSONATION: (
        "Somebody pretends to be you: you hear at once, by letter if it is serious.",
        "IT sees it when you share or confirm it.",
        "IT also sees it if it is serious and you do not answer our letter within 7 days.",
    ),
    FlagKind.OWN_ACCOUNT_CHANGED: (
        "An account of yours changed: you hear at once if it is serious, else in your digest.",
        "IT sees it when you share it.",
    ),
    FlagKind.EXPOSED_CONTACT: (
        "A private number or address stands beside your name: you read it in your digest.",
        "IT sees it when you share it.",
    ),
    FlagKind.STUDENT_LINK: (
        "An account of yours is linked with students: you read it in your digest.",
        "IT sees it when you share it.",
    ),
}

_FIELDS = """\
Then IT sees this and no more: your name and school, the kind of flag, how serious it is,
the platform, the address, where it stands and since when, the reasons as general sentences,
and what you said of it.
While a flag is open that somebody pretends to be you, or that your account changed, a copy of its
page is kept, locked, for 30 days at most. It is handed on only if you share the flag.
In an emergency two reviewers together may open one flag early, with a written reason.
You are told at once. Only a flag can be opened so.
IT never sees your other results, your own checks, or who has not joined.
Every look is recorded.
Whoever administers the machine could break into what it holds. Nothing here shows it to them.
"""

_OTHERS = """\
Search engines and sites learn the words they are asked: your name, if you agreed to that.
Mails and flags may be public records, which the law may make the district hand out.
A legal hold can keep the district from erasing what we have. You are told if it does.
It opens nothing to anybody, and if you leave, asking stops all the same.
This service is not for employment decisions: not for hiring, evaluation or discipline.
"""

_LEAVING = """\
Joining is your own choice. Nothing at work depends on it, and no manager is told.
You can take back any part of this, or let all of it rest until a day you choose.
What only a part that you take back had shown is forgotten, unless you shared or claimed it.
You can leave at any time, in one step and without a reason.
Once you leave, nothing more is asked, and what we hold is erased within 24 hours.
What backups still hold is locked, and its key is destroyed with the rest.
Mail that was already sent cannot be called back.
When you no longer work here, asking and mail stop as soon as we are told, and all is erased.
Your consent ends by itself after a year. You are asked before it does.
If you do not renew it, all is erased 30 days later.
"""


def sections(terms: Terms) -> Iterator[Section]:
    """Yield the text as one district has to put it."""
    looks = tuple(f"- {SCOPES[scope]}" for scope in ASKED_FOR)
    more = (*_PHOTOS.splitlines(), *_STUDENT_LINKS.splitlines(), *_WHO_IS_MEANT.splitlines())
    looked_at = (*_LOOKED_AT.splitlines(), *looks, *more)
    yield Section(heading="What is looked at", lines=looked_at)
    yield Section(heading="What is never looked at", lines=tuple(_NEVER.splitlines()))
    yield Section(heading="Who sees what, and when", lines=tuple(_seen(terms.disclosure)))
    yield Section(heading="What others may learn", lines=tuple(_learnt(terms.engines)))
    yield Section(heading="How to leave", lines=tuple(_LEAVING.splitlines()))


def consent_text(terms: Terms) -> str:
    """Write the whole text as it is shown, and as its hash is taken."""
    blocks = ("\n".join((each.heading, *each.lines)) for each in sections(terms))
    return "\n\n".join(blocks) + "\n"


def _seen(disclosure: DisclosurePolicy) -> Iterator[str]:
    yield "You see everything first. Nobody else sees anything, but for a new name and these flags:"
    for sentences in _WHO_SEES.values():
        yield f"- {' '.join(sentences)}"
    days = disclosure.student_link_days
    if days is None:
        yield "A link with students never opens to IT by itself."
    else:
        yield f"That you follow students opens to IT {days} days after we told you, unless settled."
        yield "That students follow you is told to nobody but you."
        yield f"Counsel approved this: {disclosure.counsel}, {disclosure.counsel_approved_on}."
    yield from _FIELDS.splitlines()


def _learnt(engines: tuple[str, ...]) -> Iterator[str]:
    yield from _OTHERS.splitlines()
    if engines:
        yield f"The search engines asked are: {', '.join(engines)}."


TEXT = consent_text(Terms())
