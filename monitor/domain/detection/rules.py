"""Every rule of the assessment: its axis and its sentence; weights.toml has what it weighs."""

from monitor.domain.evidence import EvidenceAxis, EvidenceRule

NAME_EXACT = EvidenceRule(name="name-exact", reason="The name shown matches yours exactly.")
NAME_NICKNAME = EvidenceRule(
    name="name-nickname", reason="The name shown is another form of yours."
)
NAME_FORMER = EvidenceRule(
    name="name-former", reason="The name shown is yours, with a former family name."
)
NAME_INITIAL = EvidenceRule(
    name="name-initial", reason="Of your given name, only an initial is shown."
)
NAME_FAMILY_INITIAL = EvidenceRule(
    name="name-family-initial",
    reason="Your given name and the initial of your family name are shown.",
)
NAME_NEAR = EvidenceRule(
    name="name-near", reason="The name shown is almost the same as yours.", fact="spelling"
)
NAME_FAMILY = EvidenceRule(name="name-family", reason="Only your family name is shown.")
NAME_GIVEN = EvidenceRule(name="name-given", reason="Only your given name is shown.")
NAME_DIFFERENT = EvidenceRule(name="name-different", reason="Only part of the name matches yours.")
NAME_OTHER = EvidenceRule(name="name-other", reason="The name shown is not yours.")
NAME_ADDRESSED = EvidenceRule(
    name="name-addressed",
    reason="It shows a title and the first letter of your family name.",
    fact="addressed",
)
NAME_NOT_SHOWN = EvidenceRule(
    name="name-not-shown", reason="Your name does not appear, but a handle or words of yours do."
)
NOTHING_SHOWN = EvidenceRule(name="nothing-shown", reason="Your name does not appear.")
MIDDLE_AGREES = EvidenceRule(name="middle-agrees", reason="The middle name matches yours.")
MIDDLE_CONFLICTS = EvidenceRule(
    name="middle-conflicts", reason="The middle name is different from yours."
)
NAME_LONGER = EvidenceRule(name="name-longer", reason="The name continues after your family name.")
NAMESAKES = EvidenceRule(name="namesakes", reason="Other people have your name.")
NAME_RARE = EvidenceRule(name="name-rare", reason="Hardly anyone else has your name.")

# Where the name shown is a part of theirs, and the handle holds the rest.
INITIAL_COMPLETED = "The name shown has only an initial, but the handle holds more of your name."
FAMILY_INITIAL_COMPLETED = (
    "The name shown ends with an initial, but the handle holds your family name."
)
FAMILY_COMPLETED = "Only your family name is shown, but the handle holds more of your name."
GIVEN_COMPLETED = "Only your given name is shown, but the handle holds your family name, too."

SAME_PICTURE = EvidenceRule(
    name="same-picture",
    reason="It uses the same picture as one of your accounts.",
    otherwise="It would point to you less if it showed a different picture.",
    fact="same-picture",
)

HANDLE_NAME = EvidenceRule(
    name="handle-name", reason="No name is shown, but the handle holds parts of your name."
)
HANDLE_OF_NAME = "No name is shown, but the handle is made from your name."
HANDLE_OF_OTHER_FORM = "No name is shown, but the handle is made from another form of your name."
HANDLE_OF_INITIAL = "No name is shown, but the handle is made from parts or initials of your name."
HANDLE_OF_FAMILY = "No name is shown, but the handle contains your family name."
HANDLE_COVERS = EvidenceRule(
    name="handle-covers",
    reason="The handle is also made from your name.",
    otherwise="It would point to you less if its handle were not made from your name.",
)
_SAME_HANDLE = "You use exactly the same handle elsewhere."
SAME_HANDLE = EvidenceRule(name="same-handle", reason=_SAME_HANDLE, fact="same-handle")
SAME_HANDLE_LONGER = EvidenceRule(
    name="same-handle-longer", reason=_SAME_HANDLE, fact="same-handle"
)
SAME_HANDLE_NAME = EvidenceRule(
    name="same-handle-name",
    reason="You use exactly the same handle elsewhere, but it is only your name.",
    fact="same-handle",
)
SAME_HANDLE_COMMON = EvidenceRule(
    name="same-handle-common",
    reason="You use exactly the same handle elsewhere, but many people have the name in it.",
    fact="same-handle",
)
SAME_HANDLE_FAMILY = EvidenceRule(
    name="same-handle-family",
    reason="You use exactly the same handle elsewhere, but it is only your family name.",
    fact="same-handle",
)
HANDLE_AKIN = EvidenceRule(
    name="handle-akin",
    reason="This handle is nearly the same as one you use.",
    fact="near-handle",
)

HANDLE_OTHER = EvidenceRule(
    name="handle-other", reason="Its handle is not like any of yours.", fact="other-handle"
)
SILENT = EvidenceRule(
    name="silent", reason="It does not mention your school, your town, or your work."
)

EMPLOYER = EvidenceRule(
    name="employer",
    reason="It names your school or your employer.",
    otherwise="It would point to you less if it did not name your school or employer.",
    fact="employer",
)
SCHOOL_TOO = EvidenceRule(
    name="school-too", reason="It names both your school and your employer.", fact="employer"
)
OTHER_EMPLOYER = EvidenceRule(
    name="other-employer", reason="It names a different school or employer."
)
PLACE = EvidenceRule(
    name="place",
    reason="It names your town, or a town of your district.",
    otherwise="It would point to you less if it did not name your town.",
)
STATE = EvidenceRule(name="state", reason="It names your state, but no town.")
STATE_BESIDE_TOWN = "It names your state."
OTHER_PLACE = EvidenceRule(name="other-place", reason="It names a different town.")
OTHER_STATE = "It names a different state."
ROLE = EvidenceRule(name="role", reason="It mentions the kind of work you do.")
TITLE_AS_ROLE = "It puts a title before your name, as people at schools do."
OTHER_ROLE = EvidenceRule(name="other-role", reason="It mentions a different kind of work.")
TITLE_OTHER = EvidenceRule(
    name="title-other", reason="Its title names someone else with your family name."
)
CRIME_PAGE = EvidenceRule(
    name="crime-page",
    reason="It speaks of an arrest or a crime, and such pages often mix people up.",
)
SPEAKS_OF_PERSON = EvidenceRule(
    name="speaks-of-person", reason="Its words mean you, no matter who runs it, so you are asked."
)
NEW_UNDER_NAME = EvidenceRule(
    name="new-under-name",
    reason="It is new and shows your name on a network where you gave us no account, so you are "
    "asked.",
)
OBITUARY_PAGE = EvidenceRule(
    name="obituary-page", reason="It has words of an obituary. You may be a relative."
)
SAME_WORDS = EvidenceRule(
    name="same-words",
    reason="It describes itself in the words of one of your accounts.",
    fact="same-bio",
)
LIKE_ME = EvidenceRule(
    name="like-me", reason="Its words are like those of results you said are you."
)
UNLIKE_ME = EvidenceRule(
    name="unlike-me",
    reason="It has less in common with results you said are you than your pages do.",
)
LIKE_OTHERS = EvidenceRule(
    name="like-others", reason="Its words are like those of results you said are not you."
)
LINKS_TO_OWN = EvidenceRule(
    name="links-to-own", reason="It links to one of your accounts, as anyone can."
)

DECLARED = EvidenceRule(
    name="declared",
    axis=EvidenceAxis.CONTROL,
    reason="You said that this account is yours.",
    otherwise="We would have to assess it if you had not said that it is yours.",
)
SAID_MINE = EvidenceRule(
    name="said-mine", axis=EvidenceAxis.CONTROL, reason="You said that this is you."
)
SAID_NAMESAKE = EvidenceRule(
    name="said-namesake",
    axis=EvidenceAxis.CONTROL,
    reason="You said that this is someone else with your name.",
)
SAID_UNRELATED = EvidenceRule(
    name="said-unrelated", axis=EvidenceAxis.CONTROL, reason="You said that this is not about you."
)
LINKED_FROM_OWN = EvidenceRule(
    name="linked-from-own",
    axis=EvidenceAxis.CONTROL,
    reason="One of your accounts links to it, but it does not link back.",
)
LINKED_BOTH_WAYS = EvidenceRule(
    name="linked-both-ways",
    axis=EvidenceAxis.CONTROL,
    reason="This account and one of yours link to each other.",
    otherwise="It would be an open question if it and your account did not link to each other.",
)
NAME_MISSPELLED = EvidenceRule(
    name="name-misspelled",
    axis=EvidenceAxis.CONTROL,
    reason="People rarely misspell their own name.",
)
NONE_HERE = EvidenceRule(
    name="none-here",
    axis=EvidenceAxis.CONTROL,
    reason="You said that you have no account on this network.",
    fact="none-here",
)
SECOND_ACCOUNT = EvidenceRule(
    name="second-account",
    axis=EvidenceAxis.CONTROL,
    reason="You have another account on the same network, and few people have two.",
)

SAID_IMPERSONATION = EvidenceRule(
    name="said-impersonation",
    axis=EvidenceAxis.IMITATION,
    reason="You said that this account pretends to be you.",
)
_CLOSE = "A handle less like yours would make this less likely to be an impersonation."
LOOKALIKE = EvidenceRule(
    name="lookalike-handle",
    axis=EvidenceAxis.IMITATION,
    reason="Its handle looks like yours.",
    otherwise=_CLOSE,
    fact="near-handle",
)
LOOKALIKE_PLAIN = EvidenceRule(
    name="lookalike-plain",
    axis=EvidenceAxis.IMITATION,
    reason="Its handle is close to yours, but someone with your name may have one like it.",
    otherwise=_CLOSE,
    fact="near-handle",
)
LOOKALIKE_ELSEWHERE = EvidenceRule(
    name="lookalike-elsewhere",
    axis=EvidenceAxis.IMITATION,
    reason="Its handle looks like the one you have on another network.",
    otherwise=_CLOSE,
    fact="near-handle",
)
UNLIKE_HANDLE = EvidenceRule(
    name="unlike-handle",
    axis=EvidenceAxis.IMITATION,
    reason="Its handle does not copy one of yours.",
    fact="other-handle",
)
_WORDS = "A different bio would make this less likely to be an impersonation."
KNOWN_HANDLE = EvidenceRule(
    name="known-handle",
    axis=EvidenceAxis.IMITATION,
    reason="It uses one of your handles, and people usually claim their own handle first.",
    fact="same-handle",
)
BOAST = EvidenceRule(
    name="boast",
    axis=EvidenceAxis.IMITATION,
    reason="It calls itself the real, official or backup account.",
    otherwise="It would be less likely to be an impersonation if it did not call itself real.",
)
COPIED_BIO = EvidenceRule(
    name="copied-bio",
    axis=EvidenceAxis.IMITATION,
    reason="Its bio repeats the bio of your account on the same network.",
    otherwise=_WORDS,
    fact="same-bio",
)
COPIED_ELSEWHERE = EvidenceRule(
    name="copied-elsewhere",
    axis=EvidenceAxis.IMITATION,
    reason="Its bio repeats the bio of your account on another network.",
    otherwise=_WORDS,
    fact="same-bio",
)
COPIED_NAME = EvidenceRule(
    name="copied-name",
    axis=EvidenceAxis.IMITATION,
    reason="It shows the same name as your account on the same network.",
)
COPIED_PICTURE = EvidenceRule(
    name="copied-picture",
    axis=EvidenceAxis.IMITATION,
    reason="It uses your picture, and no account of yours links to it.",
    otherwise="A different picture would make this less likely to be an impersonation.",
    fact="same-picture",
)
OWN_WORDS = EvidenceRule(
    name="own-words",
    axis=EvidenceAxis.IMITATION,
    reason="It describes itself in different words than your accounts do.",
)
WATCHED_WORDS = EvidenceRule(
    name="watched-words",
    axis=EvidenceAxis.IMITATION,
    reason="Its bio repeats that of an account that was found to be pretending to be you.",
    otherwise=_WORDS,
)
WATCHED_PICTURE = EvidenceRule(
    name="watched-picture",
    axis=EvidenceAxis.IMITATION,
    reason="It shows the picture of an account that was found to be pretending to be you.",
    otherwise="A different picture would make this less likely to be an impersonation.",
)
ABSENT = EvidenceRule(
    name="absent-platform",
    axis=EvidenceAxis.IMITATION,
    reason="It presents itself as you on a network where you said you have no account.",
    otherwise="It would be less likely to be one if you had an account on this network.",
    fact="none-here",
)
MIXED_HANDLE = "Its handle mixes letters from different alphabets."
MIXED_NAME = "It writes your name with letters from different alphabets."
MIXED = EvidenceRule(
    name="mixed-alphabets",
    axis=EvidenceAxis.IMITATION,
    reason="The name shown mixes letters from different alphabets.",
    otherwise="A name in one alphabet would make this less likely to be an impersonation.",
    fact="spelling",
)
DISGUISED = EvidenceRule(
    name="disguised-name",
    axis=EvidenceAxis.IMITATION,
    reason="It writes your name with characters that only look like its letters.",
    otherwise="A name in plain letters would make this less likely to be an impersonation.",
    fact="spelling",
)
YOUNGER = EvidenceRule(
    name="younger",
    axis=EvidenceAxis.IMITATION,
    reason="It was created more than a year after your account on the same network.",
)
YOUNGER_ELSEWHERE = EvidenceRule(
    name="younger-elsewhere",
    axis=EvidenceAxis.IMITATION,
    reason="It was created more than a year after your account on another network.",
)
OF_AN_AGE = EvidenceRule(
    name="of-an-age",
    axis=EvidenceAxis.IMITATION,
    reason="It is not much newer than the account of yours that it might copy.",
)
ELDER_HERE = "It is older than your account on the same network, so there was none to copy."
ELDER = EvidenceRule(
    name="elder",
    axis=EvidenceAxis.IMITATION,
    reason="It is older than any account of yours whose age we know, so it had none to copy.",
)
NEW_ACCOUNT = EvidenceRule(
    name="new-account",
    axis=EvidenceAxis.IMITATION,
    reason="It was made less than a year ago, and most accounts of real people are older.",
)
LONG_STANDING = EvidenceRule(
    name="long-standing",
    axis=EvidenceAxis.IMITATION,
    reason="It is more than three years old, and few fake accounts last so long.",
)
NEW_NETWORK = EvidenceRule(
    name="new-network",
    axis=EvidenceAxis.IMITATION,
    reason="You gave us no account on its network, and most impersonators use the same network.",
    fact="none-here",
)
WAVE = EvidenceRule(
    name="wave",
    axis=EvidenceAxis.IMITATION,
    reason="New accounts under the names of several staff members of your school appeared.",
    otherwise="It would be less likely to be an impersonation if no colleagues had new ones, too.",
)
LURE = EvidenceRule(
    name="lure",
    axis=EvidenceAxis.IMITATION,
    reason="It speaks of money, gifts, messages or a second account, as fake accounts do.",
    otherwise="It would be less likely to be an impersonation if it asked strangers for nothing.",
)
LEWD = EvidenceRule(
    name="lewd",
    axis=EvidenceAxis.IMITATION,
    reason="It uses sexual or violent words under your name.",
    otherwise="It would be less likely to be an impersonation without sexual or violent words.",
    fact="harm",
)
SAYS_MISSING = EvidenceRule(
    name="says-missing",
    axis=EvidenceAxis.IMITATION,
    reason="Its page shows the site's own words for an account that does not exist.",
    otherwise="It would count less if its page did not say that the account does not exist.",
)
HOLLOW = EvidenceRule(
    name="hollow",
    axis=EvidenceAxis.IMITATION,
    reason="It follows many accounts, and far fewer follow it.",
)
LIVED_IN = EvidenceRule(
    name="lived-in",
    axis=EvidenceAxis.IMITATION,
    reason="It has followers and posts, as a person's account does.",
)

# They speak of an account that others made, and so never in the first person.
SAID_MOCK = EvidenceRule(
    name="said-mock", axis=EvidenceAxis.MOCK, reason="You said that others made it about you."
)
MOCK_NAME = EvidenceRule(
    name="mock-name",
    axis=EvidenceAxis.MOCK,
    reason="Its name or handle has words of pages that others make, like fan or meme pages.",
    otherwise="It would be less likely to be made by others if its name did not say so.",
)
MOCK_HINT = EvidenceRule(
    name="mock-hint",
    axis=EvidenceAxis.MOCK,
    reason="It calls you by title and name, and its name has words of pages that students make.",
    otherwise="It would be less likely to be made by others if its name had no such words.",
)
SOLICITS = EvidenceRule(
    name="solicits",
    axis=EvidenceAxis.MOCK,
    reason="It asks for stories or pictures, jokes, or hides who runs it, as pages of students do.",
)
MOCK_BIO = EvidenceRule(
    name="mock-bio",
    axis=EvidenceAxis.MOCK,
    reason="It describes itself as a page that others made.",
    otherwise="It would be less likely to be made by others if its bio did not say so.",
)
ADDRESSED = EvidenceRule(
    name="addressed",
    axis=EvidenceAxis.MOCK,
    reason="It calls you by a title and your name or its initial, as students do.",
    fact="addressed",
)
WAVE_OF_MOCKS = EvidenceRule(
    name="wave-of-mocks",
    axis=EvidenceAxis.MOCK,
    reason="New accounts under the names of several staff members of your school appeared.",
    otherwise="It would be less likely to be made by others if no colleagues had new ones, too.",
)
MOCK_HARM = EvidenceRule(
    name="mock-harm",
    axis=EvidenceAxis.MOCK,
    reason="It uses sexual or violent words.",
    fact="harm",
)
CLASSROOM = EvidenceRule(
    name="classroom",
    axis=EvidenceAxis.MOCK,
    reason="It speaks of a class as a teacher does, so you may have made it yourself.",
)

RULES = {each.name: each for each in list(globals().values()) if isinstance(each, EvidenceRule)}


def get_fact(name: str) -> str:
    """Return what a rule tells; a rule that shares it with no other one tells a fact of its own."""
    rule = RULES.get(name)
    return rule.fact if rule and rule.fact else name
