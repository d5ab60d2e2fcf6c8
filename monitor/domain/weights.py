"""Every rule of the assessment: its axis, its weight in bits and its sentence.

The weights are set by hand, and are the first ones: log2 likelihood ratios, shrunk towards zero.
"""

from dataclasses import dataclass

from monitor.domain.evidence import Axis, Evidence

# Both settle the matter, whatever else is seen.
VETO = 20.0
# Result lists show but a few of hundreds of namesakes, so that more of them matter no more.
MOST_NAMESAKES = 8.0
MOST_RARE = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    name: str
    axis: Axis = Axis.CLAIM
    bits: float
    reason: str

    def holds(self, *, bits: float | None = None, reason: str = "") -> Evidence:
        return Evidence(
            rule=self.name,
            axis=self.axis,
            bits=self.bits if bits is None else bits,
            reason=reason or self.reason,
        )


EXACT = Rule(name="name-exact", bits=0.0, reason="The name shown is exactly yours.")
NICKNAME = Rule(name="name-nickname", bits=-0.5, reason="The name shown is yours, in another form.")
FORMER = Rule(
    name="name-former", bits=-0.5, reason="The name shown is yours, with an earlier family name."
)
INITIAL = Rule(
    name="name-initial", bits=-2.0, reason="Only an initial and your family name are shown."
)
NEAR = Rule(name="name-near", bits=-1.0, reason="The name shown is almost yours, but not quite.")
MISSPELT = Rule(
    name="name-misspelt",
    axis=Axis.CONTROL,
    bits=-3.0,
    reason="People seldom misspell their own name.",
)
FAMILY = Rule(name="name-family", bits=-3.0, reason="Only your family name is shown.")
GIVEN = Rule(name="name-given", bits=-3.0, reason="Only your given name is shown.")
DIFFERENT = Rule(name="name-different", bits=-5.0, reason="The name shown is not yours.")
NAMELESS = Rule(name="name-not-shown", bits=-5.0, reason="Your name does not appear.")
MIDDLE_AGREES = Rule(name="middle-agrees", bits=2.0, reason="The middle name is yours.")
MIDDLE_CONFLICTS = Rule(
    name="middle-conflicts", bits=-3.6, reason="The middle name is another one than yours."
)
FURTHER = Rule(name="name-longer", bits=-1.0, reason="The name goes on after your family name.")
NAMESAKES = Rule(name="namesakes", bits=0.0, reason="Other people bear your name.")
RARE = Rule(name="name-rare", bits=0.0, reason="Hardly anybody else bears your name.")

HANDLE_FULL = Rule(
    name="handle-full", bits=0.0, reason="No name is shown, but the handle is made of your name."
)
HANDLE_NICK = Rule(
    name="handle-nick",
    bits=-0.5,
    reason="No name is shown, but the handle is made of another form of your name.",
)
HANDLE_INITIALS = Rule(
    name="handle-initials",
    bits=-2.0,
    reason="No name is shown, but the handle is made of a part of your name and an initial.",
)
HANDLE_COVERS = Rule(name="handle-covers", bits=1.0, reason="The handle is made of your name, too.")
SAME_HANDLE = Rule(name="same-handle", bits=5.0, reason="You use the very same handle elsewhere.")

EMPLOYER = Rule(
    name="employer",
    bits=6.0,
    reason="It names your school or your employer.",
)
SCHOOL_TOO = Rule(
    name="school-too", bits=3.0, reason="It names both your school and your employer."
)
PLACE = Rule(
    name="place",
    bits=4.0,
    reason="It names a place that you told us.",
)
OTHER_PLACE = Rule(
    name="other-place", bits=-3.0, reason="It names another town or employer than yours."
)
ROLE = Rule(name="role", bits=1.0, reason="It speaks of the work you do.")
LINKS_TO_OWN = Rule(
    name="links-to-own", bits=1.0, reason="It links to an account of yours, as anybody may."
)
# Of 2,000 pairs of strangers' pictures none is taken for one picture: eleven bits, shrunk.
SAME_PICTURE = Rule(
    name="same-picture", bits=8.0, reason="It uses the same picture as an account of yours."
)

DECLARED = Rule(
    name="declared",
    axis=Axis.CONTROL,
    bits=VETO,
    reason="You told us that this account is yours.",
)
SAID_MINE = Rule(
    name="said-mine", axis=Axis.CONTROL, bits=VETO, reason="You said that this is you."
)
LINKED_FROM_OWN = Rule(
    name="linked-from-own",
    axis=Axis.CONTROL,
    bits=10.0,
    reason="An account of yours links to it.",
)
SAID_NAMESAKE = Rule(
    name="said-namesake", bits=-VETO, reason="You said that this is somebody with your name."
)
SAID_UNRELATED = Rule(
    name="said-unrelated", bits=-VETO, reason="You said that this is not about you."
)

SAID_IMPERSONATION = Rule(
    name="said-impersonation",
    axis=Axis.IMITATION,
    bits=VETO,
    reason="You said that this account pretends to be you.",
)
LOOKALIKE = Rule(
    name="lookalike-handle",
    axis=Axis.IMITATION,
    bits=5.0,
    reason="Its handle imitates yours.",
)
COPIED_BIO = Rule(
    name="copied-bio",
    axis=Axis.IMITATION,
    bits=4.0,
    reason="Its description repeats that of your account on the same network.",
)
COPIED_NAME = Rule(
    name="copied-name",
    axis=Axis.IMITATION,
    bits=2.0,
    reason="It shows the same name as your account on the same network.",
)
ABSENT = Rule(
    name="absent-platform",
    axis=Axis.IMITATION,
    bits=4.0,
    reason="It presents itself as you on a network where you told us to have no account.",
)
MIXED = Rule(
    name="mixed-alphabets",
    axis=Axis.IMITATION,
    bits=6.0,
    reason="It writes your name with letters of several alphabets.",
)
DISGUISED = Rule(
    name="disguised-name",
    axis=Axis.IMITATION,
    bits=6.0,
    reason="It writes your name with signs that only look like its letters.",
)
YOUNGER = Rule(
    name="younger",
    axis=Axis.IMITATION,
    bits=3.0,
    reason="It was created more than a year after your account on the same network.",
)

# What would have weakened the assessment, where that is worth saying.
OTHERWISE = {
    HANDLE_COVERS.name: "It would point to you less if it did not name your school or employer.",
    PLACE.name: "It would point to you less if it did not name your town.",
    DECLARED.name: "It would have to be judged if you had not told us that it is yours.",
    LINKED_FROM_OWN.name: "It would be a question if no account of yours linked to it.",
    LOOKALIKE.name: "It would weigh less if its handle were not so close to yours.",
    COPIED_BIO.name: "It would weigh less if it described itself in words of its own.",
    SAME_PICTURE.name: "It would point to you less if it showed a picture of its own.",
    ABSENT.name: "It would weigh less if you had an account on this network.",
    MIXED.name: "It would weigh less if its name were written in one alphabet.",
    DISGUISED.name: "It would weigh less if its name were written in plain letters.",
}
