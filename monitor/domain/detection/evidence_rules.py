"""Every rule of the assessment; weights.toml has its weight, `reports/reason_words` its words."""

from functools import partial

from monitor.domain.detection.evidence import Evidence, EvidenceAxis, EvidenceRule

_make_claim = partial(EvidenceRule, axis=EvidenceAxis.CLAIM)
_make_control = partial(EvidenceRule, axis=EvidenceAxis.CONTROL)
_make_imitation = partial(EvidenceRule, axis=EvidenceAxis.IMITATION)
_make_mock = partial(EvidenceRule, axis=EvidenceAxis.MOCK)

NAME_EXACT = _make_claim(name="name-exact")
NAME_NICKNAME = _make_claim(name="name-nickname")
NAME_FORMER = _make_claim(name="name-former")
NAME_INITIAL = _make_claim(name="name-initial")
NAME_FAMILY_INITIAL = _make_claim(name="name-family-initial")
NAME_NEAR = _make_claim(name="name-near", topic="spelling")
NAME_FAMILY = _make_claim(name="name-family")
NAME_GIVEN = _make_claim(name="name-given")
NAME_DIFFERENT = _make_claim(name="name-different")
NAME_OTHER = _make_claim(name="name-other")
NAME_ADDRESSED = _make_claim(name="name-addressed", topic="addressed")
NAME_IN_TEXT = _make_claim(name="name-in-text")
HARM_PAGE = _make_claim(name="harm-page")
ASKING_PAGE = _make_claim(name="asking-page")
NAME_NOT_SHOWN = _make_claim(name="name-not-shown")
NOTHING_SHOWN = _make_claim(name="nothing-shown")
MIDDLE_AGREES = _make_claim(name="middle-agrees")
MIDDLE_CONFLICTS = _make_claim(name="middle-conflicts")
NAME_LONGER = _make_claim(name="name-longer")
NAMESAKES = _make_claim(name="namesakes")
NAME_RARE = _make_claim(name="name-rare")

SAME_PICTURE = _make_claim(name="same-picture", otherwise="if.other-picture", topic="same-picture")

HANDLE_NAME = _make_claim(name="handle-name")
HANDLE_COVERS = _make_claim(name="handle-covers", otherwise="if.handle-not-of-name")
SAME_HANDLE = _make_claim(name="same-handle", topic="same-handle")
SAME_HANDLE_LONGER = _make_claim(
    name="same-handle-longer", topic="same-handle", words="same-handle"
)
SAME_HANDLE_NAME = _make_claim(name="same-handle-name", topic="same-handle")
SAME_HANDLE_COMMON = _make_claim(name="same-handle-common", topic="same-handle")
SAME_HANDLE_FAMILY = _make_claim(name="same-handle-family", topic="same-handle")
HANDLE_AKIN = _make_claim(name="handle-akin", topic="near-handle")

HANDLE_OTHER = _make_claim(name="handle-other", topic="other-handle")
SILENT = _make_claim(name="silent")

EMPLOYER = _make_claim(name="employer", otherwise="if.no-employer", topic="employer")
SCHOOL_TOO = _make_claim(name="school-too", topic="employer")
OTHER_EMPLOYER = _make_claim(name="other-employer")
PLACE = _make_claim(name="place", otherwise="if.no-town")
STATE = _make_claim(name="state")
OTHER_PLACE = _make_claim(name="other-place")
ROLE = _make_claim(name="role")
OTHER_ROLE = _make_claim(name="other-role")
TITLE_OTHER = _make_claim(name="title-other")
CRIME_PAGE = _make_claim(name="crime-page")
SPEAKS_OF_PERSON = _make_claim(name="speaks-of-person")
WAVE = _make_claim(name="wave")
NEW_UNDER_NAME = _make_claim(name="new-under-name")
OBITUARY_PAGE = _make_claim(name="obituary-page")
SAME_WORDS = _make_claim(name="same-words", topic="same-bio")
LIKE_ME = _make_claim(name="like-me")
UNLIKE_ME = _make_claim(name="unlike-me")
LIKE_OTHERS = _make_claim(name="like-others")
LINKS_TO_OWN = _make_claim(name="links-to-own")

DECLARED = _make_control(name="declared", otherwise="if.not-declared")
SAID_MINE = _make_control(name="said-mine")
SAID_NAMESAKE = _make_control(name="said-namesake")
SAID_UNRELATED = _make_control(name="said-unrelated")
LINKED_FROM_OWN = _make_control(name="linked-from-own")
LINKED_BOTH_WAYS = _make_control(name="linked-both-ways", otherwise="if.not-linked")
NAME_MISSPELLED = _make_control(name="name-misspelled")
NONE_HERE = _make_control(name="none-here", topic="none-here")
SECOND_ACCOUNT = _make_control(name="second-account")

SAID_IMPERSONATION = _make_imitation(name="said-impersonation")
LOOKALIKE = _make_imitation(
    name="lookalike-handle",
    otherwise="if.handle-less-like",
    topic="near-handle",
    words="handle-like",
)
LOOKALIKE_PLAIN = _make_imitation(
    name="lookalike-plain",
    otherwise="if.handle-less-like",
    topic="near-handle",
    words="handle-like",
)
LOOKALIKE_ELSEWHERE = _make_imitation(
    name="lookalike-elsewhere",
    otherwise="if.handle-less-like",
    topic="near-handle",
    words="handle-like",
)
UNLIKE_HANDLE = _make_imitation(name="unlike-handle", topic="other-handle")
KNOWN_HANDLE = _make_imitation(name="known-handle", topic="same-handle")
BOAST = _make_imitation(name="boast", otherwise="if.not-called-real")
COPIED_BIO = _make_imitation(name="copied-bio", otherwise="if.other-bio", topic="same-bio")
COPIED_ELSEWHERE = _make_imitation(
    name="copied-elsewhere", otherwise="if.other-bio", topic="same-bio"
)
COPIED_NAME = _make_imitation(name="copied-name")
COPIED_PICTURE = _make_imitation(
    name="copied-picture", otherwise="if.other-picture.imitation", topic="same-picture"
)
OWN_WORDS = _make_imitation(name="own-words")
WATCHED_WORDS = _make_imitation(name="watched-words", otherwise="if.other-bio")
WATCHED_PICTURE = _make_imitation(name="watched-picture", otherwise="if.other-picture.imitation")
ABSENT = _make_imitation(name="absent-platform", otherwise="if.account-here", topic="none-here")
MIXED = _make_imitation(name="mixed-alphabets", otherwise="if.one-alphabet", topic="spelling")
DISGUISED = _make_imitation(name="disguised-name", otherwise="if.plain-letters", topic="spelling")
YOUNGER = _make_imitation(name="younger")
OF_AN_AGE = _make_imitation(name="of-an-age")
ELDER = _make_imitation(name="elder")
NEW_ACCOUNT = _make_imitation(name="new-account")
LONG_STANDING = _make_imitation(name="long-standing")
LURE = _make_imitation(name="lure", otherwise="if.no-lure")
LEWD = _make_imitation(name="lewd", otherwise="if.no-harmful-words", topic="harm")
SAYS_MISSING = _make_imitation(name="says-missing", otherwise="if.not-missing")
LABELED_IMITATION = _make_imitation(name="labeled-imitation")
VERIFIED = _make_imitation(name="verified")
HOLLOW = _make_imitation(name="hollow")
LIVED_IN = _make_imitation(name="lived-in")

# They speak of an account that others made, and so never in the first person.
SAID_MOCK = _make_mock(name="said-mock")
MOCK_NAME = _make_mock(name="mock-name", otherwise="if.other-name")
MOCK_HINT = _make_mock(name="mock-hint", otherwise="if.name-without-such-words", topic="addressed")
SOLICITS = _make_mock(name="solicits")
MOCK_BIO = _make_mock(name="mock-bio", otherwise="if.bio-says-nothing")
ADDRESSED = _make_mock(name="addressed", topic="addressed")
MOCK_HARM = _make_mock(name="mock-harm", topic="harm")
CLASSROOM = _make_mock(name="classroom")

RULES = {
    one_global.name: one_global
    for one_global in list(globals().values())
    if isinstance(one_global, EvidenceRule)
}


# Of rules that say several things, those that say what others say, too.
_TOPICS_BY_REASON = {
    "role.title": frozenset({ADDRESSED.topic}),
    "speaks-of-person.place": frozenset({EMPLOYER.topic, PLACE.name, NAME_IN_TEXT.name}),
    "speaks-of-person.rare": frozenset({NAME_RARE.name, NAMESAKES.name}),
    "speaks-of-person.family": frozenset({NAME_RARE.name, NAMESAKES.name, NAME_FAMILY.name}),
    "speaks-of-person.new": frozenset({NEW_ACCOUNT.name}),
    "speaks-of-person.harm": frozenset({LEWD.topic}),
    # What holds a name in its username alone does show it.
    "speaks-of-person.absent": frozenset({NOTHING_SHOWN.name}),
    NEW_UNDER_NAME.name: frozenset({NEW_ACCOUNT.name}),
}


def list_topics(piece: Evidence) -> frozenset[str]:
    """Return what a reason is about; one that shares it with no other has a topic of its own."""
    rule = RULES.get(piece.rule)
    own = frozenset({rule.topic if rule and rule.topic else piece.rule})
    return _TOPICS_BY_REASON.get(piece.reason.rule, own)
