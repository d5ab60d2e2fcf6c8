"""Every rule of the assessment: its axis and its sentence; weights.toml has what it weighs."""

from functools import partial

from monitor.domain.evidence import EvidenceAxis, EvidenceRule
from monitor.domain.reason import Reason


def _make_claim(
    name: str,
    reason: str = "",
    otherwise: str = "",
    *,
    fact: str = "",
    axis: EvidenceAxis = EvidenceAxis.CLAIM,
) -> EvidenceRule:
    """Build a rule; one without a sentence is said by the words of its own id (`reports/words`)."""
    told = reason or Reason(name)
    return EvidenceRule(name=name, axis=axis, reason=told, otherwise=otherwise, fact=fact)


_make_control = partial(_make_claim, axis=EvidenceAxis.CONTROL)
_make_imitation = partial(_make_claim, axis=EvidenceAxis.IMITATION)
_make_mock = partial(_make_claim, axis=EvidenceAxis.MOCK)
NAME_EXACT = _make_claim("name-exact", "The name shown matches yours exactly.")
NAME_NICKNAME = _make_claim("name-nickname", "The name shown is another form of yours.")
NAME_FORMER = _make_claim("name-former", "The name shown is yours, with a former family name.")
NAME_INITIAL = _make_claim("name-initial", "Of your given name, only an initial is shown.")
NAME_FAMILY_INITIAL = _make_claim(
    "name-family-initial", "Your given name and the initial of your family name are shown."
)
NAME_NEAR = _make_claim("name-near", "The name shown is almost the same as yours.", fact="spelling")
NAME_FAMILY = _make_claim("name-family", "Only your family name is shown.")
NAME_GIVEN = _make_claim("name-given", "Only your given name is shown.")
NAME_DIFFERENT = _make_claim("name-different", "Only part of the name matches yours.")
NAME_OTHER = _make_claim("name-other", "The name shown is not yours.")
NAME_ADDRESSED = _make_claim(
    "name-addressed", "It shows a title and the first letter of your family name.", fact="addressed"
)
NAME_NOT_SHOWN = _make_claim(
    "name-not-shown", "Your name does not appear, but a handle or words of yours do."
)
NOTHING_SHOWN = _make_claim("nothing-shown", "Your name does not appear.")
MIDDLE_AGREES = _make_claim("middle-agrees", "The middle name matches yours.")
MIDDLE_CONFLICTS = _make_claim("middle-conflicts", "The middle name is different from yours.")
NAME_LONGER = _make_claim("name-longer", "The name continues after your family name.")
NAMESAKES = _make_claim("namesakes", "Other people have your name.")
NAME_RARE = _make_claim("name-rare", "Hardly anyone else has your name.")

# Where the name shown is a part of theirs, and the handle holds the rest.
INITIAL_COMPLETED = "The name shown has only an initial, but the handle holds more of your name."
FAMILY_INITIAL_COMPLETED = (
    "The name shown ends with an initial, but the handle holds your family name."
)
FAMILY_COMPLETED = "Only your family name is shown, but the handle holds more of your name."
GIVEN_COMPLETED = "Only your given name is shown, but the handle holds your family name, too."

SAME_PICTURE = _make_claim("same-picture", otherwise="if.other-picture", fact="same-picture")

HANDLE_NAME = _make_claim(
    "handle-name", "No name is shown, but the handle holds parts of your name."
)
HANDLE_OF_NAME = "No name is shown, but the handle is made from your name."
HANDLE_OF_OTHER_FORM = "No name is shown, but the handle is made from another form of your name."
HANDLE_OF_INITIAL = "No name is shown, but the handle is made from parts or initials of your name."
HANDLE_OF_FAMILY = "No name is shown, but the handle contains your family name."
HANDLE_COVERS = _make_claim(
    "handle-covers",
    "The handle is also made from your name.",
    "It would point to you less if its handle were not made from your name.",
)
_SAME_HANDLE = "You use exactly the same handle elsewhere."
SAME_HANDLE = _make_claim("same-handle", _SAME_HANDLE, fact="same-handle")
SAME_HANDLE_LONGER = _make_claim("same-handle-longer", _SAME_HANDLE, fact="same-handle")
SAME_HANDLE_NAME = _make_claim(
    "same-handle-name",
    "You use exactly the same handle elsewhere, but it is only your name.",
    fact="same-handle",
)
SAME_HANDLE_COMMON = _make_claim(
    "same-handle-common",
    "You use exactly the same handle elsewhere, but many people have the name in it.",
    fact="same-handle",
)
SAME_HANDLE_FAMILY = _make_claim(
    "same-handle-family",
    "You use exactly the same handle elsewhere, but it is only your family name.",
    fact="same-handle",
)
HANDLE_AKIN = _make_claim(
    "handle-akin", "This handle is nearly the same as one you use.", fact="near-handle"
)

HANDLE_OTHER = _make_claim(
    "handle-other", "Its handle is not like any of yours.", fact="other-handle"
)
SILENT = _make_claim("silent", "It does not mention your school, your town, or your work.")

EMPLOYER = _make_claim(
    "employer",
    "It names your school or your employer.",
    "It would point to you less if it did not name your school or employer.",
    fact="employer",
)
SCHOOL_TOO = _make_claim(
    "school-too", "It names both your school and your employer.", fact="employer"
)
OTHER_EMPLOYER = _make_claim("other-employer", "It names a different school or employer.")
PLACE = _make_claim(
    "place",
    "It names your town, or a town of your district.",
    "It would point to you less if it did not name your town.",
)
STATE = _make_claim("state", "It names your state, but no town.")
STATE_BESIDE_TOWN = "It names your state."
OTHER_PLACE = _make_claim("other-place", "It names a different town.")
OTHER_STATE = "It names a different state."
ROLE = _make_claim("role", "It mentions the kind of work you do.")
TITLE_AS_ROLE = "It puts a title before your name, as people at schools do."
OTHER_ROLE = _make_claim("other-role", "It mentions a different kind of work.")
TITLE_OTHER = _make_claim("title-other", "Its title names someone else with your family name.")
CRIME_PAGE = _make_claim(
    "crime-page", "It speaks of an arrest or a crime, and such pages often mix people up."
)
SPEAKS_OF_PERSON = _make_claim(
    "speaks-of-person", "Its words mean you, no matter who runs it, so you are asked."
)
NEW_UNDER_NAME = _make_claim(
    "new-under-name",
    "It is new and shows your name on a network where you gave us no account, so you are asked.",
)
OBITUARY_PAGE = _make_claim("obituary-page", "It has words of an obituary. You may be a relative.")
SAME_WORDS = _make_claim(
    "same-words", "It describes itself in the words of one of your accounts.", fact="same-bio"
)
LIKE_ME = _make_claim("like-me")
UNLIKE_ME = _make_claim("unlike-me")
LIKE_OTHERS = _make_claim("like-others")
LINKS_TO_OWN = _make_claim("links-to-own", "It links to one of your accounts, as anyone can.")

DECLARED = _make_control("declared", otherwise="if.not-declared")
SAID_MINE = _make_control("said-mine", "You said that this is you.")
SAID_NAMESAKE = _make_control("said-namesake", "You said that this is someone else with your name.")
SAID_UNRELATED = _make_control("said-unrelated", "You said that this is not about you.")
LINKED_FROM_OWN = _make_control(
    "linked-from-own", "One of your accounts links to it, but it does not link back."
)
LINKED_BOTH_WAYS = _make_control(
    "linked-both-ways",
    "This account and one of yours link to each other.",
    "It would be an open question if it and your account did not link to each other.",
)
NAME_MISSPELLED = _make_control("name-misspelled", "People rarely misspell their own name.")
NONE_HERE = _make_control(
    "none-here", "You said that you have no account on this network.", fact="none-here"
)
SECOND_ACCOUNT = _make_control(
    "second-account", "You have another account on the same network, and few people have two."
)

SAID_IMPERSONATION = _make_imitation(
    "said-impersonation", "You said that this account pretends to be you."
)
_CLOSE = "if.handle-less-like"
LOOKALIKE = _make_imitation("lookalike-handle", otherwise=_CLOSE, fact="near-handle")
LOOKALIKE_PLAIN = _make_imitation("lookalike-plain", otherwise=_CLOSE, fact="near-handle")
LOOKALIKE_ELSEWHERE = _make_imitation("lookalike-elsewhere", otherwise=_CLOSE, fact="near-handle")
UNLIKE_HANDLE = _make_imitation("unlike-handle", fact="other-handle")
_WORDS = "A different bio would make this less likely to be an impersonation."
KNOWN_HANDLE = _make_imitation("known-handle", fact="same-handle")
BOAST = _make_imitation(
    "boast",
    "It calls itself the real, official or backup account.",
    "It would be less likely to be an impersonation if it did not call itself real.",
)
COPIED_BIO = _make_imitation(
    "copied-bio",
    "Its bio repeats the bio of your account on the same network.",
    _WORDS,
    fact="same-bio",
)
COPIED_ELSEWHERE = _make_imitation(
    "copied-elsewhere",
    "Its bio repeats the bio of your account on another network.",
    _WORDS,
    fact="same-bio",
)
COPIED_NAME = _make_imitation(
    "copied-name", "It shows the same name as your account on the same network."
)
COPIED_PICTURE = _make_imitation(
    "copied-picture", otherwise="if.other-picture.imitation", fact="same-picture"
)
OWN_WORDS = _make_imitation(
    "own-words", "It describes itself in different words than your accounts do."
)
WATCHED_WORDS = _make_imitation(
    "watched-words",
    "Its bio repeats that of an account that was found to be pretending to be you.",
    _WORDS,
)
WATCHED_PICTURE = _make_imitation("watched-picture", otherwise="if.other-picture.imitation")
ABSENT = _make_imitation(
    "absent-platform",
    "It presents itself as you on a network where you said you have no account.",
    "It would be less likely to be one if you had an account on this network.",
    fact="none-here",
)
MIXED_HANDLE = "Its handle mixes letters from different alphabets."
MIXED_NAME = "It writes your name with letters from different alphabets."
MIXED = _make_imitation(
    "mixed-alphabets",
    "The name shown mixes letters from different alphabets.",
    "A name in one alphabet would make this less likely to be an impersonation.",
    fact="spelling",
)
DISGUISED = _make_imitation(
    "disguised-name",
    "It writes your name with characters that only look like its letters.",
    "A name in plain letters would make this less likely to be an impersonation.",
    fact="spelling",
)
YOUNGER = _make_imitation("younger")
YOUNGER_ELSEWHERE = _make_imitation("younger-elsewhere")
OF_AN_AGE = _make_imitation("of-an-age")
ELDER_HERE = Reason("elder.here")
ELDER = _make_imitation("elder")
NEW_ACCOUNT = _make_imitation("new-account")
LONG_STANDING = _make_imitation("long-standing")
NEW_NETWORK = _make_imitation(
    "new-network",
    "You gave us no account on its network, and most impersonators use the same network.",
    fact="none-here",
)
WAVE = _make_imitation(
    "wave",
    "New accounts under the names of several staff members of your school appeared.",
    "It would be less likely to be an impersonation if no colleagues had new ones, too.",
)
LURE = _make_imitation(
    "lure",
    "It speaks of money, gifts, messages or a second account, as fake accounts do.",
    "It would be less likely to be an impersonation if it asked strangers for nothing.",
)
LEWD = _make_imitation(
    "lewd",
    "It uses sexual or violent words under your name.",
    "It would be less likely to be an impersonation without sexual or violent words.",
    fact="harm",
)
SAYS_MISSING = _make_imitation(
    "says-missing",
    "Its page shows the site's own words for an account that does not exist.",
    "It would count less if its page did not say that the account does not exist.",
)
HOLLOW = _make_imitation("hollow", "It follows many accounts, and far fewer follow it.")
LIVED_IN = _make_imitation("lived-in", "It has followers and posts, as a person's account does.")

# They speak of an account that others made, and so never in the first person.
SAID_MOCK = _make_mock("said-mock", "You said that others made it about you.")
MOCK_NAME = _make_mock(
    "mock-name",
    "Its name or handle has words of pages that others make, like fan or meme pages.",
    "It would be less likely to be made by others if its name did not say so.",
)
MOCK_HINT = _make_mock(
    "mock-hint",
    "It calls you by title and name, and its name has words of pages that students make.",
    "It would be less likely to be made by others if its name had no such words.",
)
SOLICITS = _make_mock(
    "solicits",
    "It asks for stories or pictures, jokes, or hides who runs it, as pages of students do.",
)
MOCK_BIO = _make_mock(
    "mock-bio",
    "It describes itself as a page that others made.",
    "It would be less likely to be made by others if its bio did not say so.",
)
ADDRESSED = _make_mock(
    "addressed",
    "It calls you by a title and your name or its initial, as students do.",
    fact="addressed",
)
WAVE_OF_MOCKS = _make_mock(
    "wave-of-mocks",
    "New accounts under the names of several staff members of your school appeared.",
    "It would be less likely to be made by others if no colleagues had new ones, too.",
)
MOCK_HARM = _make_mock("mock-harm", "It uses sexual or violent words.", fact="harm")
CLASSROOM = _make_mock(
    "classroom", "It speaks of a class as a teacher does, so you may have made it yourself."
)

RULES = {each.name: each for each in list(globals().values()) if isinstance(each, EvidenceRule)}


def get_fact(name: str) -> str:
    """Return what a rule tells; a rule that shares it with no other one tells a fact of its own."""
    rule = RULES.get(name)
    return rule.fact if rule and rule.fact else name
