"""Why a name or a handle scores as it does, in words that only the benchmark shows."""

from functools import cache
from pathlib import Path

from monitor.domain.reason import Reason
from reports.reason_rendering import Words, parse_words, render_reason


@cache
def load_score_words() -> Words:
    return parse_words(Path(__file__).with_name("words.toml").read_text("utf-8"))


def explain(reason: Reason) -> str:
    return render_reason(reason, words=load_score_words())
