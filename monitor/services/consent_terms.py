"""The text that people in this district read before they agree, and what follows from it."""

from dataclasses import replace
from functools import lru_cache

from monitor.app import App
from monitor.app.sources import PictureSupport, detect_picture_support, list_engine_titles
from monitor.domain.consent import hash_consent_text
from monitor.domain.consent_text import (
    CONSENT_ITEM,
    ConsentSection,
    ConsentTerms,
    build_consent_sections,
)
from monitor.domain.disclosure import DisclosurePolicy
from monitor.domain.planning.consented_queries import (
    SCOPE_BY_FAMILY,
    StudentLinkSwitch,
    asks_people_search,
)
from monitor.domain.vocabulary import Scope
from monitor.services.query_planning import get_student_link_switch
from reports.reason_rendering import render_in_english


def list_offered_scopes(app: App) -> tuple[Scope, ...]:
    """Return the scopes that some source here uses; no other is offered."""
    families = {SCOPE_BY_FAMILY[source.family] for source in app.sources.values()}
    if any(map(asks_people_search, app.sources.values())):
        families.add(Scope.PEOPLE_SEARCH)
    if detect_picture_support() is PictureSupport.OPENED:
        families.add(Scope.PHOTOS)
    if get_student_link_switch(app) is StudentLinkSwitch.ON:
        families.add(Scope.STUDENT_LINKS)
    return tuple(scope for scope in Scope if scope in families)


@lru_cache(maxsize=16)  # each look at a case asks what its person was told
def render_consent_text(terms: ConsentTerms) -> str:
    """Write the whole text in English, as its hash is taken: that is what people agree to."""
    return "\n".join(f"{_render_section(section)}\n" for section in build_consent_sections(terms))


def _render_section(section: ConsentSection) -> str:
    lines = (section.heading, *section.lines, *section.more)
    return "\n".join(
        f"- {render_in_english(line)}" if line.rule == CONSENT_ITEM else render_in_english(line)
        for line in lines
    )


def render_district_terms(app: App) -> str:
    return render_consent_text(_build_terms(app))


def list_terms_sections(app: App) -> tuple[ConsentSection, ...]:
    """Return the same text in sections, for a page."""
    return tuple(build_consent_sections(_build_terms(app)))


def _build_terms(app: App) -> ConsentTerms:
    return ConsentTerms(
        engines=list_engine_titles(app.sources),
        scopes=list_offered_scopes(app),
        disclosure=_build_configured_policy(app),
    )


def hash_district_terms(app: App) -> str:
    return hash_consent_text(render_district_terms(app))


def build_disclosure_policy(app: App) -> DisclosurePolicy:
    """Days that were not in the text a person read do not count for them."""
    return replace(_build_configured_policy(app), told_in=frozenset({hash_district_terms(app)}))


def _build_configured_policy(app: App) -> DisclosurePolicy:
    students = app.config.students
    return DisclosurePolicy(
        student_link_days=students.share_after_days,
        counsel=students.counsel,
        counsel_approved_on=students.counsel_approved_on,
    )
