"""Draw made-up found accounts and pages about made-up school staff, told as stories.

Population: staff of US schools (teachers, aides, counselors, principals, coaches) and what a
monitor finds in one year, until November 2026, under a staff member's name: 20-60 accounts and
pages each, most of them namesakes and strangers, some the person's own, seldom a fake (about one
person in twelve in a year; a quarter of the staff where a wave of mock accounts runs through
a school). First people are drawn (origin, name, town, work, family, habits of writing and of
choosing handles, years of joining networks); then namesakes' lives and attackers' motives (bored
pupils, angry parents, an ex, scammers in bulk, a seized account); last, what would stand in the
profile ("profile") or on a results page ("search": no dates, counts, contacts, links).
Every person, school, district and text is invented; nothing is copied from a real profile.

Labels: namesake = the account or page of (or about) another person of that name; unrelated = of
nobody of that name, or a neutral page that is not the person's account (directory, news, club);
impersonation = pretends to be, mocks, exposes or trades on the person, a seized account included;
student-linked = run by or grown among pupils, without a plain pretense. gold["also"] lists labels
that a fair judge could give as well; gold["portrait"] says whose picture the account shows.

Stories come from:
- WHYY/6abc, "Middle schoolers create over 20 fake TikTok accounts impersonating teachers"
  https://whyy.org/articles/chester-county-middle-schoolers-fake-tiktok-accounts-impersonating-teachers
- Courthouse News, "2 Bogus MySpace Profiles Produce Opposite Rulings" (Layshock; J.S. v. Blue
  Mountain) https://www.courthousenews.com/2-bogus-myspace-profiles-produce-opposite-rulings/
- A. Bippen, "Impersonating educators on social media", Cumberland Law Review Online, 2024
  https://www.cumberlandccleonline.com/post/impersonating-educators-on-social-media-identity-theft-defamation-iied-oh-my
- Frederick Lantern, "InstaGone" (parody pages, fan accounts of teachers)
  https://fredericklantern.com/4603/archives/instagone/
- The Highlander, "In Conversation with Confess McLean"
  https://thehighlandernews.com/30059/features/in-conversation-with-confess-mclean
- Portola Pilot, "Posting with purpose" (teachers' class accounts)
  https://portolapilot.com/posting-with-purpose-teachers-redefine-instagram-as-a-platform-for-connection
- Education Week, "Fake social accounts representing schools or districts" (CoSN/NSPRA survey)
  https://www.edweek.org/leadership/fake-social-accounts-representing-schools-or-districts-whats-being-done/2022/10
- Fox 47, "Watch out for scammers using fake Instagram profiles"; inkl, "Has your Instagram been
  cloned yet?"; Catch the Catfish, "What to look for on a profile" (clones and romance scams)
  https://fox47news.com/news/watch-out-for-scammers-using-fake-instagram-profiles
- Webb Weekly, "Avoiding scams", 2025 (a seized account sells what does not exist)
  https://webbweekly.com/articles/2025/03/12/avoiding-scams
- D. Kushner, "Welcome to Fakesville" (AI voice) https://davidkushner.com/article/welcome-to-fakesville
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

TODAY = date(2026, 11, 30)

# origin: (weight, women, men, families); each list runs from common to rare
ORIGINS: dict[str, tuple[int, str, str, str]] = {
    "anglo": (34, "Jennifer Jessica Sarah Emily Elizabeth Amanda Katherine Rebecca Susan Laura Megan Hannah "
              "Deborah Kimberly Allison Heather Abigail Paige Meredith Tabitha Winifred Corliss",
              "Michael David James Christopher Matthew Robert Andrew Thomas Daniel Kevin Brian Gregory Scott "
              "Benjamin Nathaniel Dale Clifford Thaddeus Orrin",
              "Smith Johnson Miller Davis Wilson Anderson Taylor Thompson White Clark Hall Baker Carter Turner "
              "Parker Cooper Bennett Hayes Whitaker Pruitt Holloway Larkspur Treadgill Wexcombe Ollershaw"),
    "black": (12, "Keisha Monique Latoya Ebony Imani Tanisha Aaliyah Shanice Nia Tamika Zora Marvella",
              "Marcus Terrence Darnell Jamal Andre Malik Tyrone Isaiah DeShawn Lamont Cornell Ozias",
              "Williams Jackson Brown Jones Robinson Harris Washington Banks Coleman Booker Dorsey Mosley "
              "Gaines Batiste Ravenell Peoples Swinton"),
    "hispanic": (16, "María Ana Gabriela Daniela Claudia Verónica Leticia Yesenia Marisol Guadalupe Xiomara Itzel",
                 "José Luis Carlos Juan Miguel Alejandro Jorge Ricardo Óscar Rubén Efraín Wilfredo",
                 "García Rodríguez Hernández Martínez López González Pérez Ramírez Torres Flores Rivera Morales "
                 "Ortiz Castillo Delgado Villaseñor Zambrano Arciniega Quiñones Tlatelpa"),
    "viet": (4, "Linh Lan Thuy Huong Kim Trang Phuong Vy", "Minh Tuan Hung Long Duc Khoa Thanh Bao",
             "Nguyen Tran Le Pham Hoang Vo Dang Bui Ngo Duong Trinh Luu"),
    "chinese": (4, "Mei Grace Jenny Xin Yan Wei Lily Qiong", "Wei Kevin Jun Eric Hao Jason Ming Zhiyuan",
                "Chen Wang Li Zhang Liu Lin Huang Wu Zhao Hsu Ouyang Szeto"),
    "korean": (3, "Jiyoung Grace Eunice Minji Soo-jin Hana Yuna", "Daniel Sung-ho Jin Minho Joon Paul Hyunwoo",
               "Kim Lee Park Choi Jung Kang Yoon Hwang Noh Namgung"),
    "arabic": (4, "Fatima Layla Noor Amira Rania Huda Yasmin Sawsan", "Ahmed Omar Yusuf Khalid Hassan Tariq Ziad Mazen",
               "Ahmed Ali Hassan Khoury Haddad Mansour Nasser Saleh Abboud Qasem Zogheib"),
    "indian": (5, "Priya Anjali Divya Sunita Kavita Meena Lakshmi Vaishali", "Raj Amit Sanjay Vikram Arjun Anil Suresh Venkat",
               "Patel Singh Sharma Gupta Reddy Shah Nair Iyer Desai Banerjee Chaudhuri Venkataraman"),
    "portuguese": (5, "Maria Ana Fernanda Juliana Paula Cláudia Lúcia Graça", "João Paulo Manuel António Rui Filipe Nelson Deolindo",
                   "Silva Santos Pereira Costa Ferreira Medeiros Sousa Furtado Amaral Arruda Cabral dos\u00a0Reis"),
    "slavic": (6, "Anna Natalia Magdalena Olena Irina Agnieszka Bozena Zdenka", "Adam Peter Aleksandr Piotr Andriy Milan Zbigniew",
               "Novak Kowalski Petrov Kaminski Wozniak Shevchenko Horvat Dudek Zielinski Bondarenko Przybylski"),
    "irish": (7, "Kathleen Maureen Bridget Erin Colleen Caitlin Siobhan Fionnuala", "Patrick Sean Brendan Ryan Kieran Declan Cormac Eoin",
              "Murphy Kelly Sullivan O'Brien Ryan McCarthy Doyle O'Connor Gallagher Donovan McGrath O'Shea Mulvaney Geoghegan"),
}
NICKNAMES = {"Jennifer": "Jen Jenny", "Jessica": "Jess", "Elizabeth": "Liz Beth Eliza", "Amanda": "Mandy", "Katherine": "Kate Katie Kat",
             "Rebecca": "Becky Becca", "Susan": "Sue Suzie", "Deborah": "Deb Debbie", "Kimberly": "Kim", "Allison": "Ali", "Abigail": "Abby",
             "Michael": "Mike", "David": "Dave", "James": "Jim Jamie", "Christopher": "Chris", "Matthew": "Matt", "Robert": "Bob Rob",
             "Andrew": "Drew Andy", "Thomas": "Tom", "Daniel": "Dan Danny", "Gregory": "Greg", "Benjamin": "Ben", "Nathaniel": "Nate",
             "Terrence": "Terry", "Gabriela": "Gaby", "Guadalupe": "Lupe Lupita", "Verónica": "Vero", "Leticia": "Lety", "José": "Pepe",
             "Alejandro": "Alex", "Miguel": "Mike", "Patrick": "Pat Paddy", "Kathleen": "Kathy Kate", "Maureen": "Mo", "Natalia": "Nat",
             "Magdalena": "Magda", "Aleksandr": "Alex Sasha", "Fernanda": "Nanda", "Juliana": "Ju", "Vikram": "Vik", "Fatima": "Fati"}
PUPIL_NAMES = {"f": "Olivia Emma Ava Harper Madison Brooklyn Zoe Nevaeh Aubrey Skylar Addison Kaylee Riley Peyton Serenity Mackenzie Lila Juniper Amiyah",
               "m": "Liam Noah Mason Aiden Jayden Carter Logan Landon Brayden Hunter Kingston Easton Zion Camden Declan Josiah Wyatt Maddox Tyshawn"}
STATES = "MA NJ PA OH TX CA FL GA NC IL WA AZ CO MN RI NY VA TN".split()
CITIES = ("Tampa, FL|Austin, TX|Phoenix, AZ|Chicago|Sacramento, CA|Columbus, Ohio|Denver|Charlotte NC|Queens, NY|London, UK|Toronto|"
          "Manila|Monterrey, MX|São Paulo|Hanoi|Mumbai|Boise, ID|Tulsa, OK|Spokane WA|Raleigh, NC|El Paso, TX|Fresno, CA|Lagos|Dubai|"
          "Bogotá|Madrid|Lisboa|Seoul|Houston|Atlanta, GA|Detroit|Birmingham, England|Perth|San Juan PR").split("|")
SUBJECTS = ("math|algebra|science|biology|chemistry|English|ELA|history|social studies|Spanish|art|band|chorus|PE|health|STEM|"
            "special ed|reading|ESL|computer science|French|kindergarten|third grade|fifth grade").split("|")
HOBBIES = ("running|hiking|baking|sourdough|gardening|fly fishing|kayaking|crochet|quilting|golf|pickleball|salsa dancing|birding|camping|"
           "board games|thrifting|woodworking|photography|cycling|yoga|guitar|church choir|reading|Disney|true crime podcasts|vinyl|"
           "soccer|lacrosse|cooking|travel|rescue dogs|barbecue|CrossFit|watercolor|Star Wars|homebrewing|ceramics").split("|")
EMOJI = "✨ 🌻 📚 ☕ 🍎 🐶 🏃 ✝️ 🌊 🎶 ⚽ 🌮 🏔️ 💛 🤍 🌿 🎨 🇺🇸 🇵🇷 🇻🇳 🇵🇹 🏀 🧁 🎣".split()
JOBS = ("dentist at {Bright|Lakeside|Family First} Dental|{realtor|REALTOR®} {w/|at|with} {Summit|Keystone|Blue Door} {Realty|Homes}|RN 🩺 {ICU|L&D|peds}|"
        "{software engineer|SWE|backend dev} {@ a startup|in fintech|}|{attorney|lawyer} - {family law|immigration|estate planning}|"
        "{hair stylist|hairstylist|barber} 💇 {book via link|walk ins welcome|DM to book}|{electrician|union electrician|lineman}|"
        "{photographer|wedding photographer|filmmaker}|{personal trainer|online fitness coach} 💪 {DM \"FIT\"|1:1 coaching}|"
        "{pastor|youth minister} at {Grace|New Hope|Calvary} {Church|Fellowship}|{truck driver|CDL life|owner operator}|{PhD candidate|postdoc} in {ecology|economics|linguistics}|"
        "{firefighter|EMT}|{mortgage|loan} officer NMLS <num>|{tattoo artist|illustrator} {books open|books closed}|{city council|school board} candidate|"
        "{singer|singer-songwriter|rapper|DJ} 🎤 {new single out now|booking by email}|{author of {two novels|\"Low Tide\"|a memoir}|poet}|"
        "{nurse practitioner|physical therapist|vet tech}|{line cook|pastry chef|bartender}|{accountant|CPA|bookkeeper}|{army vet|USMC veteran|Navy wife}|"
        "{nail tech|lash artist|MUA} 💅|{insurance agent|financial advisor}|{UX designer|product manager|data analyst}|{farmer|beekeeper} 🐝").split("|")
JOB_LIST = re.split(r"\|(?![^{]*\})", "|".join(JOBS))
SCHOOL_STEMS = ("Quillhaven Marrowbrook Tarnwick Ellerfield Oxmere Pinnock Halverstone Dunmarrow Brackenley Sallowgate Fennimoor "
                "Cresthollow Wrenbury Copperlane Osprey-Mill Thistledown Larchmere Gullwater Yarrowdale Kettleford").split()
MASCOTS = "Ospreys Wolverines Mariners Falcons Miners Cougars Lynx Herons Rams Chargers".split()
OPEN_NETS = {"x", "reddit", "bluesky", "mastodon", "github", "youtube", "venmo"}   # a profile shows when it was made
COUNTING = {"instagram", "tiktok", "x", "threads", "youtube", "bluesky", "mastodon", "pinterest", "github"}
BORN = {"instagram": 2011, "tiktok": 2018, "x": 2009, "facebook": 2007, "snapchat": 2013, "youtube": 2008, "linkedin": 2008, "threads": 2023,
        "reddit": 2011, "bluesky": 2023, "mastodon": 2018, "pinterest": 2011, "venmo": 2014, "github": 2012, "linktree": 2018, "web": 2010}


@dataclass
class Person:
    """Somebody invented, with the habits that show in profiles."""

    given: str
    family: str
    gender: str
    origin: str
    birth: int
    town: str
    work: str
    common: float
    nick: str = ""
    middle: str = ""
    former: str = ""
    partner: str = ""
    pet: str = ""
    hobbies: list[str] = field(default_factory=list)
    habit: int = 0
    voice: dict = field(default_factory=dict)
    role: str = ""
    subject: str = ""
    title: str = ""
    known: dict[str, str] = field(default_factory=dict)
    known_bio: str = ""
    since: int = 2015

    @property
    def full(self) -> str:
        return f"{self.given} {self.family}"


@dataclass
class School:
    """A school that does not exist, its pupils and its staff."""

    name: str
    short: str
    town: str
    state: str
    mascot: str
    district: str
    pupils: list[str]
    colleagues: list[Person] = field(default_factory=list)
    wave: tuple[str, date] | None = None


@dataclass
class Found:
    """What stands in the profile or page, before a view is chosen."""

    platform: str
    handle: str
    display: str
    bio: str = ""
    location: str = ""
    created: date | None = None
    links: list[str] = field(default_factory=list)
    link_back: bool | None = None
    counts: tuple[int, int, int] | None = None
    contacts: list[dict] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    roster: bool = False
    portrait: str = "other"
    only: str = ""


def spin(rng: random.Random, text: str, slots: dict | None = None) -> str:
    """Choose one part of every {a|b|c}, innermost first, and fill <slots>."""
    while match := re.search(r"\{([^{}]*)\}", text):
        text = text[:match.start()] + rng.choice(match[1].split("|")) + text[match.end():]
    text = re.sub(r"<(\w+)>", lambda m: str((slots or {}).get(m[1], rng.randrange(10, 999))), text)
    return re.sub(r" +([,.!?])(?= |$)", r"\1", re.sub(r" {2,}", " ", text)).strip(" ,") if " " in text else text


def fold(text: str) -> str:
    """Reduce a name to the letters a handle may have."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower())


def misspell(rng: random.Random, word: str) -> str:
    """Make the slip of a hurried thumb."""
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    return rng.choice([word[:at] + word[at + 1:], word[:at] + word[at] + word[at:], word[:at] + word[at + 1] + word[at] + word[at + 2:]])


def write_script(text: str) -> str:
    """Write letters in the mathematical script that phones offer as a font."""
    return "".join(chr(0x1D4EA + ord(c) - 97) if "a" <= c <= "z" else chr(0x1D4D0 + ord(c) - 65) if "A" <= c <= "Z" else c for c in text)


def speak(rng: random.Random, voice: dict, text: str) -> str:
    """Let an author's habits work on a text."""
    if voice.get("lower"):
        text = text.lower()
    if voice.get("loose"):
        text = text.replace("you ", "u ").replace("your ", "ur ").replace("because", "bc").replace("please", "pls")
    if voice.get("typos") and rng.random() < voice["typos"]:
        words = text.split(" ")
        at = rng.randrange(len(words))
        if words[at].isalpha():
            words[at] = misspell(rng, words[at])
        text = " ".join(words)
    if text and rng.random() < voice.get("emoji", 0):
        text += " " + "".join(rng.sample(voice.get("set", EMOJI), rng.randint(1, 2)))
    return text


def pick_ranked(rng: random.Random, words: str) -> tuple[str, float]:
    """Pick a name from a list that runs from common to rare, with its commonness."""
    names = words.split(" ")
    at = int(len(names) * rng.random() ** 1.4)
    return names[at].replace("\u00a0", " "), 1 - at / len(names)


def draw_person(rng: random.Random, like: Person | None = None, town: str = "", young: bool = False) -> Person:
    """Draw a life; a namesake keeps the name of `like`."""
    origin = like.origin if like else rng.choices(list(ORIGINS), [o[0] for o in ORIGINS.values()])[0]
    gender = like.gender if like else rng.choices("fm", (64, 36))[0]
    given, one = pick_ranked(rng, ORIGINS[origin][1 if gender == "f" else 2])
    family, two = pick_ranked(rng, ORIGINS[origin][3])
    if origin == "hispanic" and rng.random() < .2:
        family += rng.choice([" ", "-"]) + pick_ranked(rng, ORIGINS[origin][3])[0]
    elif rng.random() < .14:   # by marriage or adoption
        family = pick_ranked(rng, ORIGINS[rng.choice(list(ORIGINS))][3])[0]
    if like:
        given, family = like.given, like.family
    if young and not like and origin in ("anglo", "irish", "slavic", "black"):
        given = rng.choice(PUPIL_NAMES[gender].split(" "))
    birth = rng.randint(2008, 2013) if young else rng.randint(1958, 2002)
    person = Person(given, family, gender, origin, birth, town or rng.choice(CITIES), rng.choice(JOB_LIST), one * two)
    if rng.random() < .6 and given in NICKNAMES:
        person.nick = rng.choice(NICKNAMES[given].split())
    if rng.random() < .35:
        person.middle = rng.choice("ABCDEFGJKLMRST") if rng.random() < .7 else pick_ranked(rng, ORIGINS[origin][1 if gender == "f" else 2])[0]
    if gender == "f" and birth < 1995 and rng.random() < .35:
        person.former = pick_ranked(rng, ORIGINS[rng.choice(list(ORIGINS))][3])[0]
    person.middle = "" if person.middle == given else person.middle
    person.partner = rng.choice("Mike Chris Sam Alex Dave Tony Jess Maria Pat Luis".split()) if rng.random() < .6 else ""
    person.pet = rng.choice("Biscuit Moose Luna Nacho Pickles Bear Rosie Gizmo Churro Phở".split()) if rng.random() < .4 else ""
    person.hobbies = rng.sample(HOBBIES, 3)
    person.habit, person.since = rng.randrange(8), max(birth + 13, rng.randint(2009, 2022))
    young_voice = birth > 1994
    person.voice = {"lower": rng.random() < (.6 if young_voice else .12), "loose": rng.random() < (.4 if young_voice else .08), "typos": rng.choice([0, 0, .15, .4]),
                    "emoji": rng.choice([0, .2, .6]), "sep": rng.choice([" | ", " • ", "\n", ". ", ", ", " / ", " ~ "]), "set": rng.sample(EMOJI, 5)}
    return person


def draw_school(rng: random.Random) -> School:
    """Draw a school with its town and pupils."""
    stem, town = rng.sample(SCHOOL_STEMS, 2)
    kind = rng.choice(["Middle School", "High School", "High School", "Elementary School", "Regional High School", "Academy"])
    name, state = f"{stem} {kind}", rng.choice(STATES)
    pupils = [draw_person(rng, young=True).full for _ in range(40)]
    district = rng.choice([f"{town} Public Schools", f"{town} ISD", f"{town} Unified School District", f"{town} Area School District"])
    school = School(name, "".join(w[0] for w in re.split(r"[ -]", name)), town, state, rng.choice(MASCOTS), district, pupils)
    if rng.random() < .07 and "Elementary" not in kind:   # about one school in seventeen sees a wave of mock accounts within days
        school.wave = (rng.choice(["tiktok", "tiktok", "instagram"]), TODAY - timedelta(days=rng.randint(5, 330)))
    return school


def make_handle(rng: random.Random, p: Person, platform: str, fresh: bool = False) -> str:
    """Make the handle this person would take, by habit; `fresh` breaks the habit."""
    g, f, n = fold(p.given), fold(p.family.split(" ")[0]), fold(p.nick or p.given)
    hobby = fold(p.hobbies[0].split(" ")[-1])
    year = rng.choice([str(p.birth)[2:], str(rng.randint(1, 99)), str(p.birth), "_", "0" + str(rng.randint(1, 9))])
    styles = [f"{g}.{f}", f"{g}{f}", f"{g[0]}{f}{year}", f"{n}_{f}", f"{n}{f[0]}{year}", f"{f}{g[0]}", f"{n}.{hobby}", f"{g}_{f}{year}"]
    handle = styles[rng.randrange(8) if fresh else p.habit]
    if platform == "linkedin":
        return f"{g}-{f}" + (f"-{rng.randrange(16**6):06x}" if rng.random() < .7 else "")
    if platform == "facebook":
        return rng.choice([f"{g}.{f}.{rng.randint(2, 900)}", str(100000000000000 + rng.randrange(10**13)), f"{g}.{f}"])
    if platform == "reddit":
        return rng.choice([f"{hobby.title()}_{rng.choice(['Otter', 'Penguin', 'Toast', 'Comet'])}{rng.randint(10, 9999)}", handle.replace(".", "_")])
    if platform == "bluesky":
        return handle.replace("_", "").replace(".", "") + ".bsky.social"
    if platform == "mastodon":
        return handle.replace(".", "_") + "@" + rng.choice(["mastodon.social", "mstdn.social", "social.example"])
    if platform in ("x", "venmo", "pinterest", "github", "youtube", "linktree"):
        return handle.replace(".", rng.choice(["_", "", ""]) if platform != "github" else "-")
    return handle


def main_handle(p: Person) -> str:
    """Find the handle by which most people know the person."""
    return next((p.known[n] for n in ("instagram", "x", "tiktok", "facebook") if n in p.known and not p.known[n].isdigit()), "")


def show_name(rng: random.Random, p: Person) -> str:
    """Write the name as its bearer would in a profile."""
    forms = [p.full] * 8 + [p.full.lower(), f"{p.given} {p.family[0]}.", f"{p.given} {p.middle or p.family[0]} {p.family}"]
    if p.nick:
        forms += [f"{p.nick} {p.family}"] * 3
    if p.former:
        forms += [f"{p.given} {p.former} {p.family}", f"{p.given} ({p.former}) {p.family}", f"{p.given} {p.former}-{p.family}"]
    if p.origin in ("viet", "chinese"):
        forms += [f"{p.family} {p.given}", f"{p.given} {p.family}"]
    if rng.random() < .01 and p.birth > 1985:
        return write_script(p.full)
    return rng.choice(forms) + (" " + rng.choice(p.voice["set"]) if rng.random() < p.voice["emoji"] / 3 else "")


def slots_of(rng: random.Random, p: Person, school: School | None) -> dict:
    """Collect what templates may say of a person."""
    she = p.gender == "f"
    slots = {"first": p.given, "last": p.family, "full": p.full, "nick": p.nick or p.given, "f": fold(p.family), "g": fold(p.given), "t": fold(p.title or "mr"),
             "title": p.title, "he": "she" if she else "he", "him": "her" if she else "him", "his": "her" if she else "his", "subj": p.subject,
             "town": p.town.split(",")[0], "room": rng.randint(101, 318), "num": rng.randrange(100000, 999999), "d": rng.randint(1, 99), "L": p.family[0],
             "l": fold(p.family[0]) or "x", "wrong": misspell(rng, p.family), "born": p.birth, "yy2": str(p.birth + 22)[2:], "parent": "mom" if she else "dad", "pro": rng.choice(["she/her", "she/her", "ella" if p.origin == "hispanic" else "she/they"] if she else ["he/him"]), "mama": rng.choice(["mommy", "mami"] if she else ["daddy", "zaddy", "papi"]), "spouse": "wife" if she else "husband", "yr": rng.randint(2027, 2031)}
    if school:
        pal = rng.choice(school.colleagues) if school.colleagues else p
        slots |= {"school": school.name, "sch": school.short, "s": school.short.lower(), "mascot": school.mascot, "mlow": school.mascot.lower(), "pal": pal.family,
                  "stem": school.name.split(" ")[0], "district": school.district}
    return slots


def write_bio(rng: random.Random, p: Person, platform: str, school: School | None = None, tell_work: float = .6) -> str:
    """Let somebody describe themselves in the manner of the network."""
    s = slots_of(rng, p, school)
    work = spin(rng, rng.choice(TEACHING), s) if p.subject else spin(rng, p.work, s)
    if platform == "linkedin":
        return spin(rng, rng.choice(["<w>", "<w> | {curious|lifelong} learner", "<w>. {Experienced|Dedicated|Results-driven} professional with {10+|15|20} years in {the field|education|service}",
                                     "<w> {seeking new opportunities|open to work|}"]), s | {"w": work[:1].upper() + work[1:]})
    if platform == "facebook":
        bits = [f"Works at {school.name}" if school and rng.random() < .5 else work if rng.random() < tell_work else "", f"Lives in {p.town}" if rng.random() < .6 else "",
                rng.choice(["Married", "In a relationship", "", "", "It's complicated"]), f"Studied at {rng.choice(['State', 'Bridgemoor College', 'community college'])}" if rng.random() < .3 else ""]
        return rng.choice([" · ", "\n", ". "]).join(b for b in bits if b)
    if platform in ("venmo", "snapchat") or rng.random() < (.5 if platform in ("pinterest", "reddit", "github") else .16):
        return ""
    bits = [work] if rng.random() < tell_work else []
    bits += [rng.choice([p.hobbies[0], p.hobbies[0], f"{p.hobbies[0]} & {p.hobbies[2]}"])] * (rng.random() < .7) + [spin(rng, f"{{{p.hobbies[1]}|I ♥ {p.hobbies[1]}|{p.hobbies[1]} on weekends|too much {p.hobbies[1]}}}")] * (rng.random() < .4)
    if p.partner and rng.random() < .4:
        bits.append(spin(rng, f"{{<spouse> to {p.partner}|{p.partner}'s <spouse>|<parent> of {{2|3|twins|two boys|a toddler}}|💍 {p.partner}|{{girl|boy}} <parent>}}", s))
    if p.pet and rng.random() < .5:
        bits.append(spin(rng, f"{{dog <parent> to {p.pet}|{p.pet}'s human|🐾 {p.pet}}}", s))
    bits += [spin(rng, text, s) for text in rng.sample(ASIDES, rng.choice([0, 1, 1, 2]))]
    if p.origin in ("hispanic", "portuguese") and rng.random() < .25:
        bits.append(rng.choice(["amante del café", "orgullosamente latina" if p.gender == "f" else "papá de dos", "Dios primero 🙏", "boricua", "gratidão", "la vida es bella", "🇲🇽➡️🇺🇸"]))
    rng.shuffle(bits)
    return speak(rng, p.voice, p.voice["sep"].join(bits)) if bits else ""


TEACHING = ["{<subj> teacher|<subj> educator|teaches <subj>|teach <subj>|I teach <subj>}", "<subj> {teacher|educator} {@|at} {<school>|<sch>}", "{🍎|👩‍🏫|} {teacher|educator|public school teacher}",
            "{proud|} {<stem>|<sch>} <mascot> {staff|teacher|coach}", "{teacher by day|professional cat herder|grading papers since 2009|I get paid to talk about <subj>}", "<subj> {dept. chair|department|coach} · <school>"]
ASIDES = ["{📍|}<town>", "{<pro>|<pro>|<pro>|they/them}", "{views|opinions|tweets} {are|=} my own", "{coffee|iced coffee|boba|cold brew} {first|addict|dependent}", "{Psalm 46:5|Phil 4:13|Jer. 29:11|blessed|Isaiah 40:31}",
          "{Eagles|Celtics|Astros|Packers|Mets} {fan|til I die|faithful}", "{living my best life|be kind|just here for the {dogs|memes|recipes}|trying my best|it is what it is|work in progress}",
          "{est. <born>|Class of '<yy2>|alum}", "{RTs ≠ endorsements|private for a reason|ig: same name|snap in bio}", "{first-gen|immigrant kid|union proud|WFSE|vote}", "{runner of slow miles|amateur baker|pro napper|Swiftie|bookworm}"]


def draw_date(rng: random.Random, first: int, last: int = 2026) -> date:
    """Pick a day, never after today."""
    start = date(min(first, 2026), 1, 1)
    end = min(TODAY - timedelta(days=6), date(last, 12, 28))
    return start + timedelta(days=rng.randrange(max(1, (end - start).days)))


def count_adult(rng: random.Random, mean: float = 5.3) -> tuple[int, int, int]:
    """Draw followers, following and posts of an ordinary account."""
    return int(rng.lognormvariate(mean, 1.1)), int(rng.lognormvariate(5.2, .9)), int(rng.lognormvariate(3.8, 1.4))


def count_young(rng: random.Random) -> tuple[int, int, int]:
    """Draw the counts of a short-lived account."""
    return int(rng.lognormvariate(3.7, 1.1)), rng.choice([0, 1, rng.randint(2, 60), rng.randint(60, 900)]), rng.choice([0, rng.randint(1, 6), rng.randint(1, 25)])


def gather(rng: random.Random, circle: str, school: School, p: Person) -> list[dict]:
    """Draw the few contacts that a public list shows, from one circle."""
    contacts = []
    for _ in range(rng.randint(2, 7)):
        if circle == "pupils":
            name = rng.choice(school.pupils)
            show = rng.choice([name, name, name.split(" ")[0].lower(), name.lower(), name.split(" ")[0] + " 🤍"])
            bio = spin(rng, "{|<sch>|<sch> '<yy>|<s> {soph|freshie|8th|junior|🏀|🎻}|14|class of <yr>|{wake me up|idc|hoop dreams|priv}|c/o <yr> 🎓}", slots_of(rng, p, school) | {"yy": rng.randint(27, 31)})
        elif circle == "staff" and school.colleagues:
            other = rng.choice(school.colleagues)
            show, bio = show_name(rng, other), write_bio(rng, other, "instagram", school, .8)
        else:
            other = draw_person(rng, town=p.town if rng.random() < .5 else "")
            if circle == "kin" and rng.random() < .6:
                other.family = p.family
            show, bio = show_name(rng, other), write_bio(rng, other, "instagram")
        contacts.append({"display_name": show, "bio": bio, "relation": rng.choice(["follower", "follower", "following"])})
    return contacts


def draw_staff(rng: random.Random, school: School) -> tuple[Person, dict]:
    """Draw a staff member and the record the district keeps."""
    p = draw_person(rng, town=f"{school.town}, {school.state}")
    p.subject = rng.choice(SUBJECTS)
    lead = rng.random()
    p.role = "Principal" if lead < .05 else "Assistant Principal" if lead < .09 else rng.choice(
        [f"{p.subject} teacher"] * 6 + ["Counselor", "School nurse", "Librarian", "Paraprofessional", f"{p.subject} teacher, coach", "Secretary"])
    p.title = rng.choice(["Ms.", "Mrs.", "Ms", "Mrs", "Miss"] if p.gender == "f" else ["Mr.", "Mr", "Mr", "Coach"])
    if p.subject == "Spanish" and rng.random() < .5:
        p.title = "Profe" if rng.random() < .4 else "Señora" if p.gender == "f" else "Señor"
    elif "rincipal" in p.role and rng.random() < .4:
        p.title = "Dr."
    nets = [n for n, share in [("facebook", .55), ("instagram", .55), ("linkedin", .5), ("x", .3), ("pinterest", .2), ("youtube", .12), ("tiktok", .12), ("bluesky", .05)] if rng.random() < share]
    p.known = {n: make_handle(rng, p, n) for n in nets}
    p.known_bio = write_bio(rng, p, "instagram", school, .7)
    told = {n: h for n, h in p.known.items() if rng.random() < .5}
    staff: dict = {"name": p.full if rng.random() < .8 or not p.middle else f"{p.given} {p.middle} {p.family}", "handles": told, "employer": school.district, "school": school.name,
             "role": p.role, "location": p.town}
    if p.former and rng.random() < .4:
        staff["former_names"] = [f"{p.given} {p.former}"]
    if p.nick and rng.random() < .5:
        staff["nicknames"] = [p.nick]
    if rng.random() < .4:
        staff["known_urls"] = [f"https://www.{fold(school.name)}.example/staff/{fold(p.family)}"]
    if told and rng.random() < .5:
        staff["account_created"] = draw_date(rng, p.since, p.since).isoformat()
    if rng.random() < .45:
        staff["bio"] = p.known_bio if told and rng.random() < .5 else spin(rng, f"{p.title} {p.family} {{has taught|teaches}} {p.subject} at {school.name}. {{Outside of school|Away from work|In free time}} "
                                                                       f"{{<he> enjoys|<he> loves}} {p.hobbies[0]} and {p.hobbies[1]}.", slots_of(rng, p, school))
    for name in ("location", "role", "employer", "bio"):
        if name in staff and (rng.random() < .12 or not staff[name]):
            staff.pop(name)
    return p, staff


# kind: (label, weight in a year, portrait, labels also fair)
STORIES: dict[str, tuple[str, float, str, tuple[str, ...]]] = {
    "own-known": ("own", 10, "other", ()), "own-second": ("own", 3, "other", ()), "own-class": ("own", 3, "other", ("student-linked",)), "own-new-network": ("own", 5, "other", ()),
    "own-linkedin": ("own", 3, "other", ()), "own-pseudonym": ("own", 1.5, "none", ("unrelated",)), "own-old": ("own", 3, "other", ("namesake",)), "own-moved-after-hack": ("own", .3, "other", ("impersonation",)),
    "own-side-business": ("own", 1, "other", ()), "own-bare": ("own", 3, "other", ("namesake",)), "own-lessons": ("own", .7, "other", ()), "own-wallet": ("own", 1.5, "other", ("namesake",)),
    "namesake-job": ("namesake", 20, "other", ()), "namesake-teacher": ("namesake", 5, "other", ()), "namesake-same-town": ("namesake", 1.2, "other", ()), "namesake-bare": ("namesake", 12, "none", ("unrelated",)),
    "namesake-athlete": ("namesake", 3, "other", ()), "namesake-fan-page": ("namesake", 1, "other", ("unrelated",)), "namesake-teen": ("namesake", 3, "other", ()), "namesake-foreign": ("namesake", 4, "other", ()),
    "namesake-junior": ("namesake", .6, "other", ()), "namesake-obituary": ("namesake", 3, "other", ("unrelated",)), "namesake-news": ("namesake", 2, "none", ("unrelated",)), "namesake-listing": ("namesake", 4, "none", ("unrelated",)),
    "namesake-model": ("namesake", .7, "other", ()), "namesake-trader": ("namesake", .7, "other", ()), "namesake-comic": ("namesake", .5, "other", ()), "namesake-roster-chance": ("namesake", 1, "other", ()),
    "namesake-teacher-creator": ("namesake", 1, "other", ()), "mock-elsewhere": ("namesake", .5, "other", ("impersonation",)), "own-creator": ("own", .7, "other", ()),
    "scam-chance-name": ("unrelated", .8, "other", ("namesake", "impersonation")), "other-given": ("unrelated", 8, "other", ()), "other-handle": ("unrelated", 10, "other", ()), "business": ("unrelated", 4, "none", ()),
    "club-page": ("unrelated", 1.5, "none", ()), "school-page": ("unrelated", 2, "none", ()), "directory": ("unrelated", 1.5, "other", ("own",)), "news-self": ("unrelated", 1.5, "none", ("own",)), "rate-entry": ("unrelated", .5, "none", ()),
    "listing-self": ("unrelated", 3, "none", ("own", "namesake")), "spouse": ("unrelated", .8, "other", ()), "alumni-thanks": ("unrelated", .7, "other", ()), "confessions-unnamed": ("unrelated", .4, "none", ("student-linked",)),
    "bot-parked": ("unrelated", 2, "none", ("namesake",)), "student-teacher": ("unrelated", .4, "other", ()), "fiction": ("unrelated", .6, "none", ()), "petition-good": ("unrelated", .15, "none", ()),
    "pupil-own": ("student-linked", 3, "other", ("unrelated",)), "pupil-circle-bare": ("student-linked", 1.5, "none", ("impersonation",)), "pupil-class-account": ("student-linked", 1, "none", ("unrelated", "impersonation")), "pupil-tags-teacher": ("student-linked", 1.5, "other", ("unrelated",)),
}

# pupils' and adults' fakes: kind: (weight, portrait, platforms, displays, handles, bios), parts parted by " ;; "
MOCKS: dict[str, tuple[float, str, str, str, str, str]] = {
    "mock-lewd": (6, "copied", "tiktok instagram snapchat", "{freaky|Freaky|naughty} {<title> |}<last> ;; <title> <last> 👅 ;; {<mama>|<mama>|sugar <mama>} <last> 💦 ;; {oiled up|baby oil} <title> <last>",
                  "freaky<t><f> ;; <mama><f>{69|x|.real|} ;; <t><f>afterdark ;; <f>.{goons|gyatt|gooner} ;; <f>onlyfanzz",
                  "{hmu|slide} {after the bell|in room <room>} {👅|💦|😏} ;; {extra credit for|only accepting} {feet pics|baddies w/ a gyatt} 💀 ;; {𝓯𝓻𝓮𝓪𝓴𝔂 mode on|caught in the supply closet|zesty ahh {teacher|coach}} {😩|🫦|} ;; {single and ready to oil up|me and <pal> behind the portable|certified freak 7 days a week} ;; {diddy|drake} of <sch> {😭|🧴} {ts pmo|real|} ;; <title> <pal> {hit different|got me acting up} last night 🥵 ;; of link when we hit {50|100|500} 😋"),
    "mock-slander": (6, "copied", "tiktok instagram", "<title> <last> {slander|allegations|exposed|🚨} ;; <last> {slander page|hate club|is a creep} ;; {keep kids away from|watch out for} <last>", "<f>{slander|slandered|.allegations|hateclub} ;; {exposing|fuck|anti}<t><f> ;; <s>vs<f> ;; <t>.<f>.is.weird",
                     "{why <he> stare like that|<he> be lookin too long|bro thinks <he> not on a list} 💀💀 ;; {<sch> needs to|y'all gotta} {check <his> hard drive|drug test <him>} 😭 ;; not safe around {kids|the 7th graders} ong ;; {pdf file 📄|certified pdf|on the registry|megans law lookin} {ahh {teacher|coach}|allegations|??} {💀|🚨|} ;; {who tryna jump|run the fade w/|free my boy he got written up by} <title> <last> ;; {failed half the class|took my airpods|called my mom} so {now we here|this page exists|enjoy} 😐 ;; {L teacher|worst <subj> teacher|chopped unc} {no cap|fr|istg} {send slander|dm slander|submissions open} ;; {racist|drunk|high} in 3rd period again {smh|💀} {follow for pt 2|}"),
    "mock-plain": (9, "copied", "tiktok instagram x threads", "<title> <last> {(real)|✅|official|(REAL)|💯|} ;; not <title> <last> ;; the real <title> <wrong> ;; <last> burner {account|acc|} ;; {Big|Lil|DJ|King} <last> ;; <title> <L>",
                   "<t><f>{official|real|_real|.burner|fr|_<d>} ;; not<t><f> ;; {therealest|thereal|its}<t><f> ;; <f>{burner|spam|dagoat|rizz} ;; <l>dawg<d> ;; <t>.<f>.<s>",
                   "{parody|satire|joke acc} {obv|not affiliated w/ <sch>|dont sue} ;; {this is NOT|im not} {actually|really} <title> <last> {lol|💀|pls dont expel me} ;; {aura +10000|W rizz|sigma|6 7 🤷|skibidi <subj> {teacher|toilet}} ;; {get off ur phones|detention 4 u|i ❤ giving {homework|pop quizzes|detention}} ;; {only the goats follow|run by the opps|<sch> on top} ;; {yo its ur|its me ur} {favorite|least fav|fav unc} {teacher|<subj> teacher} {🗣️🔥|✌️|} ;; {clock it|he ate|slay queen|motion|chopped chin|tuff|aura farming} {<title> <last>|since birth|daily} ;; {if ur in period <n1> follow back|follow for a 100 on the {test|final}} ;; {not run by a student 🙄|yes its really me guys} ;; "),
    "mock-as-self": (5, "copied", "tiktok instagram x", "<title> <last> ;; <first> <last> ;; <title> <last> 🍎 ;; <full> <sch>", "<t><f>{|_|.<sch0>|<d>|teaches} ;; <g>.<f>{.teaches|<d>|_} ;; <t>_<f>_<s>",
                     "hi im <title> <last> i {teach|teech} <subj> at <sch> and i {hate kids|smell like feet|love vaping in my car|am bald and proud|pick my nose} {😂|🤓|} ;; {Best|#1} <subj> teacher at <school>!! {I eat chalk|divorced 3x 💔|my wife left me|no life} ;; {im|I'm} {so lonely|50 and single} {pls|someone} {date me|hmu} ;; my fav student is {nobody|u}. {C's get degrees|fail me? i fail u}. room <room> ;; fav hobby: {yelling|being short|stealing airpods|confiscating takis}"),
    "mock-quotes": (4, "copied", "instagram tiktok x", "<last>isms ;; {shit|things|stuff} <title> <last> says ;; <title> <last> {quotes|out of context|daily}", "<f>isms{<d>|} ;; {stuff|shit|things}<t><f>says ;; <t><f>{quotes|ooc|.outofcontext|daily}",
                    "{daily|out of context} {quotes|wisdom} from {the goat|our fav {unc|auntie}|room <room>} ;; \"{sit down|that's a lunch detention|i don't get paid enough|what the sigma|phones AWAY people}\" - <last> ;; dm {quotes|ur quotes} {anon ofc|🤐} ;; {he|<he>} doesnt know ab this {shh|🤫|dont snitch}"),
    "mock-edits": (3, "copied", "tiktok instagram youtube", "<last> edits ;; <title> <last> {fancam|edits 🔥|lore|fanpage} ;; {#1 <last> fan|<last> nation|<last> glazers}", "<f>{.edits|edits<d>|fancam|lore|.fp|glazer} ;; <t><f>{edit|edits|fans} ;; <f>nation{<d>|}",
                   "{edits of|all edits of} the {goat|huzz|🐐} <title> <last> ;; ib: everyone in <his> class {💀|} {credit if repost|} ;; {aura farmin since 1st period|<last> solos your {fav|whole school}} ;; {cc: hdr|60fps} edits | <sch> {heritage|lore} ;; {glazing is crazy but|lowkey|no hate just} {<he>'s our fav|<he> ate}"),
    "mock-ai": (3, "copied", "tiktok instagram youtube", "ai {<title> |}<last> ;; <title> <last> AI {voice|covers|🤖} ;; <last> {deepfakes|.ai}", "ai<t><f> ;; <f>{.ai|aivoice|gpt|sora<d>} ;; <t><f>{sings|covers}",
                "{ai|a.i.} {voice|vids|sora} of <title> <last> {saying what we all think|singing|rapping} 🤖 ;; drop lines for <him> to say {👇|in comments} ;; {its ai relax|not real obv|made w/ {sora|elevenlabs} lol} ;; leaked staff mtg audio {100% real|🤫} ;; {<he> fights <pal>|<he> hits the griddy|<he> got arrested} (ai)"),
    "mock-ship": (2, "copied", "tiktok instagram", "<last> x <pal> {❤️|🥰|shippers|love story} ;; <title> <last> & <pal> {real|dating???}", "<f>x<pf> ;; <f>and<pf>{4ever|ship<d>|.love}", "{they're in love|caught in 4k|they kissed by the copier}{ 😭| 👀|} {trust|} ;; {wedding|baby} {countdown|loading} ⏳ {<sch> royalty|} ;; proof every {friday|day} {dm evidence|} ;; the {tea|love story} <school> needs"),
    "mock-bare": (5, "copied", "tiktok instagram snapchat", "<title> <last> ;; <full> ;; <last> ;; <title> <last>", "<t><f>{<d>|_|.|} ;; <g><f>{<d>|xx|.tt} ;; <f>{<num>|<d>} ;; user<num><d>", " ;; . ;; hi ;; {👋|🍎|🤓}"),
    "mock-spanish": (2, "copied", "tiktok instagram", "{profe|la profe|el profe|maestr@} <last> {😂|oficial|la mala|} ;; <last> la {regañona|reina}", "{profe|elprofe|laprofe|maestra}<f>{<d>|.oficial|_mx|} ;; memes.<f>",
                     "{los odio a todos|ya reprobaron mijos|saquen una hoja|no hay recreo} {😂|😈|💀} ;; cuenta {de broma|parodia|fake} {no se enojen|no me demanden} ;; {memes|chismes|edits} de {la profe|el profe} más {pesad@|chid@} de <sch> ;; {sígueme y te pongo 100|si no me sigues repruebas} ;; dicen que anda con <pal> 👀 {mandar chisme por dm|}"),
    "mock-hate-speech": (1.5, "copied", "x tiktok instagram", "<full> ;; <title> <last> {🇺🇸|™|}", "<g>_<f>{<d>|real|usa} ;; <t><f><num>", "{i hate|can't stand} {all you people|immigrants|those kids} {and i grade like it|. fight me|} ;; <subj> teacher. {only pass the ones i like|some of yall should go back} ;; proud {bigot|hater} of <school> ;; {yes i said it|fire me} <school> room <room>"),
    "tea-named": (5, "none", "instagram tiktok snapchat", "<sch> {tea|confessions|exposed|fights|drama|tea ☕️} {26-27|#2|v3 (old got banned)|} ;; {spill|tea}.<s>", "<s>{tea|confess|.exposed|_fights|drama}{<d>|26|.v2|} ;; {tea|exposing}.<s>", "{tea|dirt} on {<title> <last>|<last> and <pal>} {dropping soon|first 👀|in stories} ;; {dm tea|gform below|ngl link} {all anon|100% anon}. {<last> is next|yes we know ab <last>|justice for <title> <last>'s 4th period} ;; {admin cant stop us|<title> <last> blocked us 😭|run by seniors}. tea on teachers (<last>, <pal>...)"),
    "parent-exposed": (2, "copied", "facebook web x", "The {truth|TRUTH} about <full> ;; {Parents|<stem> parents} against <full> ;; <full> EXPOSED ;; Remove <full> from <school>", "{truthabout|remove|exposing}<g><f> ;; {stop|fire}<f>{now|<d>}",
                       "{This page was created|Page made|Group run} by {concerned parents|a mother whose child was in <his> {class|room}|two families|taxpayers of <town>}. <title> <last> {bullied|humiliated|targeted|singled out} {my {son|daughter|child}|special needs kids} and {<district>|the principal|the union} {did NOTHING|covered it up|looked away|moved on}. ;; {Share your story|Message us with your experience|Email us in confidence} about this so called {teacher|educator|professional}. {You are not alone.|Silence protects <him>.|} ;; <he> should NEVER be allowed near {children|our kids|a classroom again}. {Documents|Receipts|Emails|Public records} {below|coming|in the album}. ;; {3|4|11} complaints, {0|no} consequences. {Ask the board why <title> <last> still works at <school>.|Board meeting {Tuesday|the 14th}, BE THERE.} ;; Los padres de <school> {exigimos respuestas|ya no callamos}: {fuera <title> <last>|que corran a <title> <last>}"),
    "petition": (1, "none", "web facebook", "Petition · {Fire|Remove} <full> {from <school>|} ;; {Fire|Terminate} <title> <last> NOW", "{fire|remove}-{<g>-|}<f>{-now|-from-<s>|}", "{We, the students and parents of <school>,|We the undersigned} {demand|ask} that <title> <full> be {removed|fired|put on leave} for {<his> behavior|favoritism|what <he> said} {in class|at practice}. {<d> verified signatures|Sign now}"),
    "hate-review": (1, "none", "web reddit", "<full> - <school> - {Reviews|Ratings} ;; {Anyone else have|avoid} <title> <last>{?| at <sch>}", "review-<g>-<f> ;; r-<f>-<d>", "1.0 overall. \"{Worst teacher ever|Literally a monster|Creepy|Lazy and rude|Plays favorites}, {makes kids cry|screams at kids|stares at girls|reads off slides|smells like weed|loses your work}. {Should be in jail|DO NOT take <his> class|How does <he> still have a job|Switch out while you can|Has <his> phone out all class}.\" {<d> people found this helpful|}"),
    "dox": (.7, "copied", "x web mastodon reddit", "{Groomer|Woke|Nazi} teachers of {<town>|<district>} ;; {Watch list|List}: <full>", "{teacherwatch|schoolwatch}<d> ;; <s>list<d>", "<full>, {<school>|<district>}, {home address and plate|address + phone} {in thread|below}. {Pay <him> a visit|You know what to do|Make <him> famous}. {#<stem>|}"),
    "leaked-nudes": (1, "copied", "x reddit web", "<full> {leaked|leaks|nudes|OF leak} ;; {teacher|<school> teacher} <first> <last> 🔞", "<g><f>{leaks|xxx|leaked|nsfw} ;; {leak|hot}teachers<d>", "{full|mega} {folder|vid|set} of {<school> teacher|<full>} {in tele|👇|link in bio} 🔞 ;; {undress|nudify} {ai|bot} {pics|results} of <title> <last> {dm to buy|$5} ;; {she|<he>} teaches <subj> {at <sch> |}🔥 t.me link"),
    "ex-revenge": (1, "copied", "instagram x facebook", "<full> {the cheater|is a liar|🚩} ;; <first> <last>", "{cheater|liar|truth}_<g><f> ;; <g>{<f>isacheater|.<f>.exposed}", "{Homewrecker|Cheater|Narcissist|Liar}. {Teaches your kids at <school>|<school> should know who they hired}. {Screenshots coming|I have all the texts|Ask <him> about 202{3|4|5}|Ask <his> {ex|roommate|sister}}. ;; {4 years of lies|took everything from me|left me for a coworker|owes me {$4,000|child support}}. {Karma is coming|enjoy the photos|The <town> gym crowd knows|Everyone at <sch> will see who you are} ;; {ladies|fellas|<town>} beware of this {one|snake|narc}, {works at <school>|teaches <subj>}. {stole my dog|keyed my car|still on Hinge}{ 🚩🚩| 🤡|}"),
    "fake-dating": (1, "copied", "web snapchat instagram", "<first>, <age> ;; <first> <L>. {😘|🔥} ;; <full> {spicy|🌶️|premium}", "<g>{<f>|.<l>}{spicy|69|.vip|premium} ;; {naughty|miss}<g><d>", "{Bored|lonely} teacher {looking for fun|in <town>}, {no strings|discreet only} {text me|snap me} ;; {link for my spicy page|50% off this week|dm for menu} 😈 {teacher by day|<town> 📍} ;; {sugar baby|down for anything}, kik <g><num>"),
}

# scams that copy: kind: (weight, platforms, displays, bios)
SCAMS: dict[str, tuple[float, str, str, str]] = {
    "clone-scam": (6, "facebook instagram", "<full> ;; <first> <last>", "<copy> ;; <copy> ;; <copy> {🙏|God is good|}"),
    "clone-bare": (4, "facebook instagram threads x", "<full> ;; <full> ;; <last> <first>", " ;; <cut>"),
    "clone-crypto": (4, "instagram facebook x threads", "<full> ;; <full> {📈|💹|FX}", "<cut> {📈|💰} {Forex/crypto {trader|mentor|expert}|Account manager|BTC miner} {💸 earn $5k weekly|ask me how|DM \"INFO\" to start} ;; <copy>. {Thanks to my mentor @<mentor>|I made $<num> with @<mentor>} {👇|DM me} ;; {Helping|I help} {teachers|families|moms|retirees} {earn|make} {passive income|$3,000 in 24 hrs} {with Bitcoin|no experience needed}"),
    "romance-alias": (3, "facebook instagram tiktok", "<first> <alias> ;; <first> {Williams|Anderson|Scott|Morgan} ;; Dr. <full>", "{Widow|Widower|Widowed|Single {mom|dad}}. {God fearing|God-fearing|Simple and honest}. {Looking for|Seeking} {a serious relationship|true love|soulmate} {🌹|❤️|} ;; {Teacher by profession|Marine engineer|Orthopedic surgeon with UN}, {new on here|am new here}, {add me on|text me on} {WhatsApp|Telegram|hangout} +1 (<d>) 555-01<d2> ;; {Kindly|Please} {send a request|hit me up} {i can't text first|if you are honest and caring}"),
    "principal-giftcards": (3, "facebook snapchat x", "{Principal|Dr.|} <full> ;; <full> <school> ;; <title> <last>", "{Principal|Administrator} at <school>. {Are you available?|Kindly text me, am in a meeting|I need a quick favor, purchase of gift cards for staff} {<phone>|} ;; {Official|Private} {line|page} of {Principal |}<full>. {Message me on WhatsApp|Text only, no calls} <phone>"),
    "fake-class": (2, "instagram facebook tiktok web", "<title> <last>'s {Class|Classroom|<subj> class} ;; <title> <last> {homework help|class of <yr>}", "{New|Official} {class page|page} for <title> <last>'s {students|<subj> class} at <school>. {Join code in DM|Parents: join the group with the link|Sign up with your student's name and birthday} ;; {Send supply money|Field trip payments} {here|by Zelle/Cash App} {only|please}"),
    "fake-linkedin": (2, "linkedin", "<full> ;; <full>, M.Ed.", "{<role>|Educator} at <school> {| Hiring remote {tutors|assistants} $45/h|| Ask me about {digital assets|online income}} ;; {Educator turned|Former educator,} {crypto|wealth|HR} {consultant|recruiter}, <school>, <district>"),
    "fake-grant": (2, "facebook instagram", "<full> ;; <full> {2|new}", "{I just got|Have you heard of} {$50,000|$150k} {from the {federal|HUD|UN} grant program|empowerment grant}, {your name is on the list|message agent @<mentor>} ;; <cut>. {Ask me about the grant|inbox me for the {teachers relief|stimulus} grant link}"),
    "fake-moved": (3, "facebook instagram", "<full> ;; <full> (new) ;; <full>", "{My old account|My other page} {was hacked|got hacked|is locked}, {add me here|this is my new one|friend me again} {🙏|} ;; {New account!!|new acct} {old one hacked, pls report it|lost my password} {<cut>|}"),
    "fake-collection": (1.5, "venmo facebook linktree", "<full> ;; <title> <last> {fund|surgery fund|classroom fund} ;; <full> {Classroom|Memorial}", "{Help|Support} <title> <last> {beat cancer|after the fire|get classroom supplies} {at <school>|} {cash app|zelle} $<g><f><d> ;; {Donations|Anything helps} for <first> {<last>|}, <spouse> and <parent> of two {🙏|}"),
    "hacked-known": (2, "facebook instagram x", "<full> ;; <full>", "<cut> {I'm {selling|giving away} {my aunt's|dad's} {furniture|truck|hot tub}, moving to {care home|assisted living}, deposit holds|Puppies available 🐶 {Zelle deposit|text me}} ;; {Just got my first payout from|I bought this {house|car} with} {Bitcoin mining|BTC} thanks to @<mentor> {🏡|🚗|💸} {ask me how|DM her} ;; {Official|} {Ray-Ban|Ozempic|iPhone} {sale 90% off|giveaway} {link below|today only}"),
    "old-fake": (2, "facebook x instagram", "<full> ;; <title> <last> ;; <first> <last> <sch>", " ;; {i teach|teacher at} <sch> lol ;; {hello {children|class}|i am ur teacher} ;; {YOLO|swag|#dab|yeet} {i give homework|<sch>|}"),
}


def choose(rng: random.Random, parts: str, slots: dict) -> str:
    """Choose one template of several and fill it."""
    return spin(rng, rng.choice(parts.split(" ;; ") if " ;; " in parts else [parts]), slots)


def vary_handle(rng: random.Random, handle: str) -> str:
    """Alter a victim's handle as those who clone do."""
    base = re.sub(r"\.bsky\.social$|@.*$", "", handle)
    at = rng.randrange(1, len(base))
    swaps = [base + rng.choice(["_", "__", ".", "1", "2", "01", "_official", ".real", "_backup", "x", "_private", "7"]), base[:at] + base[at - 1] + base[at:], base.replace("l", "I", 1), base.replace("o", "0", 1),
             base.replace("_", "__").replace(".", "_"), rng.choice(["real", "the", "its", "_", "iam"]) + base, base + str(rng.randint(10, 9999)), base.replace("m", "rn", 1)]
    return next((s for s in rng.sample(swaps, len(swaps)) if s != base), base + "_")


def tell_fake(rng: random.Random, kind: str, p: Person, school: School, wave: date | None = None) -> Found:
    """Tell what one who mocks, hates or steals has set up about a staff member."""
    s = slots_of(rng, p, school)
    s |= {"pf": fold(s["pal"]), "n1": rng.randint(1, 8), "age": TODAY.year - p.birth, "sch0": school.short.lower(), "role": p.role, "d2": rng.randint(10, 99), "alias": p.former or p.middle or "Rose",
          "phone": f"(5{rng.randint(10, 99)}) 555-01{rng.randint(10, 99)}", "mentor": rng.choice(["fx_", "trade_", "coach_", "mrs_"]) + rng.choice(["linda", "hartmann", "carlos", "becky"]) + rng.choice(["_fx", "_trades", "77", "_btc"]),
          "copy": p.known_bio or "Mom. Teacher. Coffee.", "cut": re.split(r" \| | • |\n|\. |, | / | ~ ", p.known_bio or "Teacher")[0]}
    months = rng.choice([1, 2, 3, 5, 8, 11, 18])
    created = wave or TODAY - timedelta(days=rng.randint(3, 31 * months))
    if kind in MOCKS:
        _, portrait, nets, displays, handles, bios = MOCKS[kind]
        platform = school.wave[0] if wave and school.wave else rng.choice(nets.split())
        voice = {"lower": rng.random() < .5, "loose": rng.random() < .5, "typos": rng.choice([0, .2, .5]), "emoji": .2, "set": "💀 😭 🤓 🔥 👀 🗿 🐐 🤡".split()}
        adult = kind in ("parent-exposed", "petition", "hate-review", "dox", "ex-revenge", "leaked-nudes", "fake-dating")
        bio, display = choose(rng, bios, s), choose(rng, displays, s)
        if not adult and kind not in ("mock-bare", "mock-as-self") and rng.random() < .4:
            more = choose(rng, bios, s)
            bio += rng.choice([" ", "\n", " | ", ". ", " // "]) + more if more and more != bio else ""
        if kind != "mock-bare":
            bio = speak(rng, {} if adult else voice, bio)
        if not adult and kind != "tea-named" and rng.random() < .12:
            display = display.replace(p.family, misspell(rng, p.family))
        if not adult and voice["lower"]:
            display = display.lower()
        handle = choose(rng, handles, s)
        if not adult and rng.random() < .06:
            handle = handle.translate(str.maketrans("aeio", "4310"))
        if not adult and rng.random() < .05:
            display = write_script(display)
        found = Found(platform, handle, display, bio, created=created, counts=count_young(rng), portrait=portrait if rng.random() < .8 else "none", link_back=False if rng.random() < .3 else None)
        if not adult and rng.random() < .45:
            found.contacts, found.roster = gather(rng, "pupils", school, p), True
        found.captions = [spin(rng, "{pov: <title> <last> {catches u on ur phone|takes attendance|when the bell rings}|{part 2?|like for part 2|comment who's next}|{he|<he>} said WHAT 😭|{original sound|sound} - {user<num>|<f>|yeat}}", s)] if not adult else []
        if kind == "tea-named" and rng.random() < .5:
            found.links = [spin(rng, "https://{forms.gle/<num>|ngl.link/<s>tea<d>}", s)]
        if platform == "web":
            host = {"petition": "{petitions|signnow}", "hate-review": "{gradeyourteacher|teacherrank}", "dox": "{watchlist|boards}", "fake-dating": "{meetlocal|datehub}"}.get(kind, "{boards|truthpage|blogs}")
            found.handle = spin(rng, host) + f".example/{found.handle}"
        return found
    _, nets, displays, bios = SCAMS[kind]
    platform = rng.choice(nets.split())
    known = p.known.get(platform) or main_handle(p) or f"{fold(p.given)}.{fold(p.family)}"
    handle = known if kind == "hacked-known" and platform in p.known else vary_handle(rng, known if not known.isdigit() else f"{fold(p.given)}.{fold(p.family)}")
    if kind == "hacked-known" and platform not in p.known:   # the seized account is one that the district does not know of
        handle = make_handle(rng, p, platform)
    if kind == "hacked-known" or (platform == "linkedin" and kind == "fake-linkedin"):
        handle = handle if kind == "hacked-known" else make_handle(rng, p, "linkedin", fresh=True)
        created = draw_date(rng, p.since, p.since + 1) if kind == "hacked-known" else created
    if kind == "old-fake":
        created = draw_date(rng, max(2012, BORN[platform]), 2022)
    found = Found(platform, handle, choose(rng, displays, s), choose(rng, bios, s), created=created, counts=count_adult(rng) if kind == "hacked-known" else count_young(rng), portrait="copied")
    found.location = p.town if kind.startswith(("clone", "fake-l", "fake-m")) and rng.random() < .4 else rng.choice(["", "", "United States", "Los Angeles, California", "Lagos", "TX"])
    found.location = rng.choice([p.town, ""]) if kind in ("hacked-known", "fake-linkedin", "old-fake") else found.location
    if kind in ("clone-scam", "fake-moved", "clone-bare") and rng.random() < .4:
        found.contacts = gather(rng, "staff", school, p)
    if kind in ("clone-crypto", "fake-grant", "romance-alias", "fake-class", "fake-collection", "hacked-known") and rng.random() < .6:
        found.links = [spin(rng, "https://{t.me/<f><d>|wa.me/1555010<d>|{fx-profit|grant-office|join-class|btc-growth}<d>.example/start|linktr.ee/<g><f><d>}", s)]
    if platform == "web":
        found.handle = f"join-class.example/{fold(p.title)}{fold(p.family)}"
    return found


def tell_own(rng: random.Random, kind: str, p: Person, school: School) -> Found:
    """Tell an account that the staff member runs."""
    s, known = slots_of(rng, p, school), p.known
    platform = rng.choice(list(known) or ["facebook"])
    found = Found(platform, known.get(platform) or make_handle(rng, p, platform), show_name(rng, p), created=draw_date(rng, max(p.since, BORN[platform]), max(p.since + 2, BORN[platform])), counts=count_adult(rng))
    found.location = p.town if rng.random() < .4 else ""
    found.bio = p.known_bio if platform not in ("linkedin", "facebook") else write_bio(rng, p, platform, school)
    if rng.random() < .5:
        found.contacts = gather(rng, rng.choice(["staff", "kin", "strangers"]), school, p)
    if kind == "own-known":
        found.links = [f"https://www.{fold(school.name)}.example/staff/{fold(p.family)}"] if rng.random() < .15 else []
        return found
    other = {"own-second": "instagram tiktok snapchat x", "own-class": "instagram x tiktok facebook", "own-new-network": "threads bluesky tiktok mastodon", "own-linkedin": "linkedin", "own-pseudonym": "reddit instagram tiktok youtube",
             "own-old": "x pinterest youtube facebook", "own-moved-after-hack": "facebook instagram", "own-side-business": "instagram facebook pinterest", "own-bare": "tiktok threads snapchat pinterest facebook",
             "own-lessons": "youtube tiktok github", "own-wallet": "venmo linktree", "own-creator": "tiktok instagram youtube"}[kind]
    found.platform = platform = rng.choice(other.split())
    found.handle, found.bio = make_handle(rng, p, platform, fresh=rng.random() < .3), write_bio(rng, p, platform, school, .5)
    found.created = draw_date(rng, max(p.since + 1, BORN[platform]))
    if kind == "own-second":
        found.handle = spin(rng, f"{{<nick0>s{{spam|finsta|photos|dump}}|{{not|priv}}.{found.handle}|{found.handle}.{{2|priv|too}}|{fold(p.hobbies[0])}with<nick0>}}", s | {"nick0": fold(p.nick or p.given)})
        found.bio = speak(rng, p.voice, spin(rng, f"{{spam|second acct|the unfiltered one|for friends & fam only|{p.hobbies[0]} account|just {p.hobbies[1]} and {p.pet or 'naps'}}}{{, main: @{main_handle(p) or fold(p.full)}|| no students pls}}", s))
        found.counts = count_adult(rng, 3.8)
    elif kind == "own-class":
        found.display, found.handle = spin(rng, "<title> <last>{'s Class|'s Classroom| - <subj>| {🍎|📐|🔬}|}", s), spin(rng, "{<t><f>{<s>|<subj0>|class|teaches|}|teach.<f>|<t>.<f>.<room>}", s | {"subj0": fold(p.subject)})
        found.bio = speak(rng, p.voice, spin(rng, "{<subj> at <school>|Room <room> {updates|happenings}|<sch> <subj>}{. {Classroom account|Class updates for families|Following = students and families}|}{. Posts by <title> <last>|. DMs not monitored|}{. Go <mascot>!|}", s))
        if rng.random() < .3:
            found.contacts, found.roster = gather(rng, "pupils", school, p), True
    elif kind == "own-creator":   # a teacher who jokes in the pupils' own words
        found.display, found.handle, found.counts = spin(rng, "{<title> <last>|<full>|<title> <L>}", s), spin(rng, "{<t><f>{tok|teaches|laughs|_}|<t>.<l>.teaches}", s), count_adult(rng, 6.5)
        found.bio = speak(rng, p.voice, spin(rng, "{<subj> teacher|teaching <subj>} {surviving 6 7 season|fluent in brainrot|losing aura daily|w/ dad jokes}{. {skits|teacher humor|day in the life}|}{. views mine|. not my school's account|}", s))
    elif kind == "own-new-network":
        found.bio = rng.choice([p.known_bio, found.bio, speak(rng, p.voice, spin(rng, "{new here|moved from the bird site|trying this out|still figuring this out}. {teacher|<subj> person}, {" + "|".join(p.hobbies) + "}", s))])
        found.link_back = True if rng.random() < .15 else None
    elif kind == "own-pseudonym":
        found.handle = spin(rng, f"{{the|my|slow}}{{_|}}{fold(p.hobbies[0])}{{_{{shed|corner|diary|club}}|{p.birth % 100}|er}}")
        found.display, found.bio = rng.choice([p.nick or p.given, found.handle, p.hobbies[0].title() + " " + rng.choice(["diary", "corner"])]), speak(rng, p.voice, f"{p.hobbies[0]}, {p.hobbies[1]}" + (f" and {p.pet}" if p.pet else ""))
        found.link_back, found.location = (True if rng.random() < .4 else None), ""
    elif kind == "own-old":
        found.created = draw_date(rng, max(2009, min(p.birth + 14, 2014)), 2014)
        found.display = f"{p.given} {p.former}" if p.former and rng.random() < .5 else p.full
        found.bio, found.location, found.contacts = rng.choice(["", "", f"{rng.choice(['college', 'student teaching', 'new grad', 'sophomore'])}!! {p.hobbies[2]} :)", write_bio(rng, p, "x", None, 0)]), "", []
    elif kind == "own-moved-after-hack":
        found.bio, found.created = spin(rng, "{old account got hacked|hacked & locked out} {so here we are|starting over} 🙄{. " + (p.known_bio or "teacher") + "|. yes it's really me, ask me in person}", s), TODAY - timedelta(days=rng.randint(5, 200))
        found.contacts, found.link_back = gather(rng, rng.choice(["staff", "kin"]), school, p), True if rng.random() < .2 else None
    elif kind == "own-side-business":
        found.display = spin(rng, f"{{<nick> <last> {{Photography|Tutoring|Bakes|Realty}}|{p.hobbies[0].title()} by <nick>}}", s)
        found.bio = spin(rng, "{Small biz|Side hustle|Summer gig} of {a|your local} {teacher|<subj> teacher}. {DM to order|Booking {fall|2027}|Orders open}. <town>", s)
    elif kind == "own-lessons":
        found.display, found.bio = spin(rng, "{<title> <last>|<full>|<last> <subj>}", s), spin(rng, "{Lessons|Flipped videos|Worksheets|Code} for {my classes|<subj> students}{ at <school>|}. {Use freely|CC BY|Teachers: help yourself}.", s)
    elif kind in ("own-bare", "own-wallet"):
        found.bio, found.location, found.counts = "", "", count_adult(rng, 3)
        found.contacts = gather(rng, rng.choice(["staff", "kin"]), school, p) if rng.random() < .4 else []
    return found


ABROAD = {
    "hispanic": ["{abogad@|estudiante de medicina|diseñador gráfico|ingeniería civil|mamá de dos|docente de primaria} {📍Bogotá|📍Monterrey|🇨🇴|🇲🇽|🇪🇸|} {Dios es fiel|viviendo|amante del fútbol|solo cosas buenas|}", "{vendo|hago} {postres|ropa|uñas} {por encargo|, envíos a todo el país} {📲 WhatsApp|}"],
    "portuguese": ["{advogad@|pilates|flamenguista|psicólog@ CRP <num>|prof. de história} {📍São Paulo|📍Braga|🇧🇷|🇵🇹|} {Deus no comando|vivendo|mãe do Theo|pai de menina|}"],
    "arabic": ["{عاشق السفر|مهندس|طالب طب|أم وفخورة} {🇪🇬|🇱🇧|🇯🇴|}", "{pharmacist|engineer} {🇱🇧|🇪🇬|Dubai} {proud {mama|baba}|}"],
    "viet": ["{Sinh viên|Bán hàng online|yêu mèo|nhân viên văn phòng|mẹ bỉm sữa} {🇻🇳|📍Hà Nội|📍Sài Gòn|}"], "chinese": ["{日常|摄影|留学生|美食打卡} {📍台北|🇹🇼|🇸🇬|}", "{econ|med student|film club} {📍Taipei|🇸🇬}"],
    "korean": ["{일상|운동|카페 투어|고3} {📍서울|🇰🇷|}", "{seoul|busan} {dancer|barista|}"], "indian": ["{CA aspirant|Software engineer|MBBS|wedding photographer} {📍Mumbai|📍Pune|🇮🇳} {Jai Hind|foodie|}"],
    "slavic": ["{studentka|fotograf|mama Zosi|programista} {📍Kraków|🇵🇱|🇨🇿|🇺🇦}"],
    "anglo": ["{London|Leeds|Melbourne|Toronto|Lagos|Kingston|Manila} {🇬🇧|🇦🇺|🇳🇬|🇯🇲|🇵🇭|} {footy|physio|solicitor|mum of 3|afrobeats|seafarer}{. {all views mine|blessed|he/him}|}"]}
YOUNG_NETS = {"namesake-teen": "instagram tiktok snapchat threads youtube", "namesake-athlete": "instagram x tiktok threads", "namesake-fan-page": "instagram tiktok x youtube", "namesake-model": "instagram x tiktok threads reddit",
              "namesake-teacher-creator": "instagram tiktok youtube threads", "namesake-comic": "instagram tiktok x youtube", "namesake-trader": "x instagram youtube threads linkedin"}


def tell_namesake_page(rng: random.Random, kind: str, p: Person, n: Person, s: dict) -> Found:
    """Tell what others publish about another person of that name."""
    slug = f"{fold(p.given)}-{fold(p.family)}-{rng.randint(1000, 99999)}"
    place, title, text = {
        "namesake-obituary": ("{legacy-notices|memorials|tributes}", "<full> {Obituary|Obituary (<bornin>-<died>)|, <old>}{ - <city>|}", "<full>, <old>, of <city>, {passed away {peacefully|surrounded by family}|went home to the Lord} on {June|March|October} <d1>, <died>. {Retired {teacher|machinist|nurse}, | }{beloved <parent> and grand<parent>|survived by <his> <spouse> of <old2> years}."),
        "namesake-news": ("{dailyherald|news9|thecourier}", "{<full> <event>|<city> <man> <full> <event>}{ - The Courier|}", "{<city> — |}<full>, <age>, <event>{ {Tuesday|Friday|last week}|}, {officials said|according to a report|records show|the paper reports}. {More on this story.|}"),
        "namesake-listing": ("{findpeople|wholives|backgroundfast}", "<full>{, Age <age>|} {in <city>|} - {Phone, Address|Public Records}", "{View|We found} {<d1> records for|the profile of} <full>, age <age>, {in|lives in} <city>. {Also known as <first> <L>.|Related to <kin> <last>.} {Phone numbers, addresses and more.|}")}[kind]
    s |= {"age": 2026 - n.birth, "event": spin(rng, "{{was |}arrested on {a DUI|an assault|a theft} charge|opens {second shop|food truck}|wins {county race|regional title|bake-off}|sworn in to the council|retires after <d> years|charged in fraud case|pleads not guilty|named chamber president}", s), "man": "woman" if n.gender == "f" else "man", "d1": rng.randint(1, 28), "died": (died := rng.randint(2014, 2026)), "bornin": died - s["old"], "old2": rng.randint(20, 60), "kin": rng.choice("Mary Joseph Dana Luis Anh".split())}
    return Found("web", spin(rng, place) + ".example/" + slug, spin(rng, title, s), spin(rng, text, s))


def tell_namesake(rng: random.Random, kind: str, p: Person, school: School) -> Found:
    """Tell the account or page of another person of that name."""
    n = draw_person(rng, like=p, young=kind in ("namesake-teen",))
    platform = rng.choice("instagram facebook linkedin x tiktok threads youtube pinterest bluesky github venmo reddit snapchat mastodon linktree".split()[:rng.choice([5, 9, 15])])
    if kind in YOUNG_NETS:
        platform = rng.choice(YOUNG_NETS[kind].split())
    s = slots_of(rng, n, None) | {"city": n.town, "old": rng.randint(61, 97), "pos": rng.choice("QB|WR|PG|midfielder|pitcher|libero|GK|2B".split("|"))}
    found = Found(platform, make_handle(rng, n, platform, True), show_name(rng, n), write_bio(rng, n, platform), created=draw_date(rng, max(BORN[platform], n.birth + 12)), counts=count_adult(rng), location=n.town if rng.random() < .45 else "")
    found.contacts = gather(rng, "strangers", school, n) if rng.random() < .3 else []
    if kind == "namesake-teacher":
        n.subject, n.title = rng.choice(SUBJECTS), p.title
        away = draw_school(random.Random(rng.random()))
        found.bio = write_bio(rng, n, platform, away, 1) if rng.random() < .7 else spin(rng, "{teacher|maestra|educator} {in|📍} <city>. <subj> {lover|nerd|}", s | {"subj": n.subject})
        if rng.random() < .3:
            found.display, found.handle = f"{n.title} {n.family}", f"{fold(n.title)}{fold(n.family)}{rng.choice(['', '_', '4th', 'teaches', str(rng.randint(1, 99))])}"
    elif kind == "namesake-teacher-creator":
        n.subject, n.title, found.counts = rng.choice(SUBJECTS), p.title, count_adult(rng, 8.5)
        found.display, found.handle = rng.choice([f"{n.title} {n.family}", p.full]), spin(rng, "<t><f>{<d>|explains|teaches|.<subj0>|_official|}", slots_of(rng, n, None) | {"subj0": fold(n.subject)})
        found.bio = spin(rng, "{your fav|just a|that} <subj> teacher {explaining {gen alpha|brainrot} slang 💀|who says 6 7 before you can|with zero rizz|being silly}{. {merch|book|tour|TPT} ⬇️|. collabs: hi@<f>.example|} {📍<city>|}", s | {"subj": n.subject})
    elif kind == "mock-elsewhere":   # the same joke about another teacher of that name
        away = draw_school(random.Random(rng.random()))
        n.subject, n.title, n.role = rng.choice(SUBJECTS), p.title, "teacher"
        away.colleagues = [draw_person(rng)]
        found = tell_fake(rng, rng.choice(["mock-plain", "mock-quotes", "mock-edits", "mock-as-self"]), n, away)
        found.bio, found.contacts, found.roster = f"{found.bio} {rng.choice([away.name, away.short + ' ' + away.town, away.short])}".strip(), [], False
    elif kind == "namesake-same-town":
        found.location, found.bio = p.town, speak(rng, n.voice, spin(rng, n.work + "{, born and raised in <home>|, <home>|}", s | {"home": school.town}))
    elif kind == "namesake-bare":
        found.bio, found.contacts, found.counts = "", [], count_adult(rng, 3)
        found.location = ""
    elif kind == "namesake-athlete":
        n.birth = rng.randint(2002, 2010)
        found.created = draw_date(rng, max(BORN[platform], n.birth + 12))
        found.bio = spin(rng, "{<pos>|<pos> | #<d>} {c/o <grad>|Class of <grad>|'<grad2>} {<city>|{State|Tech} {commit|signee}|}{ | <gpa> GPA|}{ | 6'<d0> 1<d>lbs|}{ | Hudl ⬇️| | 🏈| | NIL: DM}", s | {"d0": rng.randint(1, 9), "grad": n.birth + 18, "grad2": str(n.birth + 18)[2:], "gpa": "3." + str(rng.randint(2, 9))})
    elif kind == "namesake-fan-page":
        found.display, found.handle = spin(rng, "<full> {fans|fanpage|edits|updates|Brasil} {💙|🔥|}", s), spin(rng, "{<g><f>{edits|fc|.fp|updates<d>}|teamof<g>{<d>|}}", s)
        found.bio = spin(rng, "{fan account of|all about|edits of} {singer|actor|goalkeeper|striker|actress} <full> {🎤|🎬|⚽|}. {not <him>|noticed 2x|fan page only|managed by fans in <city>}", s)
        found.counts = count_adult(rng, 7)
    elif kind == "namesake-teen":
        found.bio, found.counts = speak(rng, n.voice | {"loose": True}, spin(rng, "{<age>|0<d9>|c/o <yr>|} {🏐|🎮|🎧|🩰|🏊} {<city>|<hs>|} {amos|add the snap|priv|dms open|ts pmo|locked in|}", s | {"age": 2026 - n.birth, "d9": rng.randint(8, 9), "hs": rng.choice(["WHS", "Central", "JFK"])})), count_adult(rng, 5.8)
    elif kind == "namesake-foreign":
        found.bio = spin(rng, rng.choice(ABROAD.get(n.origin, ABROAD["anglo"])), s)
        found.location = found.location and rng.choice(["", found.location, "worldwide"])
    elif kind == "namesake-junior":
        found.display, found.bio = p.full + rng.choice([" Jr.", " Jr", " II", " III"]), spin(rng, "{college|State '29|freshman|HVAC apprentice|gamer} {🎮|🎓|} {<home>|} {son of a teacher|}", s | {"home": school.town})
    elif kind == "namesake-model":
        found.bio = spin(rng, "{model|content creator|cosplayer|21+|🔞} {📍<city>|} {exclusive content 👇|OF below 💋|link in bio 😘|18+ only|booking DM}", s)
        found.links, found.counts = [f"https://linktr.ee/{fold(n.full)}{rng.randint(1, 99)}"], count_adult(rng, 8)
    elif kind == "namesake-trader":
        found.bio = spin(rng, "{crypto|forex|options|NFT|Web3} {trader|investor|founder|educator} {since 2017|} {📈|₿|} {not financial advice|DM for mentorship|building in public|free course below} {<city>|}", s)
    elif kind == "namesake-comic":
        found.bio, found.counts = spin(rng, "{stand-up|comedian|satire|sketch comedy|parody songs} {<city>|} {on tour|tix below|as seen on {nothing|local tv}} {not your teacher lol|}", s), count_adult(rng, 8)
    elif kind == "namesake-roster-chance":
        found.contacts = gather(rng, "strangers", school, n)
        for contact in found.contacts[:rng.randint(1, 2)]:
            contact["display_name"] = rng.choice(school.pupils)
        found.roster = True
    elif kind in ("namesake-obituary", "namesake-news", "namesake-listing"):
        return tell_namesake_page(rng, kind, p, n, s)
    return found


def tell_unrelated(rng: random.Random, kind: str, p: Person, school: School) -> Found:
    """Tell what a search turns up that is no account of that name, or a neutral page."""
    o = draw_person(rng)
    platform = rng.choice("instagram facebook x tiktok youtube threads pinterest reddit github snapchat".split())
    s = slots_of(rng, p, school) | {"of": o.full, "city": o.town, "age": 2026 - p.birth}
    found = Found(platform, make_handle(rng, o, platform, True), show_name(rng, o), write_bio(rng, o, platform), o.town if rng.random() < .3 else "", draw_date(rng, BORN[platform]), counts=count_adult(rng))
    official = count_adult(rng, 6)
    if kind in ("business", "club-page", "school-page", "fiction", "confessions-unnamed"):
        found.platform, found.location = rng.choice("instagram facebook x tiktok youtube threads".split()), "" if kind != "business" else found.location
        found.handle = make_handle(rng, o, found.platform, True)
    if kind in ("club-page", "school-page") and rng.random() < .4:
        found.location = p.town
    if kind == "other-given":
        o.family = p.family
        found.display, found.handle = show_name(rng, o), make_handle(rng, o, platform, True)
    elif kind == "other-handle":
        found.handle = rng.choice([main_handle(p) if platform not in p.known and main_handle(p) else make_handle(rng, p, platform, True), make_handle(rng, p, platform, True), f"{fold(p.given)[0]}{fold(p.family)}{rng.randint(1, 99)}"])
    elif kind == "scam-chance-name":
        found.display = p.full
        found.handle, found.bio = f"{fold(p.given)}{fold(p.family)}{rng.randint(100, 99999)}", choose(rng, SCAMS["romance-alias"][3], s | {"d2": rng.randint(10, 99)})
        found.created, found.counts, found.location = TODAY - timedelta(days=rng.randint(10, 300)), count_young(rng), rng.choice(["Miami", "California", "Aleppo", "New York", ""])
    elif kind == "business":
        found.display = spin(rng, "<last> {& Sons|Auto Body|Law Group|Bakery|Landscaping|Family Dental|Tacos|Nails|Plumbing|Insurance|Vineyards|Street Market}", s)
        found.handle, found.bio = fold(found.display) + rng.choice(["", "llc", "co", "_"]), spin(rng, "{Family owned|Serving <city>|Open {7 days|Mon-Sat}|Free estimates|Order online} {since <born>|📞 call today|⭐⭐⭐⭐⭐|}", s)
    elif kind == "club-page":
        found.display, found.handle = spin(rng, "<sch> {Robotics|Yearbook|GSA|Drama Club|Girls Soccer|Band Boosters|Student Council|Mock Trial|Chess Club|NHS}", s), spin(rng, "<s>{robotics|yearbook|drama|gsoccer|band|stuco}{<d>|_|}", s)
        found.bio, found.counts = spin(rng, "{Official|} {page|account} {of|for} the <school> club. {Advisor|Adviser|Coach|Director}: {<title> <last>|<full>}. {Meets {Tues|Thurs} in room <room>|Go <mascot>!|}", s), official
    elif kind == "school-page":
        found.display, found.handle = spin(rng, "{<school>|<district>|<school> {PTO|Athletics|Library}|<stem> Teachers Association}", s), spin(rng, "<s>{_official|pto|news|<mlow>|}", s)
        found.bio, found.captions, found.counts = spin(rng, "{Official account of|Home of the <mascot>,} <school>{, <town>|}", s), [spin(rng, "{Congrats|Shout-out} to <title> <last> {for a great {concert|science night}|, staff member of the month}!", s)], official
    elif kind in ("directory", "news-self", "rate-entry", "listing-self", "petition-good"):
        place, title, text = {"directory": (f"www.{fold(school.name)}", "{Staff Directory - <full>|<full> - <school>|<last>, <first> / Faculty}", "<full>, <role>, <school>. {Room <room>. |}{Email <title> <last>|Office hours|Homework policy}"),
                              "news-self": ("{dailyherald|townwire|patchwork}", "{<school> teacher <full> {honored|receives grant|runs marathon}|Meet <full>, {new|retiring} <subj> teacher}", "<full>, {who teaches|a teacher of} <subj> at <school> in <town>, {was named teacher of the year|won a $2,000 classroom grant|will retire in June}."),
                              "rate-entry": ("{gradeyourteacher|teacherrank}", "<full> at <school> {- Ratings|| reviews}", "<full>, <school>. {4.1/5|3.4/5 from <d> ratings|4.8/5|2.9 overall|Quality 3.7}. \"{Tough but fair|Nice|Explains well|Funny|A little dry|Talks fast|Knows the stuff}, {lots of homework|strict about phones|easy A|hard tests|gives extra credit|study the slides|cares about students}\""),
                              "listing-self": ("{findpeople|wholives|backgroundfast}", "<full>{, Age <age>|} in <town> - {Phone, Address|Public Records}", "{View|We found} records for <full>, age <age>, <town>. {Phone numbers, relatives and more.|Related to 3 people.}"),
                              "petition-good": ("petitions", "Petition · {Save|Keep|Bring back} <title> <last>{ at <school>|}", "<title> <last> is {the best teacher|loved by everyone} and {was laid off|the district cut <his> position}. {Sign to keep <him>|Tell the board}!")}[kind]
        return Found("web", spin(rng, place) + f".example/{fold(p.given)}-{fold(p.family)}", spin(rng, title, s), spin(rng, text, s | {"role": p.role}))
    elif kind == "spouse":
        o.family = p.family if rng.random() < .6 else o.family
        found.display, found.handle = f"{p.partner or 'Sam'} {o.family}", f"{fold(p.partner or 'sam')}{fold(o.family)}{rng.randint(1, 99)}"
        found.bio, found.location = spin(rng, "{married to <first>|{<first>'s other half|teacher's {husband|wife|spouse}}|Me & <first> ❤️} {est. 20<d2>|}", s | {"d2": rng.randint(10, 25)}), p.town
    elif kind in ("alumni-thanks", "student-teacher"):
        found.bio = spin(rng, "{<school> alum|<sch> '1<d9>} {. everything I know I learned from <title> <last>|. shoutout <title> <last>|}", s | {"d9": rng.randint(0, 9)}) if kind == "alumni-thanks" else spin(rng, "{student teacher|teacher candidate|intern} {with <title> <last>|in <title> <last>'s room} at <school> {🍎|} {State '27|}", s)
        found.captions = [spin(rng, "{Thank you|Grateful for} <title> <last>, {best mentor|my favorite teacher} ever", s)]
    elif kind == "confessions-unnamed":
        found.display, found.handle = spin(rng, "<sch> {confessions|posture check|sleepers|bad parking|crushes}", s), spin(rng, "<s>{.confess|sleeps|parking|.posture|crush}{<d>|26}", s)
        found.bio, found.counts = spin(rng, "{dm submissions|submit by form|all in good fun} {, will take down if asked|, no hate|, anon} {not affiliated w/ school|}", s), official
    elif kind == "bot-parked":
        found.display, found.handle, found.bio = rng.choice([p.full, fold(p.given), f"{p.given}{rng.randint(100, 9999)}"]), f"{fold(p.given)}{fold(p.family)[:3]}{rng.randint(10**5, 10**8)}", ""
        found.counts, found.location = (rng.randint(0, 3), rng.choice([0, rng.randint(5, 4000)]), 0), ""
    elif kind == "fiction":
        found.display, found.bio = spin(rng, "{<title> <last>|<full>} {(RP)|fancast|- a novel|from \"Night Bell\"|OC}", s), spin(rng, "{roleplay account|character page|fictional teacher|indie film|podcast drama} {, not a real person|by @quietlamp|, season 2 soon}", s)
    return found


def tell_pupil(rng: random.Random, kind: str, p: Person, school: School) -> Found:
    """Tell an account that is a pupil's or stands among pupils."""
    s, name = slots_of(rng, p, school), rng.choice(school.pupils)
    platform = rng.choice(["instagram", "tiktok", "snapchat", "threads", "tiktok"])
    low = fold(name.split(" ")[0])
    found = Found(platform, f"{low}{rng.choice(['.', '_', 'x', 'xo'])}{rng.choice([fold(name.split(' ')[-1]), str(rng.randint(1, 99)), 'spam'])}", rng.choice([name, low, name.lower()]), created=draw_date(rng, 2022), counts=count_adult(rng, 4.8),
                  contacts=gather(rng, "pupils", school, p), roster=True)
    if kind == "pupil-own":
        found.bio = spin(rng, "{<sch>|<s> '<yy>|<school>} {🏀|🎻|🎭|💙|} {<title> <last>'s {tribe|1st pd|advisory}|<mascot>|c/o <yr>|}", s | {"yy": rng.randint(27, 31)})
    elif kind == "pupil-tags-teacher":
        found.bio = spin(rng, "{<title> <last>'s fav {student|child|}|<title> <last> hates me 😭|{survivor|prisoner} of <title> <last>'s {4th|2nd|6th} period|tf is <title> <last> yapping ab} {<sch>|c/o <yr>|}", s)
    elif kind == "pupil-class-account":
        found.display, found.handle = spin(rng, "{period <n>|p<n>|{4th|6th} pd} {<last>|w/ <title> <last>}", s | {"n": rng.randint(1, 8)}), spin(rng, "{p<n>|period<n>|class<n>}{.|_}<f>", s | {"n": rng.randint(1, 8)})
        found.bio, found.counts = spin(rng, "{best|worst} {class|period} {at <sch>|fr|} {hw {answers|reminders}|inside jokes|study grp} {<yr>|}", s), count_young(rng)
    else:   # nothing but the name, and pupils around it: seen only in the contacts
        found.display, found.handle = rng.choice([p.family, f"{p.title} {p.family}", fold(p.family)]), f"{fold(p.family)}{rng.randint(1, 9999)}"
        found.counts, found.portrait, found.only = count_young(rng), "none", "profile"
    return found


def make_pair(rng: random.Random, name: str, staff: dict, kind: str, label: tuple[str, str, tuple[str, ...]], found: Found, school: School) -> tuple[dict, dict]:
    """Show what was found in one of the two views, with its answer."""
    view = found.only or rng.choice(["profile", "search"])
    out: dict = {"platform": found.platform, "handle": found.handle, "display_name": found.display}
    if view == "search":
        tail = {"instagram": f"{found.display} (@{found.handle}) • Instagram photos and videos", "facebook": f"{found.display} | Facebook", "tiktok": f"{found.display} (@{found.handle}) | TikTok", "linkedin": f"{found.display} | LinkedIn", "x": f"{found.display} (@{found.handle}) / X"}
        if rng.random() < .1:
            out["display_name"] = tail.get(found.platform, found.display)
        parts = [found.bio.replace("\n", " "), f"Location: {found.location}" if found.location and found.platform in ("linkedin", "facebook") else "", *(found.captions if rng.random() < .6 else [])]
        snippet = " · ".join(x for x in parts if x)
        if not snippet and rng.random() < .5:
            snippet = f"{rng.choice(['See', 'View', 'Discover'])} {rng.choice(['photos and videos from', 'the profile of', 'posts by'])} {found.display} on {found.platform.title()}."
        out["bio"] = snippet if len(snippet) <= 160 else snippet[:157].rstrip() + "..."
    else:
        out |= {"bio": found.bio} | ({"location": found.location} if found.location else {}) | ({"links": found.links} if found.links else {}) | ({"link_back": found.link_back} if found.link_back is not None else {})
        shown = found.platform in OPEN_NETS or (found.platform in ("instagram", "threads", "facebook") and rng.random() < .3)
        if found.created and shown:
            out["created_at"] = found.created.isoformat()
        if found.counts and (found.platform in COUNTING or (found.platform == "facebook" and rng.random() < .5)):
            out |= dict(zip(("followers", "following", "posts"), found.counts, strict=True))
        if found.contacts and found.platform != "web":
            out["contacts"] = found.contacts
    row = {"id": name, "ask": "label", "staff": staff, "found": out}
    if found.roster:
        row["roster"] = school.pupils
    gold = {"id": name, "gold": label[0], "kind": kind, "view": view, "portrait": found.portrait if label[0] == "impersonation" else label[1]}
    if kind == "mock-bare" and found.contacts:
        label = (label[0], label[1], ("student-linked",))
    return row, gold | ({"also": list(label[2])} if label[2] else {})


FAKE_WEIGHTS = {kind: spec[0] for kind, spec in (MOCKS | SCAMS).items()}
FAKE_ALSO = {"hacked-known": ("own",), "clone-bare": ("namesake", "own"), "mock-bare": ("namesake",), "tea-named": ("student-linked",), "mock-edits": ("student-linked",), "romance-alias": ("unrelated", "namesake"), "fake-moved": ("own",)}
LIKELY = [kind for kind in MOCKS if kind.startswith("mock-")]


def list_kinds() -> dict[str, str]:
    """Name every kind with its label."""
    return {kind: story[0] for kind, story in STORIES.items()} | dict.fromkeys(FAKE_WEIGHTS, "impersonation")


def tell_story(rng: random.Random, kind: str, p: Person, school: School, wave: date | None = None) -> tuple[tuple[str, str, tuple[str, ...]], Found]:
    """Tell one found account or page, with its label."""
    if kind in FAKE_WEIGHTS:
        return ("impersonation", "copied", FAKE_ALSO.get(kind, ())), tell_fake(rng, kind, p, school, wave)
    label, _, portrait, also = STORIES[kind]
    tell = {"own": tell_own, "namesake": tell_namesake, "unrelated": tell_unrelated, "student-linked": tell_pupil}[label]
    return (label, portrait, also), tell(rng, kind, p, school)


def plan_year(rng: random.Random, p: Person, school: School) -> list[tuple[str, date | None]]:
    """Decide what a year's search finds for one person: mostly strangers, seldom a fake."""
    def draw(label: str, count: int) -> list[tuple[str, date | None]]:
        kinds = [k for k, story in STORIES.items() if story[0] == label]
        return [(k, None) for k in rng.choices(kinds, [STORIES[k][1] for k in kinds], k=count)]

    total = min(60, 18 + int(rng.expovariate(1 / 14)) + int(10 * p.common))
    own = rng.choice([1, 1, 2, 2, 3, 3, 4, 5, 6])
    share = min(.8, max(.15, rng.gauss(.35 + .45 * p.common, .1)))
    plan = draw("own", own) + draw("namesake", int((total - own) * share)) + draw("unrelated", int((total - own) * (1 - share)))
    plan += draw("student-linked", rng.choices([0, 1, 2], [82, 14, 4])[0])
    if rng.random() < (.16 if "rincipal" in p.role else .05):   # targets attract more than one
        kinds = rng.choices(list(FAKE_WEIGHTS), list(FAKE_WEIGHTS.values()), k=1 + (rng.random() < .3) + (rng.random() < .1))
        plan += [("clone-scam" if k == "principal-giftcards" and "rincipal" not in p.role else k, None) for k in kinds]
    if school.wave and rng.random() < .25:
        plan += [(rng.choice(LIKELY), min(TODAY, school.wave[1] + timedelta(days=rng.randint(0, 6)))) for _ in range(rng.choice([1, 1, 2]))]
    rng.shuffle(plan)
    return plan


def draw_rows(seed: int, people: int) -> Iterator[tuple[dict, dict]]:
    """Yield a year's findings for so many staff members, at realistic base rates."""
    rng, number, done = random.Random(f"stories-{seed}"), 0, 0
    while done < people:
        school = draw_school(rng)
        team = [draw_staff(rng, school) for _ in range(min(people - done, rng.randint(20, 60)))]
        school.colleagues, done = [p for p, _ in team], done + len(team)
        for p, staff in team:
            for kind, wave in plan_year(rng, p, school):
                number += 1
                label, found = tell_story(rng, kind, p, school, wave)
                yield make_pair(rng, f"story-{seed}-{number}", staff, kind, label, found, school)


def draw_fakes(seed: int, count: int) -> Iterator[tuple[dict, dict]]:
    """Yield fakes only, every kind as often as the next, each about another person."""
    rng, kinds = random.Random(f"fakes-{seed}"), list(FAKE_WEIGHTS)
    for number in range(count):
        school = draw_school(rng)
        school.colleagues = [draw_staff(rng, school)[0] for _ in range(4)]
        p, staff = draw_staff(rng, school)
        kind = kinds[number % len(kinds)]
        if kind == "principal-giftcards":
            p.role = staff["role"] = "Principal"
            p.title = rng.choice([p.title.replace("Coach", "Mr."), "Dr."])
        label, found = tell_story(rng, kind, p, school)
        yield make_pair(rng, f"fake-{seed}-{number}", staff, kind, label, found, school)
