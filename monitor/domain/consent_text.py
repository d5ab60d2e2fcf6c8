"""What a person reads before they agree. A change of its meaning gets a new version."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from monitor.domain.disclosure import DisclosurePolicy
from monitor.domain.vocabulary import CaseKind, Scope

TEXT_VERSION = "2026-11-30.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentSection:
    """`lines` are what everyone reads; `more` says it in full, and is folded on a page."""

    heading: str
    lines: tuple[str, ...]
    more: tuple[str, ...] = ()


SCOPE_SENTENCES: Mapping[Scope, str] = {
    Scope.SEARCH: "We ask search engines for your names, with your town, school, or usernames.",
    Scope.PEOPLE_SEARCH: (
        "We ask search engines if people-search sites list you, by your name and town."
    ),
    Scope.PROFILES: "We ask sites with profiles for your names, and for usernames.",
    Scope.MAIL_ADDRESS: "We ask search engines for your work email address.",
    Scope.MAIL_HASH: "We ask Gravatar for your profile, by a code made from your work email.",
    Scope.BREACHES: (
        "We ask Have I Been Pwned if your work email address was in a known data breach."
    ),
    Scope.PHOTOS: "We compare whole profile pictures with yours. We never recognize faces.",
    Scope.STUDENT_LINKS: "We compare your own accounts' public contacts with a student list.",
}

# No source asks for the work address itself yet, so no one is asked to agree to that.
UNUSED_SCOPES = frozenset({Scope.MAIL_ADDRESS})
OFFERED_SCOPES = tuple(scope for scope in SCOPE_SENTENCES if scope not in UNUSED_SCOPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTerms:
    """What a district must say of itself.

    `engines` are the search engines that learn names, `scopes` what its sources can be asked.
    """

    engines: tuple[str, ...] = ()
    scopes: tuple[Scope, ...] = OFFERED_SCOPES
    disclosure: DisclosurePolicy = field(default_factory=DisclosurePolicy)


_LOOKED_AT = """\
Once a week, and when you ask, we look at what anyone can see on the web.
We never sign in anywhere.
Of Facebook, Instagram, TikTok, X, LinkedIn, Threads, Snapchat, and Nextdoor,
we see only what search engines show.
"""

_EACH_PART = "You choose each of these separately:"

_PHOTOS = """\
For pictures, we fetch those of your own profiles and of those that may be yours or copy you.
When a check ends, we store numbers that show whether two are the same. They cannot identify a face.
While an alert that someone else made an account as you or about you has no answer from you,
we also store small locked copies of its picture and yours, for 30 days at most. Only you see them.
"""

_BREACHES = """\
For data breaches, Have I Been Pwned learns your work email address, once in each check.
We learn which breaches, when, and what kinds of data leaked, but never the leaked data.
Only you see this. It is never shown to IT or to reviewers.
"""

_STUDENT_LINKS = """\
For student links, we look at the accounts that you listed or confirmed as yours.
We read which accounts they follow, and which accounts follow them.
The list of students is locked with a key. We store no student's name, username, or picture.
"""

_WHO_IS_MEANT = """\
We look you up by the name on your invitation, or a form of it: a nickname, an initial.
If you give any other name, IT sees it with the old one and nothing else.
We look up nothing by it before IT confirms it.
We do not monitor an account that shows someone else's name, unless you prove that you control it.
We read contacts, and flag changes, only for accounts with that proof or with your exact name.
You can add names, places, or accounts five times in seven days.
This makes it hard to have someone else looked up, but not impossible:
someone with exactly your name, or an account that shows no name, can be mistaken for you.
"""

_NEVER = """\
Anything behind a sign-in, private messages, bought or leaked data.
Your opinions. We ask whose profile it is, not what views it shows.
Your passwords. We never ask you for one.
People who have not agreed to this.
"""

_WHO_SEES: Mapping[CaseKind, tuple[str, ...]] = {
    CaseKind.IMPERSONATION: (
        "Someone pretends to be you: you find out right away, by email if it is serious.",
        "IT sees it when you share or confirm it.",
        "IT also sees it if it is serious and you do not answer our email within 7 days.",
    ),
    CaseKind.OWN_ACCOUNT_CHANGED: (
        "Your account changed: you find out right away if it is serious.",
        "Otherwise, it is in your weekly email.",
        "IT sees it when you share it.",
    ),
    CaseKind.MOCK_ACCOUNT: (
        "Others made an account about you: you find out right away, by email if it is serious.",
        "IT sees it when you share it.",
    ),
    CaseKind.EXPOSED_CONTACT: (
        "A private number or address appears next to your name: it is in your weekly email.",
        "IT sees it when you share it.",
    ),
    CaseKind.STUDENT_LINK: (
        "Your account is linked to students: it is in your weekly email.",
        "IT sees it when you share it.",
    ),
}

_SEEN_BY_IT = """\
Then IT sees a short list of fields, and never your other results.
In an emergency, two reviewers together may open one alert early. We tell you right away.
Every look is recorded.
"""

_FIELDS = """\
Then IT sees this and no more: your name and school, the kind of alert, how serious it is,
the platform, the address, its status and since when, the reasons as general sentences,
and what you said about it.
While an alert is open because others made an account as you or about you, or yours changed,
we store a locked copy of its page, for 30 days at most. We pass it on only if you share the alert.
Opening an alert early takes a written reason, and only an alert can be opened this way.
When a reviewer has said what an alert is, it stays open to IT as before, until you answer.
That reviewer can read it until a week after it ends, but not once you say that it is yours.
What IT says never ends an alert before you have had four weeks to answer.
IT never sees your own checks, or who has not joined.
The people who run the server could break into what it stores. Namesake does not show it to them.
"""

_OTHERS = """\
Search engines and sites learn what we ask them: your name, if you agreed to that.
Emails and alerts may be public records, and the law may require the district to release them.
This service is not for employment decisions: not for hiring, evaluation, or discipline.
"""

_HOLDS = """\
A legal hold can keep the district from erasing what we have. We tell you if that happens.
A hold gives no one access. If you leave, we still stop looking you up.
"""

_LEAVING = """\
Joining is your own choice. Nothing at work depends on it, and no manager is informed.
You can leave at any time, in one step and without a reason.
Once you leave, we look up nothing more, and what we have is erased within 24 hours.
Your consent ends automatically after a year. We ask you before it does.
"""

_ENDING = """\
You can take back any part of this, or pause all of it until a day you choose.
If you take back a part, we erase what only that part had shown, unless you shared or claimed it.
What is still in backups is locked, and its key is destroyed with the rest.
Email that was already sent cannot be called back.
When you no longer work here, we stop checks and email as soon as we learn of it.
Then everything is erased.
If you do not renew it, everything is erased 30 days later.
"""


def build_consent_sections(terms: ConsentTerms) -> Iterator[ConsentSection]:
    """Yield the text as one district has to put it."""
    yield ConsentSection(
        heading="What we look at",
        lines=tuple(_LOOKED_AT.splitlines()),
        more=tuple(_describe_scopes(terms.scopes)),
    )
    yield ConsentSection(heading="What we never look at", lines=tuple(_NEVER.splitlines()))
    yield ConsentSection(
        heading="Who sees what, and when",
        lines=tuple(_summarize_disclosure(terms.disclosure)),
        more=tuple(_describe_disclosure(terms.disclosure)),
    )
    yield ConsentSection(
        heading="What others may learn",
        lines=tuple(_describe_third_parties(terms.engines)),
        more=tuple(_HOLDS.splitlines()),
    )
    yield ConsentSection(
        heading="How to leave",
        lines=tuple(_LEAVING.splitlines()),
        more=tuple(_ENDING.splitlines()),
    )


def render_consent_text(terms: ConsentTerms) -> str:
    """Write the whole text as it is shown, and as its hash is taken."""
    sections = build_consent_sections(terms)
    blocks = ("\n".join((section.heading, *section.lines, *section.more)) for section in sections)
    return "\n\n".join(blocks) + "\n"


def _describe_scopes(scopes: tuple[Scope, ...]) -> Iterator[str]:
    yield _EACH_PART
    yield from (f"- {SCOPE_SENTENCES[scope]}" for scope in scopes)
    if Scope.PHOTOS in scopes:
        yield from _PHOTOS.splitlines()
    if Scope.BREACHES in scopes:
        yield from _BREACHES.splitlines()
    if Scope.STUDENT_LINKS in scopes:
        yield from _STUDENT_LINKS.splitlines()
    yield from _WHO_IS_MEANT.splitlines()


def _summarize_disclosure(disclosure: DisclosurePolicy) -> Iterator[str]:
    yield "You see everything first. IT sees only a new name that you add, and these alerts:"
    yield (
        "- Someone pretends to be you: IT sees it when you share or confirm it, or if it is "
        "serious and you do not answer our email within 7 days."
    )
    yield "- Any other alert: IT sees it when you share it."
    if disclosure.student_link_days is not None:
        yield _describe_student_links(disclosure.student_link_days)
    yield from _SEEN_BY_IT.splitlines()


def _describe_student_links(days: int) -> str:
    when = f"{days} days after we tell you, unless you settle it first"
    return f"If you follow students, IT sees it {when}."


def _describe_disclosure(disclosure: DisclosurePolicy) -> Iterator[str]:
    yield "In full, by the kind of alert:"
    for sentences in _WHO_SEES.values():
        yield f"- {' '.join(sentences)}"
    days = disclosure.student_link_days
    if days is None:
        yield "A link to students never opens to IT automatically."
    else:
        yield _describe_student_links(days)
        yield "If students follow you, only you find out."
        yield f"Counsel approved this: {disclosure.counsel}, {disclosure.counsel_approved_on}."
    yield from _FIELDS.splitlines()


def _describe_third_parties(engines: tuple[str, ...]) -> Iterator[str]:
    yield from _OTHERS.splitlines()
    if engines:
        yield f"The search engines we ask are: {', '.join(engines)}."


DEFAULT_TEXT = render_consent_text(ConsentTerms())
