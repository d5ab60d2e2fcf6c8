"""Every rule of the assessment: its axis and its sentence; weights.toml has what it weighs."""

from monitor.domain.evidence import Axis, Rule

NAME_EXACT = Rule(name="name-exact", reason="The name shown is exactly yours.")
NAME_NICKNAME = Rule(name="name-nickname", reason="The name shown is yours, in another form.")
NAME_FORMER = Rule(
    name="name-former", reason="The name shown is yours, with an earlier family name."
)
NAME_INITIAL = Rule(name="name-initial", reason="Only an initial and your family name are shown.")
NAME_NEAR = Rule(name="name-near", reason="The name shown is almost yours, but not quite.")
NAME_FAMILY = Rule(name="name-family", reason="Only your family name is shown.")
NAME_GIVEN = Rule(name="name-given", reason="Only your given name is shown.")
NAME_DIFFERENT = Rule(name="name-different", reason="Only a half of the name shown is yours.")
NAME_OTHER = Rule(name="name-other", reason="The name shown is not yours.")
NAME_NOT_SHOWN = Rule(
    name="name-not-shown", reason="Your name does not appear, but a handle or words of yours do."
)
NOTHING_SHOWN = Rule(name="nothing-shown", reason="Your name does not appear.")
MIDDLE_AGREES = Rule(name="middle-agrees", reason="The middle name is yours.")
MIDDLE_CONFLICTS = Rule(
    name="middle-conflicts", reason="The middle name is another one than yours."
)
NAME_LONGER = Rule(name="name-longer", reason="The name goes on after your family name.")
NAMESAKES = Rule(name="namesakes", reason="Other people bear your name.")
NAME_RARE = Rule(name="name-rare", reason="Hardly anybody else bears your name.")

SAME_PICTURE = Rule(
    name="same-picture",
    reason="It uses the same picture as an account of yours.",
    otherwise="It would point to you less if it showed a picture of its own.",
)

HANDLE_FULL = Rule(
    name="handle-full", reason="No name is shown, but the handle is made of your name."
)
HANDLE_NICK = Rule(
    name="handle-nick",
    reason="No name is shown, but the handle is made of another form of your name.",
)
HANDLE_INITIALS = Rule(
    name="handle-initials",
    reason="No name is shown, but the handle is made of a part of your name and an initial.",
)
HANDLE_COVERS = Rule(
    name="handle-covers",
    reason="The handle is made of your name, too.",
    otherwise="It would point to you less if its handle were not made of your name.",
)
HANDLE_FAMILY = Rule(
    name="handle-family",
    reason="No name is shown, and the handle holds no more of it than your family name.",
)
_SAME_HANDLE = "You use the very same handle elsewhere."
SAME_HANDLE = Rule(name="same-handle", reason=_SAME_HANDLE)
SAME_HANDLE_LONGER = Rule(name="same-handle-longer", reason=_SAME_HANDLE)
SAME_HANDLE_NAME = Rule(
    name="same-handle-name",
    reason="You use the very same handle elsewhere, though it is no more than your name.",
)
SAME_HANDLE_COMMON = Rule(
    name="same-handle-common",
    reason="You use the very same handle elsewhere, though many bear the name it is made of.",
)
SAME_HANDLE_FAMILY = Rule(
    name="same-handle-family",
    reason="You use the very same handle elsewhere, but it is no more than your family name.",
)
HANDLE_AKIN = Rule(
    name="handle-akin", reason="You use nearly the same handle elsewhere, or have it here."
)

HANDLE_OTHER = Rule(name="handle-other", reason="Its handle is like none of yours.")
SILENT = Rule(name="silent", reason="It says nothing of your school, your town or your work.")

EMPLOYER = Rule(
    name="employer",
    reason="It names your school or your employer.",
    otherwise="It would point to you less if it did not name your school or employer.",
)
SCHOOL_TOO = Rule(name="school-too", reason="It names both your school and your employer.")
OTHER_EMPLOYER = Rule(
    name="other-employer", reason="It names another school or employer than yours."
)
PLACE = Rule(
    name="place",
    reason="It names a place that you told us.",
    otherwise="It would point to you less if it did not name your town.",
)
STATE = Rule(name="state", reason="It names your state, and no town.")
OTHER_PLACE = Rule(name="other-place", reason="It names another town than yours.")
ROLE = Rule(name="role", reason="It speaks of the work you do.")
OTHER_ROLE = Rule(name="other-role", reason="It speaks of other work than yours.")
SAME_WORDS = Rule(
    name="same-words", reason="It describes itself in the words of an account of yours."
)
LIKE_ME = Rule(name="like-me", reason="Its words are like those of what you said is you.")
UNLIKE_ME = Rule(
    name="unlike-me", reason="It has less in common with what you said is you than your pages have."
)
LIKE_OTHERS = Rule(
    name="like-others", reason="Its words are like those of what you said is not you."
)
LINKS_TO_OWN = Rule(name="links-to-own", reason="It links to an account of yours, as anybody may.")
PUPILS = Rule(
    name="pupils",
    reason="Among its contacts are names of your district's students, with signs of school.",
)

DECLARED = Rule(
    name="declared",
    axis=Axis.CONTROL,
    reason="You told us that this account is yours.",
    otherwise="It would have to be judged if you had not told us that it is yours.",
)
SAID_MINE = Rule(name="said-mine", axis=Axis.CONTROL, reason="You said that this is you.")
SAID_NAMESAKE = Rule(
    name="said-namesake",
    axis=Axis.CONTROL,
    reason="You said that this is somebody with your name.",
)
SAID_UNRELATED = Rule(
    name="said-unrelated", axis=Axis.CONTROL, reason="You said that this is not about you."
)
LINKED_FROM_OWN = Rule(
    name="linked-from-own",
    axis=Axis.CONTROL,
    reason="An account of yours links to it, but it does not link back.",
)
LINKED_BOTH_WAYS = Rule(
    name="linked-both-ways",
    axis=Axis.CONTROL,
    reason="This account and one of yours link to each other.",
    otherwise="It would be a question if it and your account did not link to each other.",
)
NAME_MISSPELT = Rule(
    name="name-misspelt", axis=Axis.CONTROL, reason="People seldom misspell their own name."
)
NONE_HERE = Rule(
    name="none-here",
    axis=Axis.CONTROL,
    reason="You told us to have no account on this network.",
)
SECOND_ACCOUNT = Rule(
    name="second-account",
    axis=Axis.CONTROL,
    reason="You have another account on the same network, and few people keep two.",
)

SAID_IMPERSONATION = Rule(
    name="said-impersonation",
    axis=Axis.IMITATION,
    reason="You said that this account pretends to be you.",
)
_CLOSE = "It would weigh less if its handle were not so close to yours."
LOOKALIKE = Rule(
    name="lookalike-handle",
    axis=Axis.IMITATION,
    reason="Its handle imitates yours.",
    otherwise=_CLOSE,
)
LOOKALIKE_PLAIN = Rule(
    name="lookalike-plain",
    axis=Axis.IMITATION,
    reason="Its handle is close to yours, as a namesake's may be.",
    otherwise=_CLOSE,
)
LOOKALIKE_ELSEWHERE = Rule(
    name="lookalike-elsewhere",
    axis=Axis.IMITATION,
    reason="Its handle imitates the one you have on another network.",
    otherwise=_CLOSE,
)
UNLIKE_HANDLE = Rule(
    name="unlike-handle",
    axis=Axis.IMITATION,
    reason="A handle that is like none of yours imitates none of them.",
)
_WORDS = "It would weigh less if it described itself in words of its own."
KNOWN_HANDLE = Rule(
    name="known-handle",
    axis=Axis.IMITATION,
    reason="It bears a handle of yours, and who takes that first is mostly you.",
)
BOAST = Rule(
    name="boast",
    axis=Axis.IMITATION,
    reason="It calls itself the real or the official one.",
    otherwise="It would weigh less if it did not call itself the real one.",
)
COPIED_BIO = Rule(
    name="copied-bio",
    axis=Axis.IMITATION,
    reason="Its description repeats that of your account on the same network.",
    otherwise=_WORDS,
)
COPIED_ELSEWHERE = Rule(
    name="copied-elsewhere",
    axis=Axis.IMITATION,
    reason="Its description repeats that of your account on another network.",
    otherwise=_WORDS,
)
COPIED_NAME = Rule(
    name="copied-name",
    axis=Axis.IMITATION,
    reason="It shows the same name as your account on the same network.",
)
OWN_WORDS = Rule(
    name="own-words",
    axis=Axis.IMITATION,
    reason="It describes itself in other words than your accounts do.",
)
WATCHED_WORDS = Rule(
    name="watched-words",
    axis=Axis.IMITATION,
    reason="Its description repeats that of an account that was found to pretend to be you.",
    otherwise=_WORDS,
)
WATCHED_PICTURE = Rule(
    name="watched-picture",
    axis=Axis.IMITATION,
    reason="It shows the picture of an account that was found to pretend to be you.",
    otherwise="It would weigh less if it showed another picture.",
)
ABSENT = Rule(
    name="absent-platform",
    axis=Axis.IMITATION,
    reason="It presents itself as you on a network where you told us to have no account.",
    otherwise="It would weigh less if you had an account on this network.",
)
MIXED = Rule(
    name="mixed-alphabets",
    axis=Axis.IMITATION,
    reason="It writes your name with letters of several alphabets.",
    otherwise="It would weigh less if its name were written in one alphabet.",
)
DISGUISED = Rule(
    name="disguised-name",
    axis=Axis.IMITATION,
    reason="It writes your name with signs that only look like its letters.",
    otherwise="It would weigh less if its name were written in plain letters.",
)
YOUNGER = Rule(
    name="younger",
    axis=Axis.IMITATION,
    reason="It was created more than a year after your account on the same network.",
)
YOUNGER_ELSEWHERE = Rule(
    name="younger-elsewhere",
    axis=Axis.IMITATION,
    reason="It was created more than a year after your account on another network.",
)
OF_AN_AGE = Rule(
    name="of-an-age",
    axis=Axis.IMITATION,
    reason="It is not much younger than the account of yours that it might imitate.",
)
ELDER = Rule(
    name="elder",
    axis=Axis.IMITATION,
    reason="It is older than your own accounts: there was nothing yet to imitate.",
)
NEW_NETWORK = Rule(
    name="new-network",
    axis=Axis.IMITATION,
    reason="You told us of no account on its network, and imitations mostly stand beside theirs.",
)
LURE = Rule(
    name="lure",
    axis=Axis.IMITATION,
    reason="It asks for messages or money, or offers gifts, as accounts made to deceive do.",
    otherwise="It would weigh less if it asked strangers for nothing.",
)
SAYS_MISSING = Rule(
    name="says-missing",
    axis=Axis.IMITATION,
    reason="Its page shows its site's own words for an account that does not exist.",
    otherwise="It would weigh less if its page did not say that there is no such account.",
)
HOLLOW = Rule(
    name="hollow",
    axis=Axis.IMITATION,
    reason="It follows many, few follow it, and it says little.",
)
LIVED_IN = Rule(
    name="lived-in",
    axis=Axis.IMITATION,
    reason="It has followers and posts as a person's account has.",
)

RULES = {each.name: each for each in list(globals().values()) if isinstance(each, Rule)}
