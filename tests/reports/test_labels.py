"""Every value that a person may read has its words in one place."""

import ast
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.domain.case_log import UNSPOKEN, is_lever
from monitor.domain.reason import Reason
from monitor.domain.timeline import TimelineEntry, TimelineEntryKind
from monitor.domain.vocabulary import (
    SITE_NAMES,
    CaseKind,
    CaseState,
    CaseStep,
    ConsentAction,
    Decision,
    DecisionMaker,
    EndReason,
    EventKind,
    FieldLikeness,
    GapKind,
    HealthLevel,
    HoldAction,
    OpeningReason,
    OwnershipLabel,
    PairSign,
    Scope,
    Severity,
    SourceStage,
    StepActor,
)
from monitor.services.finding_history import build_timeline_lines
from reports import answer_choices
from reports.labels.account import (
    CONSENT_CHANGES,
    CONSENT_ENDINGS,
    PREVIEW_DISCLOSURES,
    PREVIEW_HEADINGS,
    SCOPE_TITLES,
)
from reports.labels.cases import (
    ACCESS_REASONS,
    CASE_KINDS,
    CASE_STATES,
    DECISION_PHRASES,
    DECISION_SENTENCES,
    GIVEN_ANSWERS,
    NOTHING_MORE,
    OWN_NEXT_STEPS,
    OWN_NEXT_STEPS_OF_KIND,
    OWN_STEPS,
    SEVERITIES,
    TRACK_PLACES,
    TRACKS,
    describe_case_kind,
    describe_decision,
)
from reports.labels.findings import (
    EVENT_KINDS,
    EVIDENCE_LIKENESSES,
    GAPS,
    LIKENESSES,
    OWNERS,
    PAIR_SIGNS,
    SOURCE_STAGES,
    format_site_name,
)
from reports.labels.office import (
    AUDIT_OPENINGS,
    HEALTH_LEVELS,
    HOLD_ERRORS,
    HOLD_NOTICES,
    REVIEWER_ACCESS_REASONS,
    REVIEWER_ANSWERS,
    REVIEWER_NEXT_STEPS,
    REVIEWER_STEPS_OF_KIND,
    describe_answer,
    describe_review_end,
    describe_review_step,
    describe_verdict,
)
from reports.labels.takedown import GUIDE_SOURCES, REPORT_NOTICES, REPORT_STEPS
from reports.reason_rendering import render_reason
from scrapers.facts.fact import FactReliability
from scrapers.models import CONCLUSIVE_OUTCOMES, Outcome
from scrapers.sites.catalog import load_own_catalog
from scrapers.urls.platforms import PLATFORMS
from tests.house.tree import ROOT, parsed
from tests.reports.samples import IMPERSONATION, make_case
from tests.rows import over_rows
from tests.scrapers.known_sources import all_sources, written_sources

UNDECIDED = {CaseState.NEW, CaseState.OPEN}
COMPLETE = (
    (SEVERITIES, Severity),
    (CASE_KINDS, CaseKind),
    (answer_choices.CASE_ANSWERS, CaseKind),
    (EVENT_KINDS, EventKind),
    (OWNERS, OwnershipLabel),
    (GAPS, GapKind),
    (SOURCE_STAGES, SourceStage),
    (HEALTH_LEVELS, HealthLevel),
    (DECISION_PHRASES, Decision),
    (CASE_STATES, CaseState),
    (ACCESS_REASONS, OpeningReason),
    (REVIEWER_ACCESS_REASONS, OpeningReason),
    (AUDIT_OPENINGS, OpeningReason),
    (HOLD_NOTICES, HoldAction),
    (HOLD_ERRORS, HoldAction),
    (LIKENESSES, FieldLikeness),
    (PAIR_SIGNS, PairSign),
    (answer_choices.CASE_QUESTIONS, CaseKind),
    (TRACKS, CaseKind),
    (TRACK_PLACES, CaseStep),
    (EVIDENCE_LIKENESSES, FieldLikeness),
    (SCOPE_TITLES, Scope),
    (GUIDE_SOURCES, FactReliability),
)


@over_rows(("table", "values"), COMPLETE)
def test_a_table_of_labels_leaves_out_no_value(table, values) -> None:
    assert set(table) == set(values)
    assert all(table.values())


def test_a_gap_is_whatever_proves_nothing_or_is_not_over() -> None:
    gaps = {*map(str, set(Outcome) - CONCLUSIVE_OUTCOMES), "unproven", "asked", "late"}

    assert {*map(str, GapKind)} == gaps


def test_every_answer_to_a_finding_has_its_words_for_later() -> None:
    answered = {
        decision for answers in answer_choices.CASE_ANSWERS.values() for decision in answers
    }

    assert {*answer_choices.ANSWERS, *answered} <= set(GIVEN_ANSWERS)
    assert set(Decision) - UNSPOKEN == set(GIVEN_ANSWERS) - {
        CaseState.GONE,
        CaseState.RESTORED,
    }
    assert set(OWN_STEPS) == UNSPOKEN


def test_a_reviewer_reads_whatever_anyone_decided() -> None:
    assert set(REVIEWER_ANSWERS) == set(Decision) - UNSPOKEN


def test_every_part_of_the_preview_says_what_they_learn() -> None:
    assert list(PREVIEW_HEADINGS) == list(PREVIEW_DISCLOSURES)


def test_every_step_of_a_report_has_its_notice() -> None:
    assert set(REPORT_STEPS) == set(REPORT_NOTICES)


@pytest.mark.parametrize(
    ("kind", "theirs", "desk"),
    [
        (CaseKind.IMPERSONATION, "You report it.", "The staff member reports it"),
        (
            CaseKind.MOCK_ACCOUNT,
            "You report it, or leave it.",
            "The staff member reports it, or leaves it as it is",
        ),
        (CaseKind.HARMFUL_PAGE, "You report it.", "The staff member reports it"),
        (CaseKind.EXPOSED_CONTACT, "You ask for removal.", "The staff member asks for removal"),
        (CaseKind.STUDENT_LINK, "You remove the link.", "The staff member removes the link"),
    ],
)
def test_the_next_step_names_what_the_page_of_its_case_offers(
    kind: CaseKind, theirs: str, desk: str
) -> None:
    step = (StepActor.PERSON, CaseStep.REPORT)
    case = make_case(kind, "https://social.example/jan", id="1", next_by=step[0], next_step=step[1])
    assert case.own_next_step == theirs
    assert describe_review_step(kind, *step) == desk


def test_every_end_and_change_of_a_consent_has_a_sentence() -> None:
    assert {*CONSENT_ENDINGS, *CONSENT_CHANGES, ConsentAction.GIVEN} == set(ConsentAction)


def test_every_decision_has_a_sentence_for_the_person() -> None:
    words = {decision for decision in Decision if not is_lever(decision)} - UNSPOKEN

    assert set(DECISION_SENTENCES) == words


def test_an_account_of_ones_own_is_never_said_to_pretend_anything() -> None:
    changed, said = CaseKind.OWN_ACCOUNT_CHANGED, Decision.IMPERSONATION

    assert "impersonation" not in describe_decision(changed, said)
    history = TimelineEntry(
        at=datetime(2026, 11, 23, tzinfo=UTC),
        kind=TimelineEntryKind.DECIDED,
        word=said,
        by=DecisionMaker.REVIEWER,
        case_kind=changed,
    )
    (line,) = build_timeline_lines((history,))
    assert isinstance(line.words, Reason)
    assert render_reason(line.words) == "IT decided: Someone else has taken it over."


def test_an_account_that_was_taken_over_is_called_that() -> None:
    changed = CaseKind.OWN_ACCOUNT_CHANGED

    assert "taken over" in render_reason(describe_case_kind(changed, Severity.HIGH))
    assert "has changed" in render_reason(describe_case_kind(changed, Severity.MEDIUM))


def test_every_kind_of_case_has_a_sentence_for_the_person() -> None:
    sentences = {describe_case_kind(kind, Severity.LOW) for kind in CaseKind}

    assert len(sentences) == len(CaseKind)


# Each as the site itself writes it.
PLATFORM_NAMES = (
    *("500px", "About.me", "Academia.edu", "AllTrails", "Amazon", "Bandcamp", "Beacons", "Behance"),
    *("Bitbucket", "Blogger", "Blogger", "Bluesky", "Buy Me a Coffee", "Carrd", "Cash App"),
    *("Chess.com", "Codecademy", "CodePen", "Credly", "DEV Community", "Dailymotion"),
    *("DeviantArt", "Discord", "Disqus", "DonorsChoose", "Dreamwidth", "Dribbble", "Duolingo"),
    *("Edublogs", "Etsy", "Facebook", "Flickr", "Flipboard", "GitHub", "GitLab", "GoFundMe"),
    *("Goodreads", "Google Docs", "Google Scholar", "Google Sites", "Gravatar", "Hacker News"),
    *("Imgur", "Instagram", "Instructables", "Internet Archive", "Issuu", "Kaggle", "Keybase"),
    *("Kick", "Ko-fi", "Last.fm", "Lemon8", "Letterboxd", "LibraryThing", "Lichess", "LinkedIn"),
    *("Linktree", "LiveJournal", "Lnk.Bio", "Mastodon", "Medium", "Meetup", "Mixcloud", "Nextdoor"),
    *("ORCID", "Open Library", "OpenStreetMap", "Padlet", "Patreon", "PayPal.Me", "Pinterest"),
    *("Poshmark", "Prezi", "Quizlet", "Quora", "Rate My Professors", "Ravelry", "Reddit"),
    *("Remind", "ResearchGate", "Sketchfab", "SlideShare", "Slides", "Snapchat", "SoundCloud"),
    *("Speaker Deck", "Spotify", "Stack Exchange", "Stack Overflow", "Steam", "Strava", "Substack"),
    *("Teachers Pay Teachers", "Telegram", "Threads", "TikTok", "Truth Social", "Tumblr", "Twitch"),
    *("Unsplash", "VK", "Venmo", "Vimeo", "Wakelet", "Wattpad", "Weebly", "WordPress", "X", "XING"),
    *("Yelp", "YouTube", "eBay", "iNaturalist"),
    *("ASKfm", "AllMyLinks", "ArtStation", "Badoo", "BeReal", "Bio Link", "Calendly", "Cameo"),
    *("Chaturbate", "Codeberg", "Codewars", "Depop", "Fansly", "Fanvue", "FetLife", "GETTR", "Gab"),
    *("Gumroad", "Hugging Face", "Kickstarter", "Kik", "Myspace", "NGL", "NameMC", "OkCupid"),
    *("OnlyFans", "Plenty of Fish", "Pornhub", "Quotev", "Roblox", "Rumble", "Scratch", "SmugMug"),
    *("Tellonym", "Tinder", "Untappd", "VSCO", "WhatsApp", "Wix"),
)
SOURCE_NAMES = {
    "alerts": "Feeds",
    "activitypub-server": "Fediverse server",
    "bluesky": "Bluesky",
    "brave": "Brave Search",
    "brave-news": "Brave News",
    "feeds": "Author feeds",
    "gdelt": "GDELT",
    "github-api": "GitHub",
    "gitlab-api": "GitLab",
    "gravatar-api": "Gravatar",
    "have-i-been-pwned": "Have I Been Pwned",
    "kagi": "Kagi",
    "mastodon-server": "Mastodon",
    "mojeek": "Mojeek",
    "pages": "Web pages",
    "reddit-api": "Reddit",
    "searxng": "Web search",
    "serper": "Serper",
    "stackoverflow-api": "Stack Overflow",
    "twitch-api": "Twitch",
    "wordpress-authors": "WordPress authors",
    "youtube-api": "YouTube",
}


def test_each_site_of_the_catalog_is_called_by_its_own_name() -> None:
    entries = load_own_catalog().entries

    assert [format_site_name(entry.key) for entry in entries] == [entry.name for entry in entries]


def test_each_other_source_is_called_by_its_own_name() -> None:
    shown = {source.name: format_site_name(source.name) for source in written_sources()}

    assert shown == SOURCE_NAMES


def test_each_platform_is_called_by_its_own_name() -> None:
    shown = [format_site_name(platform.name) for platform in PLATFORMS]

    assert sorted(shown) == sorted(PLATFORM_NAMES)


def test_no_spelling_stands_for_a_site_that_is_not_known() -> None:
    known = {platform.name for platform in PLATFORMS} | {source.name for source in all_sources()}
    # What was found there while it was asked keeps its name.
    known |= {silent.name.lower().replace(" ", "-") for silent in load_own_catalog().exclusions}
    others = {"askubuntu", "mathoverflow", "serverfault", "superuser"}

    assert set(SITE_NAMES) - {name.removesuffix("-api") for name in known} == others


def test_both_sides_read_alike_whose_word_decides() -> None:
    step = (StepActor.IT, CaseStep.DECIDE)

    assert OWN_NEXT_STEPS[step].startswith("IT decides what it is. Your answer overrules")
    # Of a link to a student, only its person can say it.
    assert "Only you can say" in OWN_NEXT_STEPS_OF_KIND[CaseKind.STUDENT_LINK][step]
    assert "who alone can say" in REVIEWER_STEPS_OF_KIND[CaseKind.STUDENT_LINK][step]
    assert (
        f"{REVIEWER_NEXT_STEPS[step]}."
        == "IT decides what it is; the person's answer overrules it."
    )


def test_no_two_topics_name_a_table_alike() -> None:
    """A template names a table without its topic."""
    named = [
        name
        for path in sorted((ROOT / "reports" / "labels").glob("*.py"))
        for node in parsed(path).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        for name in [node.target.id]
    ]

    assert len(named) > 50
    assert sorted(set(named)) == sorted(named)


def test_it_reads_that_nobody_has_to_report_a_joke() -> None:
    reports = StepActor.PERSON, CaseStep.REPORT
    said = describe_review_step(CaseKind.MOCK_ACCOUNT, *reports)

    assert said != describe_review_step(CaseKind.IMPERSONATION, *reports)
    taken = describe_review_step(CaseKind.OWN_ACCOUNT_CHANGED, StepActor.PERSON, CaseStep.ESCALATE)
    assert "leaves it" not in taken


def test_a_taken_account_is_not_recovered_because_somebody_reported_it() -> None:
    reported = replace(
        IMPERSONATION,
        kind=CaseKind.OWN_ACCOUNT_CHANGED,
        nature=CaseKind.OWN_ACCOUNT_CHANGED,
        decision=Decision.IMPERSONATION,
        next_by=StepActor.PLATFORM,
        next_step=CaseStep.WAIT_FOR_ANSWER,
        acted_at=IMPERSONATION.first_seen,
        state=CaseState.REPORTED,
    )
    recovery = reported.track[2]
    assert recovery.is_now
    assert not recovery.is_done
    back = replace(reported, state=CaseState.RECOVERED, next_step=CaseStep.CLOSE_AS_CLAIMED)
    assert back.track[2].is_done


def test_it_reads_of_a_joke_that_is_left_that_it_is_real() -> None:
    said = describe_answer(CaseKind.IMPERSONATION, Decision.HARMLESS, is_left=True)
    assert said == "Made by others, and left as it is"
    end = describe_review_end(EndReason.DISMISSED, Decision.HARMLESS, is_left=True)
    assert end == "the staff member leaves it as it is"
    assert describe_verdict(CaseKind.EXPOSED_CONTACT, Decision.HARMLESS) == "It may stay up"
    assert describe_verdict(CaseKind.STUDENT_LINK, Decision.HARMLESS) == NOTHING_MORE
