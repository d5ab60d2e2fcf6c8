"""What others read of a reason: it speaks of the person by name, and never to them."""

import ast
import re

import pytest

from monitor.domain.evidence import rewrite_for_others
from monitor.domain.takedown import load_takedown_guides
from reports.labels import (
    CONTACT_KINDS,
    CONTACT_PLACES,
    DECISION_PHRASES,
    EVIDENCE_LIKENESSES,
    FLAG_KINDS,
    FLAG_STATES,
    PROOF_REQUIREMENTS,
    REPORTERS,
    REVIEWER_ANSWERS,
    SEVERITIES,
    STUDENT_CUES,
)
from tests.house.tree import ROOT, parsed

SOURCES = (
    *("rules.py", "claim.py", "imitation.py", "mock.py", "comparison.py"),
    *("../handles/lookalike.py", "../handles/weighing.py"),
    *("../../services/flagging.py", "../../services/retention.py"),
)
# What may follow "you" where it is an object, or ends a clause.
AFTER_OBJECT = {"by", "less", "on", "or", "than"}


def list_sentences():
    """List every sentence, or part of one, that speaks to the person."""
    for name in SOURCES:
        tree = parsed((ROOT / "monitor/domain/detection" / name).resolve())
        docstrings = {each.value for each in ast.walk(tree) if isinstance(each, ast.Expr)}
        for each in ast.walk(tree):
            if isinstance(each, ast.Constant) and each not in docstrings:
                text = each.value
                if isinstance(text, str) and " " in text and "\\b" not in text:
                    yield text
    yield from (*STUDENT_CUES.values(), *REPORTERS.values(), *PROOF_REQUIREMENTS.values())
    for _, guide in load_takedown_guides():
        yield from (guide.in_app, *guide.asks, guide.rule, guide.exception)


SENTENCES = [each for each in list_sentences() if re.search(r"\byou", each, re.IGNORECASE)]


def test_every_sentence_to_the_person_speaks_of_them_by_name_to_others():
    assert len(SENTENCES) > 100
    rewritten = [rewrite_for_others(each, "Maria") for each in SENTENCES]

    assert [each for each in rewritten if re.search(r"\byou", each, re.IGNORECASE)] == []
    assert [each for each in rewritten if "Maria" not in each and "the district" not in each] == []


def test_every_verb_after_the_person_is_known_to_the_rewriting():
    after = {
        verb
        for each in SENTENCES
        for verb in re.findall(r"\b[Yy]ou (\w+)", each)
        if rewrite_for_others(f"You {verb}.", "Maria") == f"Maria {verb}."
    }

    assert (
        after - {"added", "can", "changed", "did", "gave", "had", "may", "said", "want"}
        <= AFTER_OBJECT
    )


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("It uses your name.", "It uses Maria's name."),
        ("Your account is gone.", "Maria's account is gone."),
        (
            "You use exactly the same handle elsewhere, but it is only your name.",
            "Maria uses exactly the same handle elsewhere, but it is only their name.",
        ),
        (
            "You do not choose who follows you, but you can remove a follower.",
            "Maria does not choose who follows them, but they can remove a follower.",
        ),
        (
            "This account is yours, so you can remove it yourself.",
            "This account is Maria's, so they can remove it themselves.",
        ),
        ("You said that this is you.", "Maria said that this is theirs."),
        (
            "It presents itself as you on a network where you said you have no account.",
            "It presents itself as Maria on a network where they said they have no account.",
        ),
        (
            "It names your town, or a town of your district.",
            "It names Maria's town, or a town of the district.",
        ),
        ("It asks for money.", "It asks for money."),
    ],
)
def test_the_first_mention_is_the_name_and_each_later_one_a_pronoun(said, read):
    assert rewrite_for_others(said, "Maria") == read


def test_a_name_that_reads_like_a_pronoun_stays_a_name():
    assert rewrite_for_others("You said that it is yours.", "You") == "You said that it is theirs."


def test_a_person_without_a_name_is_called_the_person():
    assert rewrite_for_others("Your name is shown.", "") == "The person's name is shown."


@pytest.mark.parametrize(
    "table",
    [
        *(CONTACT_KINDS, CONTACT_PLACES, DECISION_PHRASES, EVIDENCE_LIKENESSES, FLAG_KINDS),
        *(FLAG_STATES, REVIEWER_ANSWERS, SEVERITIES),
    ],
)
def test_the_words_that_reviewers_read_speak_to_no_person(table):
    assert [
        each for each in table.values() if re.search(r"\byou|\bmy\b", each, re.IGNORECASE)
    ] == []
