"""Handles and descriptions as people write them, and as those do who play them."""

from random import Random

from tests.bench.labels.people import Somebody, home, role, school_in

WORK = (
    *("Realtor", "Nurse", "Software engineer", "Photographer", "Attorney", "Electrician"),
    *("Barista", "Truck driver", "Accountant", "Student", "Retired", "Chef", "Pastor"),
)
ASIDES = (
    *("Coffee first.", "Dog person.", "Mom of two.", "Runner.", "Books, beaches, bad puns."),
    *("Opinions are my own.", "Go team!", "Living the dream.", "Gardener.", "Proud parent."),
)
LURES = (
    *("DM me for details.", "Ask me about crypto!", "Giveaway in my stories.", "Cashapp open."),
    *("New account, the old one got hacked.", "Message me on WhatsApp."),
)
LOOKS = {"o": "0", "l": "1", "i": "l", "e": "3", "a": "4", "s": "5", "m": "rn"}
DECOYS = ("official", "real", "the")


def handle(random: Random, given: str, family: str) -> str:
    """Make a handle; of three, two hold the name."""
    first, last = given.lower(), family.lower()
    number = random.choice(("", "", "", str(random.randrange(1, 99))))
    of_name = (
        *(f"{first}{last}", f"{first}.{last}", f"{first}_{last}", f"{first[0]}{last}"),
        *(f"{last}{first[0]}", f"mrs{last}", f"{first}{last[0]}", f"coach{last}"),
    )
    word = random.choice(("sunny", "books", "blue", "trail", "lucky", "happy", "kitchen", "river"))
    of_words = (f"{word}{random.randrange(10, 999)}", f"{word}and{first[:2]}", f"{word}_days")
    return (
        f"{random.choice(of_name)}{number}" if random.random() < 0.67 else random.choice(of_words)
    )


def imitated(random: Random, original: str) -> str:
    """Change a handle so that it passes for the original one."""
    at = random.randrange(1, max(2, len(original) - 1))
    swaps = [place for place, letter in enumerate(original) if letter in LOOKS]
    match random.randrange(6):
        case 0 if swaps:
            place = random.choice(swaps)
            return f"{original[:place]}{LOOKS[original[place]]}{original[place + 1 :]}"
        case 1:
            return f"{original[:at]}{original[at]}{original[at:]}"
        case 2:
            return f"{original[:at]}{original[at + 1 :]}"
        case 3:
            return random.choice((f"{original}_", f"{original}{random.randrange(10)}"))
        case 4:
            decoy = random.choice(DECOYS)
            return random.choice((f"{original}{decoy}", f"{decoy}_{original}"))
    return f"{original[:at]}{random.choice('._')}{original[at:]}"


def own_bio(random: Random, person: Somebody) -> str:
    """Name school, town and work, each as often as not."""
    job, school = person.role.capitalize(), person.school
    short = school.removesuffix(" School")
    said = (
        random.choice((f"{job}", f"{job}.", f"I teach {person.role.split()[0]}")),
        random.choice((f"at {school}", f"@ {short}", f"{school}", person.employer)),
        random.choice((f"in {person.home.town}", person.home.written(random))),
    )
    kept = [entry for entry in said if random.random() < 0.5]
    return " ".join((*kept, random.choice(ASIDES)))


def other_bio(random: Random) -> str:
    """Describe somebody else: one in fifteen works at a school, too, somewhere else."""
    where, work = home(random), random.choice(WORK)
    if random.random() < 1 / 15:
        work = f"{role(random).capitalize()} at {school_in(where.town, random)}"
    said = (work, random.choice((f"in {where.town}", where.written(random))))
    kept = [entry for entry in said if random.random() < 0.6]
    return " ".join((*kept, random.choice(ASIDES)))


def retouched(random: Random, bio: str) -> str:
    """Copy a description, as it is or with a word less."""
    words = bio.split()
    if len(words) > 3 and random.random() < 0.4:
        del words[random.randrange(len(words))]
    return " ".join(words)


MOCKERY = (
    *("i give pop quizzes for fun", "no bathroom passes ever", "detention enjoyer", "naptime"),
    *("i love homework", "worst grader alive", "ask me about my divorce", "fear me"),
)
LEWD = ("single and horny", "send nudes", "i want you after class, sexy", "onlyfans soon")


def mocking_bio(random: Random, person: Somebody) -> str:
    """Mock, be lewd or say nothing; name the school as often as not, or its initials."""
    said = random.choice((random.choice(MOCKERY), random.choice(LEWD), ""))
    initials = "".join(word[0] for word in person.school.split())
    where = (person.school, initials, person.home.town, "", "", "")
    return f"{said} {random.choice(where)}".strip()
