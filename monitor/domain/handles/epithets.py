"""Words that stand beside a name in a handle without making it another name."""

import re

_WORD = re.compile(r"\w+")
# What a fake, a fan, or somebody whose handle was taken adds.
BOASTS = frozenset(
    _WORD.findall(
        "the real official its iam im only true original og xo hq page backup new alt priv private "
        "account acct fan fans fanpage team tv"
    )
)
# How a teacher, or somebody else whom many people know, is addressed.
TITLES = frozenset(_WORD.findall("mr mrs ms miss mx dr prof professor coach teacher principal"))
EPITHETS = BOASTS | TITLES
# What a public person's office or campaign is called.
OFFICES = frozenset(
    _WORD.findall(
        "rep representative sen senator gov governor congressman congresswoman congress mayor "
        "judge delegate assemblyman assemblywoman assembly asm council councilman councilwoman "
        "commissioner sheriff secretary president speaker senate house district staterep statesen "
        "state elect reelect vote votefor press office media news phd md esq jr sr ii iii iv edu"
    )
)
# What people add of their work and their leisure.
WORK = frozenset(
    _WORD.findall(
        "dev devs developer code codes coder coding hacks hacker tech data web js rb py io lab "
        "labs design blog online writes reads teaches teach books art music photo sports runs"
    )
)
_LINKS = frozenset(_WORD.findall("for of the"))
STATES = frozenset(
    _WORD.findall(
        "al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj "
        "nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc pr us usa alabama alaska "
        "arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho "
        "illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan "
        "minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania "
        "tennessee texas utah vermont virginia washington wisconsin wyoming"
    )
)
BESIDE_A_NAME = EPITHETS | OFFICES | WORK | _LINKS | STATES
