"""Enrollment in the browser: from an opened invitation, through the forms, to a yes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from itertools import groupby
from typing import Any, Final, TypedDict

from flask import Blueprint, Response, url_for

from monitor.app import App
from monitor.config.sections import CONSENT_DURATION
from monitor.db.account_proofs import AccountProof
from monitor.domain.consent_text import CONSENT_ITEM, TEXT_VERSION, ConsentSection, describe_scopes
from monitor.domain.enrollment_draft import EnrollmentDraft
from monitor.domain.errors import InputError
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import AuthMethod, EnrollmentStep, InvitationStatus, Scope
from monitor.services.consent_terms import (
    hash_district_terms,
    list_offered_scopes,
    list_terms_sections,
)
from monitor.services.enrollment import (
    complete_enrollment,
    discard_enrollment_draft,
    find_invitation_status,
    find_sent_invitation,
    has_unconfirmed_name,
    load_enrollment_draft,
    preview_enrollment_queries,
    recognize_profile_url,
    save_enrollment_draft,
    save_step_answers,
)
from monitor.services.erasure import find_not_me_reporter, report_not_me
from monitor.services.preferences import choose_preference
from monitor.web.context import PortalContext, read_pasted_code
from monitor.web.enrollment_forms import (
    NETWORKS,
    AccountList,
    AccountsAction,
    AccountsForm,
    AgreementForm,
    StepInput,
    add_fault,
    apply_accounts,
    describe_added,
    read_step,
    recheck_contradictions,
)
from monitor.web.forms import read_form
from reports.labels.account import ENROLLMENT_STEPS, SCOPE_TITLES
from reports.labels.findings import format_site_name
from reports.pages import enrollment as pages
from reports.pages.enrollment import (
    AccountLine,
    AccountProofLine,
    AccountsStepView,
    AgreementStepView,
    ConsentBlock,
    ConsentPart,
    ConsentTextView,
    EnrollmentStepView,
    InvitationCodeView,
    NamesStepView,
    NotMeView,
    QueryPreview,
    ScopeOption,
    ScopesStepView,
    SummaryRow,
    WorkStepView,
)
from reports.pages.layout import FieldProblem, PageFrame
from reports.translation import get_language, translate_label

Faults = tuple[FieldProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentTextInfo:
    """The current consent text, and how long a consent to it would last."""

    text_hash: str
    version: str
    until: datetime


class StepPosition(TypedDict):
    """How far a page is on the way, and what leads on and back."""

    number: int
    total: int
    here: str
    back: str
    deed: str


def build_standalone_position(step: EnrollmentStep) -> StepPosition:
    """One enrollment page used alone, to change an earlier answer."""
    return StepPosition(number=0, total=0, here=f"/me/data/{step}", back="/me/data", deed="Save")


def build_step_position(step: EnrollmentStep) -> StepPosition:
    steps = list(EnrollmentStep)
    back = f"/join/{step.previous_step}" if step.previous_step else ""
    number, here = steps.index(step) + 1, f"/join/{step}"
    return StepPosition(number=number, total=len(steps), here=here, back=back, deed="Continue")


def build_read_view(app: App, given: str, code: str = "") -> ConsentTextView:
    """Show the text; with the code of an email, its button opens the invitation, too."""
    position = build_step_position(EnrollmentStep.READ)
    return ConsentTextView(
        **{**position, "here": "/join/code"} if code else position,
        parts=build_consent_parts(list_terms_sections(app)),
        version=TEXT_VERSION,
        given=given,
        code=code,
        seal=hash_district_terms(app) if code else "",
    )


def build_consent_parts(sections: Iterable[ConsentSection]) -> tuple[ConsentPart, ...]:
    """Lay out the consent text, whole and in its own words."""
    return tuple(
        ConsentPart(
            heading=section.heading,
            blocks=tuple(_split_blocks(section.lines)),
            more=tuple(_split_blocks(section.more)) if section.more else (),
        )
        for section in sections
    )


def list_scope_options(scopes: Iterable[Scope]) -> tuple[ScopeOption, ...]:
    return tuple((scope, SCOPE_TITLES[scope], Reason(f"scope.{scope}")) for scope in scopes)


def build_scopes_view(
    draft: EnrollmentDraft, offered: Iterable[Scope], faults: Faults
) -> ScopesStepView:
    return ScopesStepView(
        **build_step_position(EnrollmentStep.SCOPES),
        options=list_scope_options(offered),
        chosen=tuple(draft.scopes),
        faults=faults,
    )


def build_names_view(
    draft: EnrollmentDraft, faults: Faults, position: StepPosition
) -> NamesStepView:
    name = draft.name
    return NamesStepView(
        **position,
        given=name.given,
        family=name.family,
        middle=name.middle,
        former=", ".join(name.former_families),
        nicknames=", ".join(name.nicknames),
        faults=faults,
    )


def build_work_view(draft: EnrollmentDraft, faults: Faults, position: StepPosition) -> WorkStepView:
    return WorkStepView(
        **position,
        school=draft.school,
        role=draft.role,
        places=", ".join(draft.places),
        prefilled=_is_prefilled(draft) and not faults,
        faults=faults,
    )


def _is_prefilled(draft: EnrollmentDraft) -> bool:
    """Tell whether the district filled the page in, and the person has not answered it yet."""
    return bool(draft.school or draft.role) and EnrollmentStep.WORK not in draft.done


def build_accounts_view(step_input: StepInput, position: StepPosition) -> AccountsStepView:
    draft = step_input.draft
    return AccountsStepView(
        **position,
        declared=tuple(build_declared_lines(draft.accounts, draft.pages)),
        address=step_input.address,
        network=step_input.network,
        handles=", ".join(draft.handles),
        networks=tuple((network, format_site_name(network)) for network in NETWORKS),
        none_on=tuple(text for text in draft.absent_from if text in NETWORKS),
        others=", ".join(text for text in draft.absent_from if text not in NETWORKS),
        faults=step_input.faults,
    )


def build_proof_lines(
    proofs: Iterable[AccountProof], code: Callable[[str], str]
) -> Iterator[AccountProofLine]:
    """Show what is not followed yet, with the code that proves control of it."""
    for proof in proofs:
        own = (proof.account,)
        pages, accounts = (own, ()) if "://" in proof.account else ((), own)
        for line in build_declared_lines(accounts, pages):
            yield AccountProofLine(
                value=line.value,
                title=line.title,
                detail=line.detail,
                code=code(proof.account),
                state=proof.state,
            )


def build_declared_lines(accounts: Iterable[str], pages: Iterable[str]) -> Iterator[AccountLine]:
    for account in accounts:
        platform, _, handle = account.partition(":")
        yield AccountLine(value=account, title=format_site_name(platform), detail=handle)
    for page in pages:
        yield AccountLine(value=page, title="Your page", detail=page.partition("://")[2])


def build_agree_view(
    draft: EnrollmentDraft, asked: QueryPreview, text: ConsentTextInfo, faults: Faults
) -> AgreementStepView:
    return AgreementStepView(
        **build_step_position(EnrollmentStep.CHECK),
        rows=tuple(build_summary_rows(draft, "/join")),
        agreed=describe_scopes(draft.scopes),
        asked=asked,
        seal=text.text_hash,
        until=text.until,
        faults=faults,
    )


def build_summary_rows(draft: EnrollmentDraft, base: str) -> Iterator[SummaryRow]:
    """Tell the answers, each with the page under `base` that changes it."""
    name = draft.name
    others = (*name.former_families, *name.nicknames)
    own = (
        f"{translate_label(line.title)} {line.detail}"
        for line in build_declared_lines(draft.accounts, draft.pages)
    )
    fields: tuple[tuple[str, Iterable[str], EnrollmentStep], ...] = (
        (
            "What we search",
            (translate_label(SCOPE_TITLES[scope]) for scope in Scope if scope in draft.scopes),
            EnrollmentStep.SCOPES,
        ),
        (
            "Name",
            (" ".join(filter(None, (name.given, name.middle, name.family))),),
            EnrollmentStep.NAMES,
        ),
        ("Former names and nicknames", others, EnrollmentStep.NAMES),
        ("School and work", filter(None, (draft.school, draft.role)), EnrollmentStep.WORK),
        ("Towns", draft.places, EnrollmentStep.WORK),
        ("Your accounts and pages", own, EnrollmentStep.ACCOUNTS),
        ("Other names online", draft.handles, EnrollmentStep.ACCOUNTS),
        ("No account on", map(format_site_name, draft.absent_from), EnrollmentStep.ACCOUNTS),
    )
    for what, answers, step in fields:
        yield SummaryRow(what=what, answer=", ".join(answers), change=f"{base}/{step}")


def _split_blocks(lines: Iterable[Reason]) -> Iterator[ConsentBlock]:
    """Turn lists in the text, and parts made only of sentences, into HTML lists."""
    whole = tuple(lines)
    if not any(line.rule == CONSENT_ITEM for line in whole):
        yield ConsentBlock(lines=whole, listed=True)
        return
    for listed, group in groupby(whole, key=lambda line: line.rule == CONSENT_ITEM):
        yield ConsentBlock(lines=tuple(group), listed=listed)


NAME_NEEDS_CONFIRMATION = (
    "IT invited you under another name. We show IT the name you entered so they can confirm it. "
    "We do not search for it until they do."
)
CONSENT_TEXT_CHANGED = "The consent text has changed since you read it. Please read it again."


@dataclass(frozen=True, slots=True)
class EnrollmentFlow:
    """The person who opened an invitation in this browser, and their progress."""

    context: PortalContext

    @property
    def invitation_id(self) -> str:
        principal = self.context.browser_session.principal
        return principal.invitation_id if principal else ""

    def show_code_page(self) -> Response:
        """Ask for the code of an invitation; who has joined goes to their own page."""
        principal = self.context.browser_session.principal
        if principal and principal.person_id:
            return self.context.redirect_to(url_for("me.show_home"))
        view = pages.InvitationCodeView()
        return self.context.render_page("Open your invitation", pages.render_invitation_code, view)

    def show_step(self, step: EnrollmentStep) -> Response:
        if not self.invitation_id:
            return self.show_code_page()
        draft = load_enrollment_draft(self.context.app, self.invitation_id)
        if not draft.can_open(step):
            return self.context.redirect_to(f"/join/{draft.first_open_step}")
        return self._render_step(step, StepInput(draft=draft))

    def submit_step(self, step: EnrollmentStep) -> Response:
        if not self.invitation_id:
            return self.show_code_page()
        draft = load_enrollment_draft(self.context.app, self.invitation_id)
        if not draft.can_open(step):
            return self.context.redirect_to(f"/join/{draft.first_open_step}")
        if step is EnrollmentStep.CHECK:
            seal = read_form(AgreementForm).seal
            if seal != hash_district_terms(self.context.app):
                save_enrollment_draft(
                    self.context.app, self.invitation_id, replace(draft, done=frozenset())
                )
                return self.context.redirect_to(url_for("join.show-read"), CONSENT_TEXT_CHANGED)
            waits = has_unconfirmed_name(self.context.app, self.invitation_id, draft)
            person = complete_enrollment(self.context.app, self.invitation_id, draft, seal)
            choose_preference(self.context.app, person.id, "language", get_language())
            self.context.sign_in(person.id, AuthMethod.LINK)
            return self.context.redirect_to(
                url_for("me.show_joined"), NAME_NEEDS_CONFIRMATION if waits else ""
            )
        if step is EnrollmentStep.ACCOUNTS:
            return self._update_accounts(read_form(AccountsForm), draft)
        return self._save_step(step, read_step(step, draft))

    def _save_step(self, step: EnrollmentStep, step_input: StepInput) -> Response:
        if step_input.faults:
            return self._render_step(step, step_input)
        save_step_answers(self.context.app, self.invitation_id, step, step_input.draft)
        waits = step is EnrollmentStep.NAMES and has_unconfirmed_name(
            self.context.app, self.invitation_id, step_input.draft
        )
        return self.context.redirect_to(
            f"/join/{step.next_step}", NAME_NEEDS_CONFIRMATION if waits else ""
        )

    def _update_accounts(self, form: AccountsForm, draft: EnrollmentDraft) -> Response:
        """Add or remove one account, or go on; an address that was left in its box is added."""
        step_input = apply_accounts(form, draft)
        listed = AccountList(step_input.draft, partial(recognize_profile_url, self.context.app))
        if form.remove:
            save_enrollment_draft(
                self.context.app, self.invitation_id, listed.remove_entry(form.remove)
            )
            return self.context.redirect_to(url_for("join.show-accounts", _anchor="declared"))
        adding = form.action is AccountsAction.ADD
        if not adding and not form.address:
            return self._save_step(EnrollmentStep.ACCOUNTS, step_input)
        longer = listed.add_address(form.address, form.network)
        if isinstance(longer, FieldProblem):
            return self._render_step(EnrollmentStep.ACCOUNTS, add_fault(step_input, longer))
        if adding:
            save_enrollment_draft(self.context.app, self.invitation_id, longer)
            return self.context.redirect_to(
                url_for("join.show-accounts", _anchor="declared"),
                describe_added(draft, longer),
            )
        return self._save_step(EnrollmentStep.ACCOUNTS, recheck_contradictions(longer, step_input))

    def _render_step(self, step: EnrollmentStep, step_input: StepInput) -> Response:
        render, view = self._build_step_view(step, step_input)
        return self.context.render_page(ENROLLMENT_STEPS[step], render, view)

    def _build_step_view(
        self, step: EnrollmentStep, step_input: StepInput
    ) -> tuple[Callable[[Any, PageFrame], str], EnrollmentStepView]:
        draft, faults, app = step_input.draft, step_input.faults, self.context.app
        match step:
            case EnrollmentStep.READ:
                return pages.render_consent_text, build_read_view(app, draft.name.given)
            case EnrollmentStep.SCOPES:
                offered = list_offered_scopes(self.context.app)
                return pages.render_scopes_step, build_scopes_view(draft, offered, faults)
            case EnrollmentStep.NAMES:
                return pages.render_names_step, build_names_view(
                    draft, faults, build_step_position(step)
                )
            case EnrollmentStep.WORK:
                return pages.render_work_step, build_work_view(
                    draft, faults, build_step_position(step)
                )
            case EnrollmentStep.ACCOUNTS:
                return pages.render_accounts_step, build_accounts_view(
                    step_input, build_step_position(step)
                )
            case EnrollmentStep.CHECK:
                asked = preview_enrollment_queries(self.context.app, self.invitation_id, draft)
                return pages.render_agreement_step, build_agree_view(
                    draft, asked, self._build_text_info(), faults
                )

    def _build_text_info(self) -> ConsentTextInfo:
        app = self.context.app
        return ConsentTextInfo(
            text_hash=hash_district_terms(app),
            version=TEXT_VERSION,
            until=app.clock.now() + CONSENT_DURATION,
        )


def build_join_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("join", __name__)
    joiner = EnrollmentFlow(context)

    @routes.get("/join")
    def resume_join() -> Response:
        if not joiner.invitation_id:
            return joiner.show_code_page()
        draft = load_enrollment_draft(context.app, joiner.invitation_id)
        return context.redirect_to(f"/join/{draft.first_open_step}")

    @routes.post("/join/stop")
    def submit_stop() -> Response:
        if joiner.invitation_id:
            discard_enrollment_draft(joiner.context.app, joiner.invitation_id)
        context.sign_out()
        return context.redirect_to(
            url_for("sign_in.show_sign_in"),
            "Your answers are deleted. You can still use your invitation.",
        )

    for step in EnrollmentStep:
        _add_step_routes(routes, joiner, step)
    return routes


def _add_step_routes(routes: Blueprint, flow: EnrollmentFlow, step: EnrollmentStep) -> None:
    def show_step() -> Response:
        return flow.show_step(step)

    def submit_step() -> Response:
        return flow.submit_step(step)

    routes.add_url_rule(f"/join/{step}", f"show-{step}", show_step)
    routes.add_url_rule(f"/join/{step}", f"answer-{step}", submit_step, methods=["POST"])


NO_CODE: Final = FieldProblem(field="code", words="Paste the code from your email.")


def build_invitation_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("invitation", __name__)
    app = context.app

    @routes.get("/join/code/<code>")
    def show_invitation(code: str) -> Response:
        """Bind nothing yet: programs open links, too."""
        invitation = find_sent_invitation(app, code)
        if (
            invitation is None
            or find_invitation_status(app, invitation.id) is not InvitationStatus.OPEN
        ):
            return _render_closed_invitation(
                context,
                find_invitation_status(app, invitation.id)
                if invitation
                else InvitationStatus.UNKNOWN,
            )
        view = build_read_view(app, invitation.given, code)
        return context.render_page(
            ENROLLMENT_STEPS[EnrollmentStep.READ], pages.render_consent_text, view
        )

    @routes.post("/join/code")
    def submit_invitation() -> Response:
        code = read_pasted_code()
        if not code:
            return context.render_page(
                "Open your invitation",
                pages.render_invitation_code,
                InvitationCodeView(faults=(NO_CODE,)),
            )
        invitation = find_sent_invitation(app, code)
        invitation_status = (
            find_invitation_status(app, invitation.id) if invitation else InvitationStatus.UNKNOWN
        )
        if invitation is None or invitation_status is not InvitationStatus.OPEN:
            return _render_closed_invitation(context, invitation_status)
        context.sign_in(invitation.id, AuthMethod.INVITATION)
        if read_form(AgreementForm).seal != hash_district_terms(app):
            return context.redirect_to(url_for("join.show-read"))
        draft = load_enrollment_draft(app, invitation.id)
        draft = save_step_answers(app, invitation.id, EnrollmentStep.READ, draft)
        return context.redirect_to(f"/join/{draft.first_open_step}")

    return routes


def build_not_me_routes(context: PortalContext) -> Blueprint:
    routes = Blueprint("not_me", __name__)
    app = context.app

    @routes.get("/join/not-me/<token>")
    def show_not_me(token: str) -> Response:
        if find_not_me_reporter(app, token) is None:
            return render_dead_link()
        return context.render_page("Was this not you?", pages.render_not_me, NotMeView(token=token))

    @routes.post("/join/not-me/<token>")
    def submit_not_me(token: str) -> Response:
        try:
            report_not_me(app, token)
        except InputError:
            return render_dead_link()
        view = NotMeView(token="", done=True)
        return context.render_page("Undone", pages.render_not_me, view)

    def render_dead_link() -> Response:
        view = NotMeView(token="")
        title = "This link no longer works"
        return context.render_page(title, pages.render_not_me, view, HTTPStatus.GONE)

    return routes


def _render_closed_invitation(context: PortalContext, status: InvitationStatus) -> Response:
    return context.render_page(
        "This invitation does not work", pages.render_invitation_problem, status, HTTPStatus.GONE
    )
