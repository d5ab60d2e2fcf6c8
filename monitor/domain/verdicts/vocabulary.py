"""Words of work, school and pastimes: with places and sites, all that a comparison may look at.

A list of what may weigh, so that nobody has to list what may not: a word of what somebody believes,
stands for or suffers from is simply not here. docs/verdicts.md says why. Words stand in the
singular; `known` folds plurals.
"""

_WORK = """
accountant accounting actor agent analyst animator appraiser architect architecture artist
attorney author baker banker barber bartender biologist bookkeeper bookseller brewer broker
builder butcher carpenter cashier chef chemist choreographer comedian composer conductor
construction consultant contractor cook curator dancer dealer dental dentist dentistry designer
detective developer director dispatcher driver economist editor electrician engineer engineering
entrepreneur estate farmer filmmaker firefighter florist founder geologist goldsmith guide
hairdresser handyman historian hygienist illustrator inspector installer instructor insurance
interpreter inventor investor janitor jeweler journalist landscaper lawyer lecturer locksmith
logger machinist manager manufacturer mason mechanic meteorologist miner model mover musician
novelist nurse nursing officer optician orchard painter paralegal paramedic pharmacist
photographer physicist physiotherapist pilot planner plumber plumbing potter printer producer
professor programmer publisher realtor realty receptionist reporter researcher roofer sailor
salesman salon scientist screenwriter sculptor secretary security singer software songwriter
stylist surgeon surveyor tailor taxidermist technician translator trucker tutor upholsterer usher
veterinarian waiter warehouse watchmaker welder winery writer
"""
_SCHOOL = """
algebra alumni anatomy art assistant astronomy athletic band biology bookmobile botany bulletin
calculus career chemistry choir chorus class classroom coach coding college counselor curriculum
custodian debate department drama economics educator elementary faculty fifth fourth freshman
geography geometry grade grader graduate gym gymnasium handwriting history homeroom honors
journalism kindergarten lab language lesson librarian library literacy literature math mathematics
mentor metalwork music orchestra paraprofessional pe phonics physics poetry prekindergarten
preschool principal psychology reading recess robotics scholarship school science semester sixth
sociology spelling statistics stem student substitute superintendent syllabus teacher teaching
theater theatre trigonometry twelfth university woodwork workbook worksheet yearbook
"""
_PASTIMES = """
acrobat album antique aquarium archery astronomer athlete aviation badminton ballet banjo baseball
basketball bass beekeeper beekeeping beetle bicycle bike birding birdwatching blog board boat
bonsai book bowling bridge butterfly cactus calligraphy camera camping canoe car carpentry cartoon
cat cello ceramics chess clarinet climbing clock coin collector comic cooking cornet cricket
crochet crossword cycling cyclist dance dessert disco dog doll drone drum drummer embroidery fair
fencing fern film fishing flute football fossil frog game garden gardener gardening genealogy golf
guitar gymnastics harmonica heron hike hiker hiking hockey horse improv insect jazz judo juggling
karate kayak kayaking kite knitter knitting lacrosse lighthouse locomotive marathon marimba meteor
mosaic moth motorcycle mural mushroom novel oboe opera orchid origami paddle painting photo
photograph photography pianist piano pie pinball podcast poem poet pottery print puppet puzzle
quilt quilter quilting quiz radio railroad railway recipe record relay review rock roller rose
rowing rugby runner running sailing saxophone scout sculpture sewing singing skate skateboard
skating sketch ski skiing snowboard soccer softball song sourdough sprint squash stamp stargazing
story surfing swim swimmer swimming tennis thriller track train triathlon trombone trumpet tuba
ukulele ultra vinyl viola violin volcano volleyball walking watercolor weaving western wind
woodworking wrestler wrestling zine
"""
# What sort of page it is says something, too: results of races are seldom a teacher's.
_PAGES = """
agenda auction award biography brochure catalogue directory event exhibit exhibition fundraiser
gallery grant interview invoice leaderboard lineup listing meet newsletter obituary patent
playlist portfolio property recital result roster schedule season shop standing store team
tournament volunteer webinar workshop
"""
_SHORTEST_PLURAL = 4


def known(word: str) -> str:
    """Return a plain word as this list has it, and nothing where it does not."""
    for form in _forms(word):
        if form in _WORDS:
            return form
    return ""


def _forms(word: str) -> tuple[str, ...]:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s"):
        return (word,)
    return (word, f"{word[:-3]}y" if word.endswith("ies") else word[:-1], word[:-2])


_WORDS = frozenset(f"{_WORK} {_SCHOOL} {_PASTIMES} {_PAGES}".split())
