"""Accounts of which nothing but the address and the times is kept: for adults, sexual, or minors'.

A check reads such an account, judges it, and forgets what it read. What was stored of it before
goes with the mark on its portrait; what it was found to be stays. The person's own word that it is
theirs, given signed in, has the next check keep its text again.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from monitor.app import App
from monitor.db.database import Database
from monitor.domain.detection.assessment import Assessment
from monitor.domain.finding import Finding, withhold_account_text, withhold_page_text
from monitor.domain.person import Person
from monitor.domain.vocabulary import Decision, HarmKind, Means
from monitor.domain.withheld_accounts import choose_withheld_kind
from monitor.services.own_accounts import list_declared_findings, load_own_findings
from scrapers.models import Trace

if TYPE_CHECKING:
    from collections.abc import Callable


def withhold_account(app: App, finding: Finding, shown: Trace, assessment: Assessment) -> Finding:
    """Mark an account whose text is not kept, by what it shows; return it as it is stored then.

    What was met before a legal hold stays as it is until that is lifted.
    """
    kind = max(
        finding.portrait.withheld, choose_withheld_kind(shown, assessment, app.clock.now().year)
    )
    if kind == finding.portrait.withheld or _is_held(app.db, finding):
        return finding
    bare = replace(finding, portrait=withhold_account_text(finding.portrait, kind))
    app.db.findings.update_finding(bare)
    app.db.findings.set_assessment(finding.id, assessment.without_quotes)
    forget_withheld_text(app.db, bare)
    _forget_unsent_text(app.db, bare)
    return bare


def _is_held(db: Database, finding: Finding) -> bool:
    holds = db.legal_holds.list_active_legal_holds()
    own = (hold for hold in holds if hold.person_id == finding.person_id)
    return any(finding.first_seen < hold.placed_at for hold in own)


def _forget_unsent_text(db: Database, finding: Finding) -> None:
    """Leave its address alone in what an email that waits, or could not be sent, says of it."""

    def strip(value: object) -> object:
        if isinstance(value, list):
            return [strip(one) for one in value]
        if not isinstance(value, dict):
            return value
        if value.get("id") == finding.id and "snippet" in value:
            value |= {"title": finding.portrait.handle, "handle": "", "snippet": ""}
            value |= {"withheld": finding.portrait.withheld}
        return {key: strip(one) for key, one in value.items()}

    for email in db.outbox.list_emails():
        if email.recipient_id == finding.person_id and email.readable:
            db.outbox.update_email_view(
                email.id, strip(db.outbox.load_email_view(email.id, object))
            )


def forget_withheld_text(db: Database, finding: Finding) -> None:
    """Forget what any query has stored of the text of a finding of which none is kept."""
    withhold: Callable[[Trace], Trace]
    if finding.portrait.withheld:
        withhold = partial(withhold_account_text, kind=finding.portrait.withheld)
        db.new_accounts.delete_text_marks(finding.id)
        db.pictures.save_picture(finding)
        db.pages.delete_pages_that_showed(finding.id)
    elif HarmKind.SEXUAL in finding.portrait.harms:
        withhold = withhold_page_text
    else:
        return
    for sighting in db.sightings.list_sightings_of_finding(finding.id):
        bare = replace(sighting, trace=withhold(sighting.trace))
        if bare != sighting:
            db.sightings.save_sighting(bare)
    db.versions.rewrite_versions(finding.id, withhold)


def list_reopened_ids(db: Database, person: Person) -> frozenset[str]:
    """Return the accounts whose text the next reading keeps again, since they are the person's."""
    declared = {finding.id for finding in list_declared_findings(db, person)}
    withheld = [own for own in load_own_findings(db, person).values() if own.portrait.withheld]
    return frozenset(
        own.id for own in withheld if own.id in declared or _was_said_signed_in(db, own)
    )


def _was_said_signed_in(db: Database, finding: Finding) -> bool:
    cases = (case.id for case in db.cases.list_cases_of_finding(finding.id))
    said = db.audit.list_entries_of_subjects((finding.id, *cases))
    means = [entry.means for entry in said if entry.details.get("decision") == Decision.MINE]
    return bool(means) and not means[-1].startswith(Means.LINK)
