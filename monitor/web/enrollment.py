"""Enrollment in the browser: from an opened invitation, through the forms, to a yes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from itertools import groupby
from typing import Any, Final, TypedDict

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from monitor.config import CONSENT_LASTS
from monitor.db.account_proofs import AccountProof
from monitor.domain.consent import Scope
from monitor.domain.consent_text import SCOPES, TEXT_VERSION, Section
from monitor.domain.detection.recognition import NOTHING, Recognised
from monitor.domain.enrollment import Draft, Step
from monitor.domain.person import PersonName, Way
from monitor.errors import InputError
from monitor.services.enrollment import Beginning, Invited
from monitor.web.context import WebDesk, pasted_code
from reports.labels import site_name
from reports.pages import enrollment as pages
from reports.pages.enrollment import (
    AccountsView,
    AgreeView,
    AskedView,
    Block,
    Closed,
    ClosedView,
    CodeView,
    DeclaredLine,
    NamesView,
    NotMeView,
    Part,
    ProofLine,
    ReadView,
    ScopeChoice,
    ScopesView,
    StepView,
    SummaryRow,
    WorkView,
)
from reports.pages.layout import Fault, Frame

LONGEST = 100
MOST = 20
Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The draft with what was typed, and what keeps it from being an answer."""

    draft: Draft
    faults: tuple[Fault, ...] = ()


def filled(step: Step, form: Form, draft: Draft) -> Filled:
    """Read the form of one page; what was typed is kept, also where something is wrong."""
    match step:
        case Step.SCOPES:
            typed = with_scopes(form, draft)
        case Step.NAMES:
            typed = with_names(form, draft)
        case Step.WORK:
            typed = with_work(form, draft)
        case Step.ACCOUNTS:
            typed = with_accounts(form, draft)
        case _:
            typed = draft
    return Filled(draft=typed, faults=tuple(_faults(step, typed, form)))


def with_scopes(form: Form, draft: Draft) -> Draft:
    known = {scope.value: scope for scope in Scope}
    chosen = (known[each] for each in form.getlist("scopes") if each in known)
    return replace(draft, scopes=frozenset(chosen))


def with_names(form: Form, draft: Draft) -> Draft:
    name = PersonName(
        given=line(form, "given"),
        family=line(form, "family"),
        middle=line(form, "middle"),
        former_families=several(form, "former"),
        nicknames=several(form, "nicknames"),
    )
    return replace(draft, name=name)


def with_work(form: Form, draft: Draft) -> Draft:
    return replace(
        draft,
        school=line(form, "school"),
        role=line(form, "role"),
        places=several(form, "places"),
    )


def with_accounts(form: Form, draft: Draft) -> Draft:
    handles = (each.removeprefix("@") for each in several(form, "handles"))
    none_on = (*form.getlist("none_on"), *several(form, "others"))
    platforms = (each.strip().casefold() for each in none_on)
    return replace(
        draft,
        handles=tuple(handles),
        absent_from=tuple(dict.fromkeys(each for each in platforms if each))[:MOST],
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """The accounts and pages of a draft, one added or taken off."""

    draft: Draft
    recognise: Callable[[str], Recognised]

    def with_address(self, address: str) -> Draft | None:
        """Add what an address shows; None where it is no address."""
        found = self.recognise(address)
        if found == NOTHING:
            return None
        accounts = (*self.draft.accounts, found.account) if found.account else self.draft.accounts
        own = (*self.draft.pages, found.page) if found.page else self.draft.pages
        return replace(
            self.draft,
            accounts=tuple(dict.fromkeys(accounts))[:MOST],
            pages=tuple(dict.fromkeys(own))[:MOST],
        )

    def without(self, value: str) -> Draft:
        return replace(
            self.draft,
            accounts=tuple(each for each in self.draft.accounts if each != value),
            pages=tuple(each for each in self.draft.pages if each != value),
        )


def checked(draft: Draft, read: Filled) -> Filled:
    """Look again for contradictions, after an account was added."""
    return Filled(draft=draft, faults=(*read.faults, *_contradictions(draft)))


def faulty(read: Filled, words: str) -> Filled:
    """Say that the address in its box is none."""
    return replace(read, faults=(*read.faults, Fault(field="address", words=words)))


def line(form: Mapping[str, str], name: str) -> str:
    """Read one line of text, without the blanks around it."""
    return " ".join(form.get(name, "").split())


def several(form: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Read a list that was typed with commas, each entry once."""
    text = form.get(name, "").replace("\n", ",").replace(";", ",")
    entries = (" ".join(each.split()) for each in text.split(","))
    return tuple(dict.fromkeys(each for each in entries if each))


def _faults(step: Step, draft: Draft, form: Form) -> Iterator[Fault]:
    if step is Step.SCOPES and not draft.scopes:
        yield Fault(
            field="scopes", words="Choose at least one. Without one, there is nothing to do."
        )
    if step is Step.NAMES:
        if not draft.name.given:
            yield Fault(field="given", words="Enter your first name.")
        if not draft.name.family:
            yield Fault(field="family", words="Enter your last name.")
    if step is Step.ACCOUNTS:
        yield from _contradictions(draft)
    yield from _lengths(form)


def _contradictions(draft: Draft) -> Iterator[Fault]:
    theirs = {account.partition(":")[0] for account in draft.accounts}
    for platform in draft.absent_from:
        if platform in theirs:
            words = f"You added an account on {platform} but said you have none there."
            yield Fault(field="none_on", words=f"{words} Remove one of the two.")


def _lengths(form: Form) -> Iterator[Fault]:
    lists = ("former", "nicknames", "places", "handles", "others")
    for name in ("given", "family", "middle", "school", "role"):
        if len(line(form, name)) > LONGEST:
            yield Fault(field=name, words=f"Use at most {LONGEST} characters.")
    for name in lists:
        entries = several(form, name)
        if len(entries) > MOST:
            yield Fault(field=name, words=f"Enter at most {MOST}. Choose the most likely ones.")
        elif any(len(each) > LONGEST for each in entries):
            yield Fault(field=name, words=f"Use at most {LONGEST} characters for each entry.")


SCOPE_TITLES: Mapping[Scope, str] = {
    Scope.SEARCH: "Search engines",
    Scope.PROFILES: "Profile sites",
    Scope.MAIL_ADDRESS: "Your work email",
    Scope.MAIL_HASH: "Gravatar",
    Scope.PHOTOS: "Profile pictures",
    Scope.STUDENT_LINKS: "Links to students",
}
# Where most impostors are: what is asked for by name. Others can be typed.
NETWORKS = ("facebook", "instagram", "linkedin", "snapchat", "tiktok", "x", "youtube", "bluesky")
Faults = tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """The consent text as it stands, and until when a yes to it would last."""

    seal: str
    version: str
    until: datetime
    zone: str


class Place(TypedDict):
    """How far a page is on the way, and what leads on and back."""

    number: int
    total: int
    here: str
    back: str
    deed: str


def alone(step: Step) -> Place:
    """Where a page of joining stands by itself, to change what was told once."""
    return Place(number=0, total=0, here=f"/me/data/{step}", back="/me/data", deed="Save")


def place(step: Step) -> Place:
    steps = list(Step)
    back = f"/join/{step.before}" if step.before else ""
    number, here = steps.index(step) + 1, f"/join/{step}"
    return Place(number=number, total=len(steps), here=here, back=back, deed="Continue")


def read_view(draft: Draft, sections: Iterable[Section], version: str) -> ReadView:
    return ReadView(
        **place(Step.READ),
        parts=parts_of(sections),
        version=version,
        given=draft.name.given,
    )


def parts_of(sections: Iterable[Section]) -> tuple[Part, ...]:
    """Lay out the consent text, whole and in its own words."""
    return tuple(Part(heading=each.heading, blocks=tuple(_blocks(each.lines))) for each in sections)


def scopes_view(draft: Draft, offered: Iterable[Scope], faults: Faults) -> ScopesView:
    choices = tuple(
        ScopeChoice(scope=scope, title=SCOPE_TITLES[scope], words=SCOPES[scope])
        for scope in offered
    )
    return ScopesView(
        **place(Step.SCOPES), choices=choices, chosen=tuple(draft.scopes), faults=faults
    )


def names_view(draft: Draft, faults: Faults, at: Place) -> NamesView:
    name = draft.name
    return NamesView(
        **at,
        given=name.given,
        family=name.family,
        middle=name.middle,
        former=", ".join(name.former_families),
        nicknames=", ".join(name.nicknames),
        faults=faults,
    )


def work_view(draft: Draft, faults: Faults, at: Place) -> WorkView:
    return WorkView(
        **at,
        school=draft.school,
        role=draft.role,
        places=", ".join(draft.places),
        faults=faults,
    )


def accounts_view(draft: Draft, faults: Faults, at: Place, address: str) -> AccountsView:
    return AccountsView(
        **at,
        declared=tuple(declared(draft.accounts, draft.pages)),
        address=address,
        handles=", ".join(draft.handles),
        networks=tuple((each, site_name(each)) for each in NETWORKS),
        none_on=tuple(each for each in draft.absent_from if each in NETWORKS),
        others=", ".join(each for each in draft.absent_from if each not in NETWORKS),
        faults=faults,
    )


def proof_lines(proofs: Iterable[AccountProof], code: Callable[[str], str]) -> Iterator[ProofLine]:
    """Show what is not followed yet, with the code that proves control of it."""
    for proof in proofs:
        own = (proof.account,)
        pages, accounts = (own, ()) if "://" in proof.account else ((), own)
        for line in declared(accounts, pages):
            yield ProofLine(
                value=line.value,
                title=line.title,
                detail=line.detail,
                code=code(proof.account),
                state=proof.state,
            )


def declared(accounts: Iterable[str], pages: Iterable[str]) -> Iterator[DeclaredLine]:
    for account in accounts:
        platform, _, handle = account.partition(":")
        yield DeclaredLine(value=account, title=site_name(platform), detail=handle)
    for page in pages:
        yield DeclaredLine(value=page, title="Your page", detail=page.partition("://")[2])


def agree_view(draft: Draft, asked: AskedView, text: ReadText, faults: Faults) -> AgreeView:
    return AgreeView(
        **place(Step.CHECK),
        rows=tuple(rows(draft, "/join")),
        agreed=tuple(words for scope, words in SCOPES.items() if scope in draft.scopes),
        asked=asked,
        seal=text.seal,
        version=text.version,
        until=text.until,
        zone=text.zone,
        faults=faults,
    )


def rows(draft: Draft, base: str) -> Iterator[SummaryRow]:
    """Tell the answers, each with the page under `base` that changes it."""
    name = draft.name
    others = (*name.former_families, *name.nicknames)
    own = (f"{line.title} {line.detail}" for line in declared(draft.accounts, draft.pages))
    told: tuple[tuple[str, Iterable[str], Step], ...] = (
        (
            "What we search",
            (SCOPE_TITLES[each] for each in Scope if each in draft.scopes),
            Step.SCOPES,
        ),
        ("Name", (" ".join(filter(None, (name.given, name.middle, name.family))),), Step.NAMES),
        ("Former names and nicknames", others, Step.NAMES),
        ("School and work", filter(None, (draft.school, draft.role)), Step.WORK),
        ("Towns", draft.places, Step.WORK),
        ("Your accounts and pages", own, Step.ACCOUNTS),
        ("Other names online", draft.handles, Step.ACCOUNTS),
        ("No account on", map(site_name, draft.absent_from), Step.ACCOUNTS),
    )
    for what, answers, step in told:
        yield SummaryRow(what=what, answer=", ".join(answers), change=f"{base}/{step}")


def _blocks(lines: Iterable[str]) -> Iterator[Block]:
    """Make lists of what stands as one, and of a part that is nothing but sentences."""
    whole = tuple(_sentences(lines))
    bulleted = any(each.startswith("- ") for each in whole)
    if not bulleted:
        yield Block(lines=whole, listed=True)
        return
    for listed, group in groupby(whole, key=lambda each: each.startswith("- ")):
        yield Block(lines=tuple(each.removeprefix("- ") for each in group), listed=listed)


def _sentences(lines: Iterable[str]) -> Iterator[str]:
    begun = ""
    for each in lines:
        begun = f"{begun} {each}".strip()
        if begun.endswith((".", ":")):
            yield begun
            begun = ""
    if begun:
        yield begun


TITLES = {
    Step.READ: "Join Namesake",
    Step.SCOPES: "What may we search?",
    Step.NAMES: "What names do you go by?",
    Step.WORK: "Where do you work and live?",
    Step.ACCOUNTS: "Which accounts are yours?",
    Step.CHECK: "Check your answers and join",
}
NO_ADDRESS = "Paste the address of a page, such as instagram.com/yourname."
NAME_WAITS = (
    "IT invited you under another name. We show IT the name you entered so they can confirm it. "
    "We do not search for it until they do."
)
READ_AGAIN = "The consent text has changed since you read it. Please read it again."


@dataclass(frozen=True, slots=True)
class Joiner:
    """Whoever opened an invitation in this browser, and how far they are."""

    desk: WebDesk

    @property
    def beginning(self) -> Beginning:
        return self.desk.service.portal.beginning

    @property
    def invitation(self) -> str:
        principal = self.desk.visit.principal
        return principal.invitation if principal else ""

    def unopened(self) -> Response:
        """Ask for the code of an invitation; who has joined goes to their own page."""
        principal = self.desk.visit.principal
        if principal and principal.person:
            return self.desk.done("/me")
        view = pages.CodeView()
        return self.desk.page("Open your invitation", pages.render_code, view)

    def show(self, step: Step) -> Response:
        if not self.invitation:
            return self.unopened()
        draft = self.beginning.draft(self.invitation)
        if not draft.may_open(step):
            return self.desk.done(f"/join/{draft.reached}")
        return self._page(step, Filled(draft=draft))

    def answer(self, step: Step) -> Response:
        if not self.invitation:
            return self.unopened()
        draft = self.beginning.draft(self.invitation)
        if not draft.may_open(step):
            return self.desk.done(f"/join/{draft.reached}")
        if step is Step.CHECK:
            return self._agree(draft)
        read = filled(step, request.form, draft)
        if step is Step.ACCOUNTS:
            return self._accounts(read)
        return self._kept(step, read)

    def _kept(self, step: Step, read: Filled) -> Response:
        if read.faults:
            return self._page(step, read)
        self.beginning.answer(self.invitation, step, read.draft)
        waits = step is Step.NAMES and self.beginning.needs_word(self.invitation, read.draft)
        return self.desk.done(f"/join/{step.after}", NAME_WAITS if waits else "")

    def _accounts(self, read: Filled) -> Response:
        """Add or remove one account, or go on; an address that was left in its box is added."""
        listed, form = Listed(read.draft, self.beginning.recognised), request.form
        if "remove" in form:
            self.beginning.revise(self.invitation, listed.without(form["remove"]))
            return self.desk.done("/join/accounts#declared")
        if not form.get("address", "").strip():
            if form.get("deed") == "add":
                return self._page(Step.ACCOUNTS, faulty(read, NO_ADDRESS))
            return self._kept(Step.ACCOUNTS, read)
        draft = listed.with_address(form["address"])
        if draft is None:
            return self._page(Step.ACCOUNTS, faulty(read, NO_ADDRESS))
        if form.get("deed") == "add":
            self.beginning.revise(self.invitation, draft)
            return self.desk.done("/join/accounts#declared", "Added to your accounts and pages.")
        return self._kept(Step.ACCOUNTS, checked(draft, read))

    def _agree(self, draft: Draft) -> Response:
        if request.form.get("seal", "") != self.desk.service.terms.hash:
            self.beginning.revise(self.invitation, replace(draft, done=frozenset()))
            return self.desk.done("/join/read", READ_AGAIN)
        waits = self.beginning.needs_word(self.invitation, draft)
        person = self.beginning.agree(self.invitation, draft, request.form["seal"])
        self.desk.enter(person.ref, Way.LINK)
        return self.desk.done("/me/joined", NAME_WAITS if waits else "")

    def _page(self, step: Step, read: Filled) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if read.faults else HTTPStatus.OK
        render, view = self._view(step, read)
        return self.desk.page(TITLES[step], render, view, status)

    def _view(self, step: Step, read: Filled) -> tuple[Callable[[Any, Frame], str], StepView]:
        draft, faults, service = read.draft, read.faults, self.desk.service
        match step:
            case Step.READ:
                sections = service.terms.sections
                return pages.render_read, read_view(draft, sections, TEXT_VERSION)
            case Step.SCOPES:
                offered = self.beginning.offered
                return pages.render_scopes, scopes_view(draft, offered, faults)
            case Step.NAMES:
                return pages.render_names, names_view(draft, faults, place(step))
            case Step.WORK:
                return pages.render_work, work_view(draft, faults, place(step))
            case Step.ACCOUNTS:
                address = request.form.get("address", "")
                own = accounts_view(draft, faults, place(step), address)
                return pages.render_accounts, own
            case Step.CHECK:
                asked = self.beginning.preview(self.invitation, draft)
                return pages.render_agree, agree_view(draft, asked, self._text(), faults)

    def _text(self) -> ReadText:
        service = self.desk.service
        return ReadText(
            seal=service.terms.hash,
            version=TEXT_VERSION,
            until=service.now() + CONSENT_LASTS,
            zone=service.config.district.zone,
        )


def join(desk: WebDesk) -> Blueprint:
    routes = Blueprint("join", __name__)
    joiner = Joiner(desk)

    @routes.get("/join")
    def start() -> Response:
        if not joiner.invitation:
            return joiner.unopened()
        return desk.done(f"/join/{joiner.beginning.draft(joiner.invitation).reached}")

    @routes.post("/join/stop")
    def stop() -> Response:
        if joiner.invitation:
            joiner.beginning.give_up(joiner.invitation)
        desk.leave()
        return desk.done("/sign-in", "Your answers are deleted. You can still use your invitation.")

    for step in Step:
        _step(routes, joiner, step)
    return routes


def _step(routes: Blueprint, joiner: Joiner, step: Step) -> None:
    def show() -> Response:
        return joiner.show(step)

    def answer() -> Response:
        return joiner.answer(step)

    routes.add_url_rule(f"/join/{step}", f"show-{step}", show)
    routes.add_url_rule(f"/join/{step}", f"answer-{step}", answer, methods=["POST"])


NO_CODE: Final = Fault(field="code", words="Paste the code from your email.")
WHY: Final = {Invited.ANSWERED: Closed.ANSWERED, Invited.EXPIRED: Closed.EXPIRED}


def invitation(desk: WebDesk) -> Blueprint:
    routes = Blueprint("invitation", __name__)
    beginning = desk.service.portal.beginning

    @routes.get("/join/code/<code>")
    def look(code: str) -> Response:
        """Bind nothing yet: programs open links, too."""
        known = beginning.of_code(code)
        if known is None or beginning.standing(known.ref) is not Invited.OPEN:
            return _closed(desk, beginning.standing(known.ref) if known else Invited.UNKNOWN)
        view = CodeView(code=code, given=known.given)
        return desk.page("Open your invitation", pages.render_code, view)

    @routes.post("/join/code")
    def bind() -> Response:
        code = pasted_code()
        if not code:
            title, status = "Open your invitation", HTTPStatus.UNPROCESSABLE_ENTITY
            return desk.page(title, pages.render_code, CodeView(faults=(NO_CODE,)), status)
        known = beginning.of_code(code)
        standing = beginning.standing(known.ref) if known else Invited.UNKNOWN
        if known is None or standing is not Invited.OPEN:
            return _closed(desk, standing)
        desk.enter(known.ref, Way.INVITATION)
        return desk.done("/join/read")

    return routes


def not_me(desk: WebDesk) -> Blueprint:
    routes = Blueprint("not_me", __name__)
    disowning = desk.service.portal.disowning
    contact = desk.service.config.district.contact

    @routes.get("/join/not-me/<token>")
    def ask(token: str) -> Response:
        if disowning.bearer(token) is None:
            return lost()
        view = NotMeView(token=token, contact=contact)
        return desk.page("Was this not you?", pages.render_not_me, view)

    @routes.post("/join/not-me/<token>")
    def undo(token: str) -> Response:
        try:
            disowning.disown(token)
        except InputError:
            return lost()
        view = NotMeView(token="", contact=contact, done=True)
        return desk.page("Undone", pages.render_not_me, view)

    def lost() -> Response:
        view = NotMeView(token="", contact=contact)
        title = "This link no longer works"
        return desk.page(title, pages.render_not_me, view, HTTPStatus.GONE)

    return routes


def _closed(desk: WebDesk, standing: Invited) -> Response:
    contact = desk.service.config.district.contact
    view = ClosedView(why=WHY.get(standing, Closed.UNKNOWN), contact=contact)
    return desk.page("This invitation does not work", pages.render_closed, view, HTTPStatus.GONE)
