"""Draw made-up profiles and search results by the statistics of their fields.

Population: what a search for one United States school staff member's name brings up in a year (as of
November 2026): some 15 to 70 accounts and pages, mostly namesakes and unrelated ones, a few own, few
student-linked, rarely a fake. Each kind of account is a set of marginal distributions (age, followers,
following, posts, share with bio, place, link, visible contacts) joined by one Gaussian copula, with its own
habits of handle, display name and bio. Nothing here knows any detection rule.

Where the figures come from (figures only; no row, name or sentence was taken over):
- InstaFake, data of "Instagram Fake and Automated Account Detection", arXiv 1910.03090,
  github.com/fcakyon/instafake-dataset (no license file): 994 real accounts, quantiles 5/25/50/75/95 % of
  followers 77/218/345/516/1002, following 102/267/420/614/1097, posts 1/8/30/79/276, bio empty 39 %, private
  72 %, digits in the handle 11 %; 200 fakes: followers 0/11/30/104/514, following 8/282/1470/2513/6631,
  posts 0/0/0/1/6, bio empty 74 %, digits 55 %, private 33 %.
- "Instagram fake spammer genuine accounts" (Kaggle free4ever1, read in github.com/eliottvalette/
  MLers_IN_Paris, no license file): genuine followers 77/259/668/1746, posts 3/17/74/217/713, bio empty 27 %,
  link 23 %, private 40 %; fakes followers 0/15/40/82/356, following 1/26/71/236/1333, posts 0/0/0/5/40, bio
  empty 86 %, no link, digits 77 %; log-correlation followers-posts .57 (genuine), .34 (fake).
- MIB users and fake followers (github.com/harshitkgupta/Fake-Profile-Detection-using-ML, no license file):
  1,481 people on Twitter: followers 13/45/102/259/1228, following 41/115/226/437/1449, posts
  54/315/992/3029/15238, place 67 %, link 31 %, digits 22 %, underscore 20 %; of two-word names a third put
  both words into the handle, 12 % only the family name, 13 % only the given name, 4 % initial and family name.
- "A deep dive into user display names across social networks", Information Sciences 447 (2018): 45 % use the
  same display name everywhere. "The Doppelgänger Bot Attack", IMC 2015: ordinary people are cloned.
- Pew Research Center 2023 and 2025: Facebook 71 %, Instagram 50 %, TikTok 37 %, Pinterest 35 %, LinkedIn 30 %,
  Snapchat 27 %, X 22 %, Reddit 22 % of adults (LinkedIn 51 % of graduates).
- Press on fakes of staff (Great Valley 2024: a quarter of one staff in one wave). How often staff are faked in
  an ordinary year is not published: 8 % of people with a fake is an assumption, as are all shares not above.

Field conventions where the contract is silent: dates are "YYYY-MM-DD", link_back is a bool (a page known to be
the person's links to the account), contacts' relation is follower, following or friend, a page that is no
account has platform "web" and its address as handle. Schools, towns and websites do not exist.
"""
from __future__ import annotations

import datetime as dt
import math
import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

TODAY = dt.date(2026, 11, 30)
Draft = dict[str, Any]
Levels = tuple[float, float, float, float, float]

# origin: weight, given names (women / men), common family names, rare family names
NAMES: dict[str, tuple[float, str, str, str, str]] = {
    "anglo": (40, "Ashley Karen Megan Brenda Heather Paige Lauren Tammy Beth Courtney Diane Abigail Wendy Hollis", "Brian Kyle Derek Todd Wesley Grant Trevor Clint Russell Bradley Curtis Neil Dustin Alden", "Miller Taylor Clark Turner Parker Bennett Reed Foster Hughes Sanders Palmer Webb", "Thackwray Ellingboe Pruddle Wexcombe Quickfall Haldron Sturtivant Marlpit Tidrick Brackley"),
    "irish": (5, "Maeve Colleen Bridget Siobhan Nora Kathleen", "Declan Brendan Liam Cormac Sean Padraig", "Murphy Kelly O'Brien Sullivan Walsh", "O'Tamhain McGlarren Mac-Quillane Tierlaw"),
    "hispanic": (18, "María Guadalupe Yesenia Xiomara Lucía Marisol Daniela Itzel Rocío Verónica",    "José Luis Efraín Rigoberto Andrés Julián Óscar Gerardo Iván Heriberto",    "García Hernández Martínez López Ramírez Torres Flores Núñez",    "Zaldumbide Ocarrín Villaquirán Peñalmora Tarrazas Urquiola"),
    "black": (9, "Latoya Keisha Imani Tamika Ebony Shanice Monique", "Darnell Tyrone Jamal Marquis Terrence Andre", "Washington Jefferson Williams Jackson Robinson Booker", "Gadsdown Pettifork Ravenel-Toomes Mouzone"),
    "german": (6, "Greta Heidi Ingrid Ursula Katja", "Karl Dieter Otto Klaus Matthias",  "Schmidt Meyer Wagner Becker Schultz", "Krummreich Oberfell Strohnagel Wiedlauf"),
    "italian": (4, "Gianna Carla Francesca Antonella", "Dominic Vincent Marco Rocco", "Russo Romano Esposito Rizzo",   "Cantaforio Mezzalira Scarpuzza Tombarel"),
    "polish": (4, "Agnieszka Kasia Beata Danuta", "Tomasz Piotr Marek Zbigniew", "Kowalski Nowak Wozniak Zielinski",  "Przybyłka Drzewosz Grzymek Chrapczyn"),
    "nordic": (3, "Astrid Solveig Linnea", "Lars Bjorn Henrik", "Johnson Anderson Larsen", "Fjellbo Skaarvik Tungland"),
    "chinese": (4, "Mei Xiaoling Jia Vivian", "Wei Jun Kevin Haoran", "Wang Chen Liu Zhang", "Ouyang Shangguan Miao"),
    "korean": (2, "Eunji Soojin Grace", "Minho Jiwon Daniel", "Kim Park Lee Choi", "Namgoong Seomoon Tak"),
    "viet": (3, "Thuy Linh Kim-Anh", "Tuan Minh Quoc", "Nguyen Tran Pham", "Vuong Khuc Tieu"),
    "filipino": (3, "Marites Jocelyn Analyn", "Rodel Arnel Jun", "Reyes Santos Cruz", "Macaraig Dimaculangan Pangilin"),
    "indian": (5, "Priya Anjali Kavitha Sunita Deepa", "Rajesh Vikram Arjun Sanjay", "Patel Singh Sharma Reddy Kumar",  "Venkatakarthi Chaturbhuj Mulgaokar Iyyappan"),
    "arabic": (3, "Fatima Layla Noor Hanan", "Omar Khalid Yusuf Tarek", "Ahmed Hassan Ali Khan", "Al-Mazroui Bou-Karim Qasrawi"),
    "african": (3, "Ngozi Adaeze Abena Wanjiru", "Chukwuemeka Kwame Tendai Babajide", "Mensah Okafor Diallo",   "Nwachukwike Asantewor Mutasagwa"),
    "slavic": (3, "Oksana Svetlana Milena", "Dmitri Bohdan Goran", "Ivanov Petrov Novak", "Hryhorczuk Vukmanic Zabolotov"),
    "pacific": (2, "Leilani Kehaulani Sina", "Keoni Tevita Manu", "Kealoha Tuilagi", "Kahanaoi Faleafaga"),
    "hebrew": (2, "Shira Miriam Talia", "Eli Avi Moshe", "Cohen Levy Friedman", "Abravelli Zuckerblatt"),
}
NICKNAMES = {"Ashley": "Ash", "Megan": "Meg", "Heather": "Heath", "Lauren": "Lo", "Abigail": "Abby", "Brenda": "Bren", "Courtney": "Court", "Bradley": "Brad", "Russell": "Russ", "Wesley": "Wes", "Trevor": "Trev", "Dustin": "Dusty", "Kathleen": "Kathy", "Guadalupe": "Lupita", "José": "Pepe", "María": "Mari", "Verónica": "Vero", "Luis": "Lucho", "Latoya": "Toya", "Terrence": "Terry", "Francesca": "Frankie", "Dominic": "Dom", "Vincent": "Vinny", "Matthias": "Matt", "Agnieszka": "Aga", "Tomasz": "Tom", "Piotr": "Pete", "Rajesh": "Raj", "Vikram": "Vik", "Priya": "Pri", "Chukwuemeka": "Emeka", "Adaeze": "Ada", "Svetlana": "Lana", "Miriam": "Mimi", "Daniela": "Dani"}
KID_GIVEN = ("Jayden Aaliyah Mateo Brooklyn Kayden Zoe Camila Ethan Nevaeh Aiden Destiny Diego Harper Malik Ximena Owen Kylie Isaiah Savannah Noah Jazlyn Emiliano Peyton Amari Chloe Santiago Riley Anaya Jaxon Mia Tyson Leila Braylen Ruby Ezra Ava Kofi Hana Bao Selah").split()
TOWN_A = "Quarr Tamb Osq Velm Harbl Drell Cressk Wynt Pelv Mirr Gantr Solv Briskl Ekl Nirsh Tirz Lundr Fenv Corv Uld".split()
TOWN_B = "owby|erly|ipan|ont|ington|aton|wick|a Falls|en|er Bluff|ow|y Springs|inville|ero|ock|er Mills|stead|en Creek|y|ow Grove".split("|")
STATES = "OH TX PA GA MI NC AZ WA IL CO FL MO VA NM MN OR CA NY TN KS".split()
FAR = ("Leeds, UK|Toronto|Sydney, Australia|London|Manila|Lagos|Chicago, IL|Denver|Austin, TX|NYC|Los Angeles|Glasgow|Dublin|Phoenix, AZ|Seattle|Bogotá|Monterrey, MX|Atlanta|Miami 🌴|Portland|Johannesburg|Mumbai|Boise, Idaho|earth").split("|")
MASCOTS = "Herons Badgers Comets Otters Rams Lancers Falcons Stallions Miners Coyotes".split()
SUBJECTS = ("math algebra science biology chemistry English history civics art band choir PE Spanish French reading special-ed geometry drama kindergarten health woodshop").split()
ROLES = [("teacher", 60), ("counselor", 5), ("principal", 4), ("assistant principal", 5), ("librarian", 3), ("nurse", 3), ("secretary", 4), ("paraprofessional", 6), ("custodian", 3), ("bus driver", 2), ("band director", 2), ("athletic director", 3)]
JOBS = ("realtor|RN, night shift|software engineer|personal trainer|barber|attorney|truck driver|photographer|pastor|welder|nail tech|grad student|loan officer|DJ / producer|chef|dental hygienist|HVAC guy|author of cozy mysteries|electrician|project manager|esthetician|retired USN|farmer|UX designer|actuary|stay at home mom|firefighter|sales @ a tech firm").split("|")
HOBBIES = "baking running hiking pottery gardening fishing books crochet cycling guitar cars golf thrifting birds photography yoga".split()
HOST = {"instagram": "instagram.com/", "tiktok": "www.tiktok.com/@", "x": "x.com/", "facebook": "www.facebook.com/",
        "youtube": "www.youtube.com/@", "linkedin": "www.linkedin.com/in/", "linktree": "linktr.ee/", "github": "github.com/",
        "pinterest": "www.pinterest.com/", "threads": "www.threads.net/@", "bluesky": "bsky.app/profile/"}
# platform: launch, adult share having one that can be found, share showing creation, counts, contacts; share seen only by search
PLATFORMS: dict[str, tuple[dt.date, float, float, float, float, float]] = {
    "instagram": (dt.date(2010, 10, 6), .50, .25, .95, .30, .50), "tiktok": (dt.date(2018, 8, 2), .30, .15, .97, .20, .45),
    "x": (dt.date(2006, 7, 15), .22, .95, .97, .25, .50), "facebook": (dt.date(2006, 9, 26), .66, .30, .45, .45, .60),
    "snapchat": (dt.date(2011, 9, 1), .15, .05, .08, .02, .50), "youtube": (dt.date(2006, 1, 1), .20, .90, .90, .05, .30),
    "linkedin": (dt.date(2004, 1, 1), .42, .15, .60, .10, .75), "threads": (dt.date(2023, 7, 5), .12, .35, .90, .15, .45),
    "reddit": (dt.date(2006, 1, 1), .08, .95, .50, .02, .30), "bluesky": (dt.date(2023, 3, 1), .05, .90, .98, .50, .15),
    "mastodon": (dt.date(2017, 4, 1), .02, .97, .98, .50, .10), "pinterest": (dt.date(2010, 6, 1), .30, .10, .85, .10, .40),
    "venmo": (dt.date(2011, 1, 1), .20, .15, .0, .35, .30), "github": (dt.date(2008, 4, 1), .03, .90, .95, .30, .20),
    "linktree": (dt.date(2016, 6, 1), .05, .05, .0, .0, .50), "web": (dt.date(1998, 1, 1), .0, .10, .0, .0, .80)}


@dataclass(frozen=True)
class Shape:
    """Marginals of one sort of account: quantiles at 5, 25, 50, 75, 95 % and shares."""
    age: Levels
    followers: Levels
    following: Levels
    posts: Levels
    bio: float
    place: float
    link: float
    private: float
    tie: float  # how far the counts go together


OLD_AGE: Levels = (500, 1700, 3200, 4600, 5900)
PERSONAL = Shape(OLD_AGE, (77, 218, 345, 516, 1002), (102, 267, 420, 614, 1097), (1, 8, 30, 79, 276), .61, .35, .12, .55, .57)
TWEETER = Shape(OLD_AGE, (13, 45, 102, 259, 1228), (41, 115, 226, 437, 1449), (54, 315, 992, 3029, 15238), .85, .67, .31, .06, .57)
PUBLIC = Shape((400, 1300, 2400, 3900, 5600), (77, 259, 668, 1746, 20000), (53, 222, 432, 748, 2187), (3, 17, 74, 217, 713),
               .80, .45, .40, .10, .57)
SECOND = Shape((200, 700, 1500, 2600, 4500), (8, 30, 75, 160, 500), (20, 70, 160, 320, 700), (0, 5, 24, 80, 300), .60, .20, .10, .45, .4)
FORGOTTEN = Shape((2900, 3900, 4700, 5400, 6300), (2, 14, 41, 110, 320), (4, 25, 70, 170, 420), (0, 1, 6, 30, 260), .45, .50, .12, .10, .4)
FRESH = Shape((4, 30, 110, 300, 800), (0, 6, 22, 70, 260), (2, 20, 58, 150, 420), (0, 0, 3, 12, 60), .62, .22, .18, .15, .4)
TEEN = Shape((60, 300, 750, 1400, 2300), (40, 150, 330, 640, 1500), (60, 200, 420, 800, 1700), (0, 2, 6, 14, 60), .58, .08, .08, .60, .4)
CLONE = Shape((2, 9, 38, 150, 1000), (0, 11, 32, 96, 500), (3, 60, 410, 1500, 4800), (0, 0, 1, 6, 28), .55, .30, .08, .30, .34)
LURE = replace(CLONE, link=.45)
MOCK = Shape((3, 18, 75, 330, 1700), (3, 22, 64, 150, 620), (0, 4, 31, 130, 620), (0, 1, 5, 14, 60), .60, .10, .04, .22, .5)
LEWD = Shape((2, 10, 45, 170, 900), (0, 14, 70, 380, 4200), (0, 8, 70, 420, 2600), (0, 2, 7, 22, 120), .82, .20, .55, .15, .4)
PAGE = Shape((200, 900, 1900, 3300, 5200), (30, 110, 270, 620, 2500), (3, 40, 130, 320, 900), (4, 40, 130, 420, 1900), .90, .40, .40, .05, .57)


@dataclass
class Person:
    """One staff member with the truth about the accounts and the part of it the monitor was told."""
    given: str
    family: str
    title: str
    spanish: bool
    common: bool
    nick: str
    former: str
    town: str
    school: str
    abbr: str
    mascot: str
    role: str
    subject: str
    bio: str = ""
    handle: str = ""
    site: str = ""
    born: int = 1980
    opened: dt.date = TODAY
    accounts: dict[str, str] = field(default_factory=dict)
    staff: dict[str, Any] = field(default_factory=dict)
    roster: list[str] = field(default_factory=list)
    circle: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


def pick(rng: random.Random, weights: dict[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def squeeze(text: str) -> str:
    """Reduce a name to the letters a handle may have."""
    plain = unicodedata.normalize("NFKD", text.replace("ł", "l")).encode("ascii", "ignore").decode()
    return "".join(c for c in plain.lower() if c.isalnum())


def draw_name(rng: random.Random, female: bool, origin: str = "") -> tuple[str, str, str, bool]:
    origin = origin or pick(rng, {key: row[0] for key, row in NAMES.items()})
    _, women, men, common, rare = NAMES[origin]
    is_common = rng.random() < .6
    family = rng.choice((common if is_common else rare).split())
    if origin == "hispanic" and rng.random() < .15:
        family += " " + rng.choice(common.split())
    return rng.choice((women if female else men).split()), family, origin, is_common


def draw_full_name(rng: random.Random) -> str:
    given, family, _, _ = draw_name(rng, rng.random() < .5)
    return f"{given} {family}"


def draw_town(rng: random.Random) -> str:
    return f"{rng.choice(TOWN_A)}{rng.choice(TOWN_B)}, {rng.choice(STATES)}"


def draw_school(rng: random.Random, town: str) -> tuple[str, str]:
    root = town.split(",")[0] if rng.random() < .5 else rng.choice(TOWN_A) + rng.choice(TOWN_B)
    level = pick(rng, {"High School": 45, "Middle School": 30, "Elementary": 15, "Jr/Sr High": 5, "Academy": 5})
    initials = "".join(word[0] for word in root.split()) + "".join(word[0] for word in level.replace("/", " ").split())
    return f"{root} {level}", initials.lower()


def draw_level(rng: random.Random, levels: Levels, share: float) -> int:
    """Interpolate a quantile function in log space; share is a place in 0..1."""
    marks = (0.0, .05, .25, .5, .75, .95, 1.0)
    values = (levels[0] * .3, *levels, levels[4] * 4)
    for at in range(6):
        if share <= marks[at + 1]:
            part = (share - marks[at]) / (marks[at + 1] - marks[at])
            low, high = math.log1p(values[at]), math.log1p(values[at + 1])
            return max(0, round(math.expm1(low + part * (high - low))))
    return round(values[-1])


def draw_counts(rng: random.Random, shape: Shape) -> dict[str, int]:
    """Draw age, followers, following and posts together by a one-factor Gaussian copula."""
    factor, found = rng.gauss(0, 1), {}
    for key, load in (("age", .35), ("followers", 1.0), ("following", .6), ("posts", 1.0)):
        weight = math.sqrt(shape.tie) * load
        value = weight * factor + math.sqrt(1 - weight * weight) * rng.gauss(0, 1)
        found[key] = draw_level(rng, getattr(shape, key), .5 * (1 + math.erf(value / math.sqrt(2))))
    return found


def spoil(rng: random.Random, text: str, strength: float) -> str:
    """Write as people in a hurry do: lower case, dropped marks, swapped or lost letters."""
    if rng.random() < strength:
        text = text.lower()
    if rng.random() < strength:
        text = text.replace("'", "").replace(" you ", " u ").replace("your ", "ur ").replace(" and ", " n ")
    for _ in range(3):
        if len(text) > 12 and rng.random() < strength * .4:
            at = rng.randrange(3, len(text) - 3)
            if text[at].isalpha() and text[at + 1].isalpha():
                text = text[:at] + rng.choice((text[at + 1] + text[at], text[at], text[at] * 2 + text[at + 1])) + text[at + 2:]
    return text


def join_parts(rng: random.Random, parts: list[str], emoji: float = .3) -> str:
    parts = [part for part in parts if part]
    sign = rng.choice([" | ", " • ", ". ", "\n", ", ", " / ", " ✨ ", " — "])
    text = sign.join(parts)
    if text and rng.random() < emoji:
        text += " " + "".join(rng.sample(list("🌻📚☕🐶🏀🎶🌵🍎💛🙏🏔🎣⚽🌊✏🧡"), rng.randint(1, 3)))
    return text


def write_life(rng: random.Random, job: str, place: str, spanish: bool = False, work: float = .45) -> str:
    """Compose an adult's bio of one to four free parts."""
    hobby, other = rng.sample(HOBBIES, 2)
    kids = rng.randint(1, 5)
    if spanish and rng.random() < .45:
        pool = [job, f"mamá/papá de {kids}", "bendecida y agradecida", f"amante de {rng.choice(['la cocina', 'los libros', 'el fut', 'los perros'])}",
                place and f"📍{place}", "un día a la vez", "solo familia y amigos", "opiniones mías"]
    else:
        pool = [job, place and rng.choice([f"📍{place}", place, f"{place} born and raised"]), f"{hobby} & {other}", f"{rng.choice(['mom', 'dad', 'parent'])} of {kids}",
                rng.choice(["views my own", "tweets are mine", "RT ≠ agree", "opinions = mine alone"]), f"{rng.choice(['dog', 'cat', 'plant', 'coffee'])} person",
                rng.choice(["Php 4:13", "Be kind", "one day at a time", "grace over grind", "still learning", "Joshua 1:9", "living slow"]),
                rng.choice(["she/her", "he/him", "they/them"]), f"married to my best friend, est. {rng.randint(1995, 2024)}",
                f"will talk about {hobby} for hours", f"class of {rng.randint(1985, 2016)}", f"mostly pictures of {rng.choice(['my kids', 'food', 'the dog', 'sunsets'])}"]
    rng.shuffle(pool)
    pool = pool[:rng.choices([1, 2, 3, 4], [35, 35, 20, 10])[0]]
    if job and job not in pool and rng.random() < work:
        pool.insert(0, job)
    return spoil(rng, join_parts(rng, pool), .12)


def name_job(rng: random.Random, role: str, subject: str, school: str, abbr: str, spanish: bool = False) -> str:
    core = f"{subject} teacher" if role == "teacher" else role
    if spanish and role == "teacher" and rng.random() < .3:
        core = rng.choice(["maestra bilingüe", "profe de " + subject, "docente"])
    return rng.choice([core, core.title(), f"{core} @ {school}", f"{core} at {abbr.upper()}", f"{rng.randint(2, 30)} yrs in education",
                       "educator", f"{core}, {rng.randint(1, 12)}th grade", f"I teach {subject}" if role == "teacher" else core])


def make_handle(rng: random.Random, given: str, family: str, nick: str = "", born: int = 1985) -> str:
    """Build a person's handle with the shares measured on Twitter and Instagram."""
    g, f, n = squeeze(given), squeeze(family.split()[0]), squeeze(nick) or squeeze(given)
    core = rng.choices([g + f, g + "." + f, g + "_" + f, g[0] + f, f + g, f + g[0], n + f, n + rng.choice(HOBBIES), f + rng.choice(["fam", "family", "life", "home"]),
                        "the" + rng.choice([g, f]) + rng.choice(["", f]), n + f[0], g + rng.choice("abcdejklmrst") + f, rng.choice(["just", "its", "mrs", "hey", "xo"]) + n,
                        rng.choice(HOBBIES) + rng.choice(["lover", "addict", "_n_stuff", "girl", "dude"])],
                       [15, 9, 9, 8, 4, 4, 8, 5, 4, 4, 6, 6, 6, 7])[0]
    if rng.random() < .18:
        core += rng.choice([str(born)[2:], str(born), str(rng.randint(1, 99)), str(rng.randint(100, 9999))])
    return core + ("_" if rng.random() < .05 else "")


def fit_handle(platform: str, handle: str) -> str:
    """Bring a handle into the form its network allows."""
    if platform == "bluesky":
        return handle if handle.endswith(".bsky.social") else handle.replace("_", "-").replace(".", "-").strip("-") + ".bsky.social"
    if platform in ("linkedin", "venmo"):
        return handle.replace(".", "-").replace("_", "-").strip("-")
    if platform in ("x", "reddit", "mastodon"):
        return handle.replace(".", "_")[:15 if platform == "x" else 20]
    return handle.replace("_", ".") if platform == "facebook" else handle


def near_handle(rng: random.Random, handle: str) -> str:
    """Change a handle by as little as the network forces a copier to."""
    handle = handle.removesuffix(".bsky.social")
    at = rng.randrange(1, max(2, len(handle) - 1))
    swaps = [(a, b) for a, b in (("l", "1"), ("o", "0"), ("i", "l"), ("e", "3"), ("m", "rn"), ("s", "z")) if a in handle]
    options = [handle + "_", "_" + handle, handle + str(rng.randint(1, 99)), handle[:at] + handle[at] + handle[at:], handle[:at] + handle[at + 1:],
               handle + rng.choice(["_official", ".official", "_real", "_backup", ".2", "_new", "2.0", "_private"]), "real" + handle, "its." + handle,
               handle.replace("_", ".") if "_" in handle else handle[:at] + "." + handle[at:], handle + str(rng.randint(1000, 99999))]
    if swaps:
        options += [handle.replace(*rng.choice(swaps), 1)] * 2
    return rng.choice(options)


def vary_display(rng: random.Random, given: str, family: str, nick: str, former: str) -> str:
    """Draw how an adult signs: 45 % plainly, the rest by nickname, initials, maiden name or less."""
    if rng.random() < .5:
        return f"{given} {family}"
    return rng.choice([f"{given} {rng.choice('ABCDEJKLMRT')}. {family}", f"{nick or given} {family}", given, f"{given} {family[0]}.", f"{given[0]}. {family}",
                       f"{given[0]}{family[0]}", f"{given} {former} {family}" if former else f"{given} {family}", f"{given.lower()} {family.lower()}",
                       f"{given} {family} {rng.choice('🌻📚☕🐾🌈✨🍎🧡')}", nick or given, f"{family}, {given}", f"{given} {family}, {rng.choice(['M.Ed.', 'MBA', 'RN', 'PhD', 'CPA'])}"])


def draw_person(rng: random.Random) -> Person:
    female = rng.random() < .74
    given, family, origin, common = draw_name(rng, female)
    town = draw_town(rng)
    school, abbr = draw_school(rng, town)
    role = pick(rng, dict(ROLES))
    title = "Dr." if role.endswith("principal") and rng.random() < .3 else rng.choice(["Ms.", "Mrs.", "Ms.", "Miss"]) if female else "Mr."
    person = Person(given, family, title, origin == "hispanic", common, NICKNAMES.get(given, ""),
                    draw_name(rng, True)[1].split()[0] if female and rng.random() < .4 else "", town, school, abbr, rng.choice(MASCOTS),
                    role, rng.choice(SUBJECTS), born=rng.randint(1960, 2003))
    person.bio = write_life(rng, name_job(rng, role, person.subject, school, abbr, person.spanish), town, person.spanish)
    person.handle = make_handle(rng, given, family, person.nick, person.born)
    person.site = f"https://{squeeze(person.name)}.example/" if rng.random() < .15 else ""
    person.opened = TODAY - dt.timedelta(days=draw_level(rng, OLD_AGE, rng.random()))
    for platform, row in PLATFORMS.items():
        if rng.random() < row[1]:
            own = person.handle if rng.random() < .5 else make_handle(rng, given, family, person.nick, person.born)
            person.accounts[platform] = fit_handle(platform, own)
    person.accounts = person.accounts or {"facebook": fit_handle("facebook", person.handle)}
    person.roster = [f"{rng.choice(KID_GIVEN)} {draw_name(rng, True)[1]}" for _ in range(rng.randint(18, 45))]
    person.circle = [(draw_full_name(rng), rng.choice([f"{rng.choice(SUBJECTS)} teacher @ {school}", f"{abbr.upper()} {person.mascot}", "", write_life(rng, "educator", town)]))
                     for _ in range(6)] + [(f"{draw_name(rng, rng.random() < .5)[0]} {family}", rng.choice(["", town, write_life(rng, "", town)])) for _ in range(3)]
    known = {platform: handle for platform, handle in person.accounts.items() if rng.random() < .35}
    urls = [u for u in [person.site] if u] + [f"https://{HOST[p]}{h}" for p, h in known.items() if p in HOST and rng.random() < .3]
    words = f"{person.subject} teacher" if role == "teacher" else role
    optional = {"former_names": ([f"{given} {person.former}"] if person.former else [], .4), "nicknames": ([person.nick] if person.nick else [], .5),
                "handles": (known, .95), "employer": (f"{town.split(',')[0]} Unified Schools", .8), "school": (school, .95), "role": (words, .9),
                "location": (town, .85), "known_urls": (urls, .9), "account_created": (person.opened.isoformat(), .45 if known else 0.), "bio": (person.bio, .55 if known else .05)}
    person.staff = {"name": person.name} | {key: value for key, (value, share) in optional.items() if value and rng.random() < share}
    return person


# --- kinds: each builder returns what the account says and the shape of its numbers ---------------------------
def choose_account(rng: random.Random, p: Person) -> tuple[str, str]:
    platform = rng.choice(list(p.accounts))
    return platform, p.accounts[platform]


def choose_shape(rng: random.Random, platform: str) -> Shape:
    return TWEETER if platform in ("x", "bluesky", "mastodon", "threads", "reddit") else PUBLIC if rng.random() < .25 else PERSONAL


def list_contacts(rng: random.Random, pool: list[tuple[str, str]], least: int = 2, most: int = 7) -> list[dict[str, str]]:
    chosen = rng.sample(pool, min(len(pool), rng.randint(least, most)))
    return [{"display_name": n, "bio": b, "relation": rng.choice(["follower", "following", "friend"])} for n, b in chosen]


def list_strangers(rng: random.Random, place: str = "") -> list[tuple[str, str]]:
    return [(draw_full_name(rng), rng.choice(["", "", write_life(rng, rng.choice(JOBS), place or rng.choice(FAR))])) for _ in range(7)]


def list_kids(rng: random.Random, p: Person, from_roster: int) -> list[tuple[str, str]]:
    """List young contacts, some of them written as roster students write themselves."""
    kids = []
    for at in range(rng.randint(4, 8)):
        name = rng.choice(p.roster) if at < from_roster else f"{rng.choice(KID_GIVEN)} {draw_name(rng, True)[1]}"
        first, last = name.split(" ", 1)
        shown = rng.choices([name, name.lower(), f"{first} {last[0]}.", f"{first} {rng.choice('🏀💅🎮⚽🦋🔥')}", first.lower() + "." + squeeze(last)], [50, 14, 14, 8, 14])[0]
        kids.append((shown, rng.choice(["", "", f"{p.abbr} '{rng.randint(27, 32)}", "💛", f"{p.abbr.upper()} {rng.choice(['vball', 'soccer', 'band', 'track'])}", "sc: ask"])))
    return kids


def build_own(rng: random.Random, p: Person, kind: str) -> tuple[Draft, Shape]:
    platform, handle = choose_account(rng, p)
    hobby, last = rng.choice(HOBBIES), squeeze(p.family)
    job = name_job(rng, p.role, p.subject, p.school, p.abbr, p.spanish)
    bio = rng.choices([p.bio, spoil(rng, p.bio, .8), write_life(rng, job, p.town, p.spanish), write_life(rng, "", p.town, p.spanish)], [18, 20, 40, 22])[0]
    draft: Draft = {"platform": platform, "handle": handle, "display_name": vary_display(rng, p.given, p.family, p.nick, p.former), "bio": bio,
                    "location": p.town, "contacts": list_contacts(rng, p.circle + list_strangers(rng, p.town)[:4]),
                    "links": [p.site or f"https://linktr.ee/{p.handle}"], "back": .22}
    if kind == "own_main":
        return draft, choose_shape(rng, platform)
    draft["platform"] = pick(rng, {"instagram": 5, "tiktok": 3, "x": 2, "youtube": 2, "facebook": 2, "pinterest": 2, "reddit": 1, "threads": 1})
    if kind == "own_second":
        draft |= {"handle": make_handle(rng, p.nick or p.given, p.family, p.nick, p.born), "back": .05, "bio": rng.choice(["", "the real me lol", "close friends only", "spam acct", "private. " + bio]),
                  "display_name": rng.choice([p.nick or p.given, p.given.lower(), f"{p.given} (2)", f"{p.given} {p.family}", f"{p.given[0]} {p.family}"])}
        return draft, SECOND
    if kind == "own_hobby":
        draft |= {"handle": rng.choice([f"{last}{hobby}", f"{hobby}with{squeeze(p.given)}", f"{squeeze(p.given)}_{hobby}", f"{hobby}.in.{squeeze(p.town.split(',')[0])}"]),
                  "display_name": rng.choice([f"{p.given} • {hobby}", f"{hobby.title()} with {p.given}", p.name, f"The {p.family} {hobby} log"]),
                  "bio": join_parts(rng, [f"{hobby} after school hours", rng.choice([f"{p.given} from {p.town}", "slow progress, happy hands", "weekend posts", job])]), "back": .15}
        return draft, PUBLIC if rng.random() < .4 else SECOND
    if kind == "own_business":
        trade = rng.choice(["photography", "tutoring", "home baking", "lesson plan shop", "wreaths", "lawn care", "summer camps"])
        draft |= {"handle": last + squeeze(trade), "display_name": rng.choice([f"{p.family} {trade.title()}", f"{p.name} | {trade}"]), "back": .3,
                  "bio": f"{trade.capitalize()} by {p.given}. {rng.choice(['Book by message', 'Orders open', 'DM for prices', 'Serving ' + p.town])}",
                  "links": [f"https://{last}{squeeze(trade)}.example/"]}
        return draft, PUBLIC
    if kind in ("own_class", "own_coach"):
        who = rng.choice(["Coach", "Coach " + p.given]) if kind == "own_coach" else p.title
        topic = rng.choice(["track", "soccer", "softball", "wrestling", "jazz band"]) if kind == "own_coach" else p.subject
        stem = squeeze(who) + last
        draft |= {"handle": rng.choice([stem, f"{stem}_{topic}", f"{stem}{p.abbr}", f"{p.abbr}_{topic}_{last}", f"{stem}sclass", f"room{rng.randint(2, 320)}_{last}"]),
                  "display_name": rng.choice([f"{who} {p.family}", f"{who} {p.family}'s {topic}", f"{p.school} {topic} - {who} {p.family}", p.name]),
                  "bio": spoil(rng, join_parts(rng, [f"{topic} at {p.school}", rng.choice(["class news for families", f"Go {p.mascot}!", "no DMs from students please", "homework reminders", "avisos para las familias"]),
                                                     rng.choice(["", f"run by {p.title} {p.family}", f"est. {rng.randint(2016, 2026)}"])]), .15), "back": .35}
        return draft, SECOND if rng.random() < .6 else PAGE
    if kind == "own_old":
        draft |= {"platform": pick(rng, {"x": 4, "facebook": 3, "pinterest": 3, "youtube": 2, "instagram": 2}), "back": .02,
                  "handle": make_handle(rng, p.nick or p.given, p.former or p.family, p.nick, p.born),
                  "display_name": rng.choice([f"{p.given} {p.former or p.family}", p.nick or p.given, p.name, f"{p.given[0]} {p.former or p.family}"]),
                  "location": rng.choice([p.town, draw_town(rng), rng.choice(FAR)]), "contacts": list_contacts(rng, list_strangers(rng) + p.circle[-3:]),
                  "bio": rng.choice(["", f"{rng.choice(['junior', 'senior', 'freshman'])} @ state. {rng.choice(HOBBIES)}", "just here to look around", "ask me", write_life(rng, "future teacher", "")])}
        return draft, FORGOTTEN
    draft |= {"platform": pick(rng, {"threads": 5, "bluesky": 4, "tiktok": 4, "mastodon": 1, "instagram": 2, "linkedin": 1}), "back": .25,
              "handle": p.handle if rng.random() < .6 else near_handle(rng, p.handle),
              "bio": rng.choices([p.bio, spoil(rng, p.bio, .6), "", "new here", "trying this one out. " + bio], [30, 15, 25, 15, 15])[0]}
    return draft, FRESH


def build_namesake(rng: random.Random, p: Person, kind: str) -> tuple[Draft, Shape]:
    platform = pick(rng, {"facebook": 20, "linkedin": 19, "instagram": 19, "x": 10, "tiktok": 9, "youtube": 6, "pinterest": 5, "threads": 3, "reddit": 1, "venmo": 3, "github": 2, "bluesky": 1, "linktree": 1, "snapchat": 1})
    place = draw_town(rng) if rng.random() < .55 else rng.choice(FAR)
    job, born = rng.choice(JOBS), rng.randint(1950, 2008)
    shape = choose_shape(rng, platform)
    draft: Draft = {"platform": platform, "handle": make_handle(rng, p.given, p.family, p.nick, born), "display_name": vary_display(rng, p.given, p.family, p.nick, ""),
                    "links": [rng.choice([f"https://{squeeze(p.name)}{rng.randint(2, 99)}.example/", f"https://linktr.ee/{squeeze(p.name)}{born}"])], "back": 0.}
    while squeeze(p.family.split()[0]) not in squeeze(draft["handle"] + draft["display_name"]):
        draft["display_name"] = vary_display(rng, p.given, p.family, p.nick, "")
    if rng.random() < .07:
        shape = FRESH
    elif rng.random() < .12:
        shape = FORGOTTEN
    if kind == "namesake_profession":
        place = draw_town(rng)
        school, abbr = draw_school(rng, place)
        subject = p.subject if rng.random() < .3 else rng.choice(SUBJECTS)
        job = name_job(rng, "teacher", subject, school, abbr, p.spanish)
        if rng.random() < .35:
            draft |= {"display_name": f"{p.title} {p.family}", "handle": rng.choice([squeeze(p.title + p.family), squeeze(p.title + p.family) + abbr, f"{squeeze(p.title + p.family)}_{subject}"])}
            job = f"{subject} @ {school}"
    elif kind == "namesake_town":
        place = p.town
    elif kind == "namesake_family":
        place = p.town if rng.random() < .7 else place
        draft["display_name"] = rng.choice([f"{p.name} Jr.", f"{p.name} III", f"{p.name} Sr", p.name, f"{p.given[0]}. {p.family}"])
    elif kind == "namesake_teen":
        shape, job = TEEN, rng.choice(["", f"{rng.choice(['volleyball', 'band', 'hoops', 'soccer'])} 🤍", f"c/o '{rng.randint(27, 31)}", f"{draw_school(rng, draw_town(rng))[1]} {rng.randint(27, 31)}"])
    elif kind == "namesake_athlete_fans":
        sport = rng.choice(["football", "baseball", "hoops", "wrestling", "nascar"])
        draft |= {"handle": rng.choice([f"{squeeze(p.family)}edits", f"{squeeze(p.name)}fans", f"{squeeze(p.family)}_{sport}", f"daily{squeeze(p.family)}"]), "platform": rng.choice(["instagram", "tiktok", "x"]),
                  "display_name": rng.choice([f"{p.name} fan page", f"{p.family} edits 🔥", f"{p.name} updates"])}
        job, shape = rng.choice([f"{sport} edits daily", f"fan page for the {sport} player {p.name}", f"#{rng.randint(1, 99)} supporters, not {p.given} himself"]), PAGE
    elif kind == "namesake_memorial":
        years = f"{rng.randint(1925, 1975)} - {rng.randint(2005, 2026)}"
        draft |= {"platform": rng.choice(["web", "facebook"]), "handle": f"remember.example/{squeeze(p.name)}", "display_name": rng.choice([f"{p.name} obituary", f"In memory of {p.name}", f"Remembering {p.name}"])}
        job, shape = f"{p.name} ({years}) of {place}, {rng.choice(['survived by children and grandchildren', 'worked as a ' + rng.choice(JOBS), 'services were held in spring'])}", PAGE
        if draft["platform"] == "facebook":
            draft["handle"] = "remembering" + squeeze(p.name)
    fixed = kind in ("namesake_memorial", "namesake_athlete_fans")
    draft["bio"] = job if fixed else write_life(rng, job, place if kind != "namesake_teen" else "", p.spanish and rng.random() < .5, .8 if kind == "namesake_profession" else .45)
    draft["must"] = fixed
    if platform == "linkedin" and rng.random() < .7 and job and not fixed:
        draft["bio"] = f"{job.capitalize()} {rng.choice(['at a regional firm', '· open to work', 'with ' + str(rng.randint(3, 30)) + ' years of experience', ''])}".strip()
    draft |= {"location": place, "contacts": list_contacts(rng, list_strangers(rng, place) + [(f"{draw_name(rng, True)[0]} {p.family}", "")])}
    return draft, shape


def build_unrelated(rng: random.Random, p: Person, kind: str) -> tuple[Draft, Shape]:
    last, topic = squeeze(p.family), rng.choice(["chess club", "robotics", "yearbook", "drama", "key club", "PTA", "boosters", "marching band", "girls soccer", "class of 2027"])
    draft, shape = build_namesake(rng, p, "namesake_ordinary")
    other_given, other_family, _, _ = draw_name(rng, rng.random() < .5)
    if kind == "partial_name":
        given, family = rng.choice([(other_given, p.family), (p.given, other_family), (other_given, other_family), (p.given + " " + other_given, other_family)])
        draft |= {"handle": make_handle(rng, given, family), "display_name": vary_display(rng, given, family, "", ""), "links": [f"https://{squeeze(given + family)}.example/"]}
    elif kind == "relative":
        draft |= {"handle": make_handle(rng, other_given, p.family), "display_name": f"{other_given} {p.family}", "location": p.town, "links": [f"https://{squeeze(other_given)}.example/"], "contacts": list_contacts(rng, p.circle), "back": .03}
    elif kind == "handle_collision":
        draft |= {"handle": rng.choice([p.handle, near_handle(rng, p.handle), rng.choice(list(p.accounts.values()))]), "display_name": f"{other_given} {other_family}", "links": [f"https://{squeeze(other_family)}.example/me"]}
    elif kind == "brand":
        trade = rng.choice(["Plumbing", "& Sons Roofing", "Bakery", "Law Group", "Motors", "Family Dental", "Farms", "Realty", "Boutique", "Brewing"])
        draft |= {"handle": last + squeeze(trade), "display_name": f"{p.family} {trade}", "bio": join_parts(rng, [rng.choice(["family owned since ", "open daily, est. "]) + str(rng.randint(1948, 2022)), draw_town(rng), "call for a quote"]),
                  "links": [f"https://{last}{squeeze(trade)}.example/"]}
        shape = PAGE
    elif kind == "school_page":
        draft |= {"platform": rng.choice(["instagram", "facebook", "x", "web"]), "handle": f"{p.abbr}_{squeeze(topic)}", "display_name": f"{p.school} {topic}", "location": p.town, "links": [f"https://{p.abbr}.example/{squeeze(topic)}"],
                  "bio": join_parts(rng, [rng.choice([f"Advisor: {p.title} {p.family}", f"Sponsor {p.name}", f"Coach {p.family}", f"questions? see {p.title} {p.family}"]), f"Go {p.mascot}!", rng.choice(["", "meetings Thursdays", "tryouts in August", "official page"])])}
        draft |= {"must": True, "back": .08} | ({"handle": draft["links"][0][8:]} if draft["platform"] == "web" else {})
        shape = PAGE
    elif kind == "school_chatter":
        draft |= {"platform": rng.choice(["instagram", "tiktok", "snapchat"]), "handle": f"{p.abbr}{rng.choice(['.tea', 'confessions', '_fights', 'sleeping', '.parking'])}{rng.choice(['', '_', '26'])}", "location": "",
                  "display_name": f"{p.abbr.upper()} {rng.choice(['tea ☕', 'confessions', 'parking jobs', 'sleeping'])}", "bio": spoil(rng, rng.choice(["send in dms", "anonymous, no names", "not school affiliated", "dm submissions"]), .4), "contacts": list_contacts(rng, list_kids(rng, p, 0))}
        shape = MOCK
    else:
        town, age = draw_town(rng), rng.randint(22, 91)
        texts = {"people_search": (f"{p.name}: address, phone, relatives", rng.choice([f"{p.name}, age {age}, lives in {town}. May be related to {other_given} {p.family}.", f"Found {rng.randint(3, 120)} records for {p.name} in {town.split(', ')[1]} and other states.",
                                                                                   f"Phone numbers and past addresses of {p.name} ({age})"]), f"find-people.example/{last}-{squeeze(p.given)}"),
                 "news_mention": (rng.choice([f"{p.school} staff honored at dinner", f"{town.split(',')[0]} results", "Board minutes, regular session", f"Local {p.subject} teacher wins grant"]),
                                  rng.choice([f"… {p.name} said the {topic} had raised money for the trip …", f"… motion by {other_given} {other_family}, second by {p.name} …", f"… {p.given[0]}. {p.family} ({town.split(',')[0]}) finished in 24:{rng.randint(10, 59)} …",
                                              f"… {p.title} {p.family}, who works at {p.school}, was named …"]), f"daily-ledger.example/{rng.randint(2012, 2026)}/{rng.randint(1000, 9999)}"),
                 "place": (f"{p.family} {rng.choice(['Street', 'Park', 'Hall', 'County', 'Creek Trail'])}", f"Directions and hours. {town}", f"maps.example/{last}{rng.randint(1, 99)}")}
        shown, bio, handle = texts[kind]
        draft = {"platform": "web", "handle": handle, "display_name": shown, "bio": bio, "location": "", "links": [], "contacts": [], "back": 0.}
        shape = PAGE
    return draft, shape


def write_mock(rng: random.Random, p: Person, kind: str) -> str:
    """Compose what pupils write under a teacher's name; mild words stand for worse ones."""
    who, grade = f"{p.title} {p.family}", rng.choice(["6th", "7th", "8th", "freshman", "soph"])
    claims = {"mock_plain": [p.bio, f"{p.subject} teacher at {p.school}", f"teaching {p.subject} since {rng.randint(1890, 2015)}", "i love my job", f"{p.abbr} staff", "hi students follow back", f"official page of {p.name}"],
              "mock_title": ["i will give u detention", "put ur phones away", f"your fav {p.subject} teacher", f"{p.subject} is my life n i have no friends", "no u may not go to the bathroom", f"room {rng.randint(100, 320)} survivors", "extra homework 4 every follow"],
              "mock_insult": ["still hasnt graded our tests", f"worst {p.subject} teacher ever", "smells like old coffee", "cant teach wont teach", f"{p.family} is an opp", "bald and proud", "fr the biggest hater at school"],
              "mock_tea": [f"spilling {who} tea", f"who has {p.family} tea", "all the lies exposed", f"{grade} grade knows", "anonymous box below", f"what {p.family} did in 3rd period"],
              "mock_edits": [f"{p.family} edits", "best edits only", "ib: the whole class", f"{p.family} lore account", f"aura +{rng.randint(10, 9999)}", "slow mo hallway walks"],
              "mock_sleeping": [f"{p.family} caught lackin", "sleeping in class pics", f"catching {p.family} yawning", "send ur best pics", f"{rng.randint(1, 60)} naps and counting"],
              "mock_fanclub": [f"{p.family} fan club", f"we love {who}", f"{p.family} for president", "join the cult", f"{p.family} supremacy", "all hail"],
              "mock_ai": [f"ai {who}", "made with ai dont sue", f"{p.family} sings", "all voices fake lol", f"ai videos of {p.abbr} teachers"]}
    latin = ["la profe mas odiada", "manda fotos al dm", "cuenta falsa jaja", f"{p.family} nos deja 20 tareas", "nadie le entiende", "el profe mas chismoso", f"puro {p.abbr}"]
    pool = list(latin) if kind == "mock_spanish" else claims[kind] + (rng.sample(latin, 1) if p.spanish else [])
    tails = ["parody", "satire!!", "not affiliated w the school", f"{p.abbr} {rng.randint(26, 30)}", "dm submissions", "don't snitch", "run by 2 ppl", "we r not them", f"{grade} grade", "part 2 bc they took the first", "follow before its gone"]
    parts = rng.sample(pool, rng.choice([1, 1, 2])) + (rng.sample(tails, 1) if rng.random() < .5 else [])
    text = spoil(rng, join_parts(rng, parts, 0), .45)
    return text + ("".join(rng.sample(list("😭💀🔥🤓😴☕👑🙏😈"), rng.randint(1, 3))) if rng.random() < .45 else "")


def build_mock(rng: random.Random, p: Person, kind: str) -> tuple[Draft, Shape]:
    last, title = squeeze(p.family), squeeze(rng.choice([p.title, p.title, "mr", "ms", "mrs", "coach", "profe" if p.spanish else "miss"]))
    word = rng.choice("freaky crusty goofy stinky bald sus yapping npc opp mid cringe evil lazy grumpy broke dusty".split())
    seed_words = {"mock_plain": [squeeze(p.name), f"{squeeze(p.given)}.{last}", f"{squeeze(p.given)}_{last}", last], "mock_title": [title + last, f"{title}.{last}", f"{title}_{last}", f"the.real.{title}{last}", f"not{title}{last}"],
                  "mock_insult": [word + last, f"{word}.{title}.{last}", f"{last}is{word}", f"ihate{last}", f"{last}_hater"], "mock_tea": [f"{last}tea", f"{last}.exposed", f"tea_on_{last}", f"{p.abbr}{last}tea"],
                  "mock_edits": [f"{last}edits", f"{last}.editz", f"{last}lore", f"{last}isms", f"daily{last}"], "mock_sleeping": [f"{last}sleeping", f"{last}_naps", f"sleepy{last}", f"{title}{last}asleep"],
                  "mock_fanclub": [f"{last}fanclub", f"{last}.stan", f"we.love.{title}{last}", f"{last}nation"], "mock_ai": [f"ai.{title}{last}", f"{last}ai", f"{title}{last}.ai"], "mock_spanish": [f"profe{last}", f"la.profe.{last}", f"profe_{last}_odiada", f"maestra{last}"],
                  "mock_quiet": [squeeze(p.name), title + last, last + p.abbr, f"{title}_{last}"], "tea_page": [f"{p.abbr}tea", f"{p.abbr}.exposed", f"{p.abbr}confess", f"{p.abbr}_teachers", f"{p.abbr}drama"]}
    shown = {"mock_plain": [p.name, p.name.lower(), f"{p.given} {p.family[0]}"], "mock_title": [f"{p.title} {p.family}", f"{title} {last}", f"{title.upper()} {p.family.upper()}", f"not {p.title} {p.family}"], "mock_insult": [f"{word} {title} {last}", f"{word} {p.family}", f"{p.family} haters"],
             "mock_tea": [f"{p.family} tea ☕", f"{p.title} {p.family} exposed"], "mock_edits": [f"{p.family} edits", f"{p.family} lore", f"{p.family}isms"], "mock_sleeping": [f"{p.family} sleeping 😴", f"sleepy {title} {last}"],
             "mock_fanclub": [f"{p.family} fan club", f"{p.title} {p.family} stans 🫶"], "mock_ai": [f"AI {p.title} {p.family}", f"{p.family} (AI)"], "mock_spanish": [f"Profe {p.family}", f"la profe {last}", f"Profa {p.family} 😭"],
             "mock_quiet": [p.name, f"{p.title} {p.family}", p.family], "tea_page": [f"{p.abbr} tea ☕", f"{p.abbr.upper()} confessions", f"{p.abbr} exposed", f"{p.mascot} drama"]}
    handle = rng.choice(seed_words[kind])
    if rng.random() < .5:
        handle += rng.choice(["_", "__", str(rng.randint(1, 99)), p.abbr, "." + p.abbr, "_" + p.abbr, "69", "backup", "v2", "x", str(rng.randint(100, 9999)), "official", ".fr"])
    if rng.random() < .12:
        handle = handle.replace("o", "0").replace("i", "1")
    bio = "" if kind == "mock_quiet" else rng.choice([f"{p.family} is next", f"{p.title} {p.family} we know what u did", f"tea abt {title} {last} coming", f"rate {p.title} {p.family} in comments"]) + rng.choice([" ☕", "", " 👀", ". dms open"]) \
        if kind == "tea_page" else write_mock(rng, p, kind)
    name = rng.choice(shown[kind]) if rng.random() < .9 else handle
    return {"platform": pick(rng, {"tiktok": 46, "instagram": 32, "snapchat": 7, "x": 5, "youtube": 4, "threads": 2, "reddit": 2, "facebook": 2}), "handle": handle, "display_name": name, "bio": bio, "location": rng.choice([p.school, p.town, "ur moms house", "detention", "Ohio"]),
            "links": [rng.choice(["https://ngl.example/", "https://linktr.ee/"]) + handle], "contacts": list_contacts(rng, list_kids(rng, p, rng.choice([0, 0, 1, 3]))), "back": 0., "must": kind == "tea_page"}, MOCK


def build_clone(rng: random.Random, p: Person, kind: str) -> tuple[Draft, Shape]:
    platform, handle = choose_account(rng, p)
    lure = {"clone_scam": ["New account, old one got hacked", "my other page is locked, add me here", "text me first, private matter", "God fearing, single parent", "DM me about the grant program"],
            "lure_crypto": ["Forex & crypto mentor, ask me how", "turned $500 into $6,200 this week", "helping teachers retire early 📈", "inversiones seguras, escríbeme", "join my mining group"],
            "lure_market": ["selling concert tickets, deposit holds", "puppies to a good home, small fee", "house for rent, message for details", "used laptops from school cheap", "vendo muebles, solo transferencia"],
            "lure_giftcard": ["in a meeting, text only", "are you available? need a quick favor", "need gift cards for staff appreciation", "school office line is down, write me here"]}
    draft: Draft = {"platform": platform, "handle": near_handle(rng, handle) if rng.random() < .65 else rng.choice([squeeze(p.name) + str(rng.randint(1, 9999)), f"{squeeze(p.given)}.{squeeze(p.family)}{rng.randint(1, 999)}", squeeze(p.family + p.given) + rng.choice(["", "_edu", "hq"])]),
                    "display_name": p.name if rng.random() < .75 else vary_display(rng, p.given, p.family, p.nick, p.former), "location": p.town if rng.random() < .7 else rng.choice(FAR),
                    "links": [p.site or f"https://{HOST.get(platform, 'linktr.ee/')}{handle}"], "back": 0., "contacts": list_contacts(rng, list_strangers(rng) + p.circle[:2]),
                    "must": kind not in ("clone_scam", "clone_acquaintance"), "after": p.opened}
    if kind == "hacked_own":
        text = rng.choice(lure["lure_crypto"] + ["new number, message me", "Big thanks to my account manager"])
        return draft | {"handle": handle, "bio": rng.choice([text, f"{p.bio} {text}"]), "after": dt.date.min, "contacts": list_contacts(rng, p.circle), "links": [f"https://{rng.choice(['earn-now', 'fx-desk', 'coin-coach'])}.example/{rng.randint(10, 999)}"], "back": .2}, choose_shape(rng, platform)
    if kind == "clone_acquaintance":
        inside = rng.choice([p.bio, f"{p.bio} again", f"living in {p.town.split(',')[0]} and regretting it", "finally honest", "ask my ex", f"{p.nick or p.given} unfiltered", ""])
        return draft | {"bio": inside, "contacts": list_contacts(rng, p.circle), "display_name": rng.choice([p.name, f"{p.nick or p.given} {p.family}", f"{p.given} {p.former or p.family}"])}, FRESH
    if kind == "lewd":
        lines = [f"{rng.choice(['spicy', 'naughty', 'uncensored'])} {p.subject} teacher 🍑", "18+ only 🔥", "leaked pics in link", "after school content 😈", f"{p.given} without the cardigan", "private page, subs half off", "contenido exclusivo 🔥"]
        return draft | {"platform": pick(rng, {"x": 5, "instagram": 4, "reddit": 3, "snapchat": 2, "linktree": 2, "tiktok": 2}), "display_name": rng.choice([p.name, f"{p.given} 🔥", f"{p.title} {p.family} 🍑", f"naughty {p.title} {p.family}"]),
                        "handle": rng.choice([f"spicy{squeeze(p.family)}", f"{squeeze(p.name)}xo", f"{squeeze(p.title + p.family)}_18", near_handle(rng, p.handle), f"{squeeze(p.given)}.unlocked"]),
                        "bio": spoil(rng, join_parts(rng, rng.sample(lines, rng.randint(1, 2)), 0), .25), "links": [f"https://{rng.choice(['private-room', 'subs-only'])}.example/{squeeze(p.given)}"]}, LEWD
    copied = rng.choices([p.bio, spoil(rng, p.bio, .7), p.bio[:max(8, len(p.bio) // 2)], ""], [40, 20, 10, 30])[0]
    text = rng.choice(lure[kind])
    if kind == "clone_scam":
        draft["bio"] = copied if rng.random() < .7 else text
    else:
        draft |= {"bio": text if rng.random() < .6 else f"{copied} {text}".strip(), "links": [rng.choice([f"https://t.me/{squeeze(p.given)}{rng.randint(10, 999)}", "https://wa.me/1", f"https://fx-desk.example/{rng.randint(1, 99)}"])]}
    if kind == "lure_giftcard":
        draft |= {"display_name": rng.choice([f"{p.title} {p.family}", p.name, f"{p.school} office - {p.family}"]), "platform": rng.choice(["facebook", "instagram", "linkedin", "x"])}
    return draft, CLONE if kind == "clone_scam" else LURE


def build_student(rng: random.Random, p: Person, kind: str) -> tuple[Draft, Shape]:
    name = rng.choice(p.roster)
    if kind == "student_same_family":
        name = f"{rng.choice(KID_GIVEN)} {p.family}"
        p.roster[rng.randrange(len(p.roster))] = name
    first, last = name.split(" ", 1)
    teacher = rng.choice([f"{p.title} {p.family}", p.family, squeeze(p.title) + squeeze(p.family)])
    draft: Draft = {"platform": pick(rng, {"instagram": 40, "tiktok": 34, "snapchat": 12, "youtube": 5, "x": 3, "threads": 3, "reddit": 1, "pinterest": 2}), "handle": make_handle(rng, first, last, "", rng.randint(2008, 2014)),
                    "display_name": name if kind == "student_same_family" else rng.choice([name, name, first, f"{first} {last[0]}", name.lower(), f"{first} 🤍"]), "must": rng.random() < .7, "location": p.town, "links": [], "back": 0., "contacts": list_contacts(rng, list_kids(rng, p, rng.randint(1, 4)), 4, 8),
                    "bio": spoil(rng, join_parts(rng, rng.sample([f"{p.abbr} '{rng.randint(27, 32)}", f"{teacher} survivor", f"{teacher} 3rd period 🫶", rng.choice(["vball", "hoops", "band kid", "track"]), "dm me", f"{p.mascot} 💛", "no hables si no sabes"], 2)), .4)}
    if kind == "student_anonymous":
        draft |= {"handle": rng.choice(["user", "xo", "lil", "not", "real"]) + squeeze(rng.choice(KID_GIVEN)) + str(rng.randint(1, 9999)), "display_name": rng.choice([".", "💀", "who", f"{p.abbr} kid", "anon"]), "contacts": list_contacts(rng, list_kids(rng, p, 4), 5, 8),
                  "bio": rng.choice(["", f"{teacher} best teacher", p.abbr, f"shoutout {teacher}", "🖤"])}
    elif kind == "student_club":
        club = rng.choice(["gsa", "anime club", "student council", "robotics", "k-pop club", "cheer"])
        draft |= {"handle": f"{p.abbr}{squeeze(club)}{rng.choice(['', '_', '26'])}", "display_name": f"{p.abbr.upper()} {club}", "must": True, "bio": join_parts(rng, ["student run", f"pres {rng.choice([name, first + ' ' + last[0]])}", f"adv {teacher}"])}
    return draft, TEEN if kind != "student_club" else SECOND


Builder = Callable[[random.Random, Person, str], tuple[Draft, Shape]]
# label, builder, weight of each kind inside its label in an ordinary year
KINDS: dict[str, tuple[str, Builder, dict[str, float]]] = {
    "own": ("own", build_own, {"own_main": 46, "own_second": 10, "own_hobby": 8, "own_business": 5, "own_class": 9, "own_coach": 3, "own_old": 12, "own_new_network": 7}),
    "namesake": ("namesake", build_namesake, {"namesake_ordinary": 70, "namesake_profession": 8, "namesake_town": 4, "namesake_family": 4, "namesake_teen": 6, "namesake_athlete_fans": 3, "namesake_memorial": 5}),
    "unrelated": ("unrelated", build_unrelated, {"partial_name": 38, "people_search": 16, "news_mention": 14, "brand": 9, "handle_collision": 6, "relative": 6, "school_page": 6, "place": 3, "school_chatter": 2}),
    "mock": ("impersonation", build_mock, {"mock_plain": 18, "mock_title": 20, "mock_quiet": 12, "mock_insult": 12, "mock_edits": 9, "mock_fanclub": 7, "mock_tea": 6, "mock_sleeping": 5, "mock_spanish": 4, "mock_ai": 3, "tea_page": 6}),
    "clone": ("impersonation", build_clone, {"clone_scam": 40, "clone_acquaintance": 9, "lewd": 13, "lure_crypto": 12, "lure_market": 7, "lure_giftcard": 9, "hacked_own": 10}),
    "student": ("student-linked", build_student, {"student_personal": 60, "student_anonymous": 15, "student_club": 13, "student_same_family": 12})}


def show_profile(rng: random.Random, draft: Draft, shape: Shape) -> dict[str, Any]:
    """Keep what the network lets a stranger see of one account."""
    platform = draft["platform"]
    launch, _, sees_date, sees_counts, sees_contacts, _ = PLATFORMS[platform]
    found: dict[str, Any] = {"platform": platform, "handle": draft["handle"], "display_name": draft["display_name"]}
    counts, private = draw_counts(rng, shape), rng.random() < shape.private
    if platform == "web" or draft.get("must") or rng.random() < shape.bio:
        found["bio"] = draft["bio"]
    elif rng.random() < .3:
        found["bio"] = ""
    if draft["location"] and platform not in ("tiktok", "snapchat", "venmo") and rng.random() < shape.place:
        found["location"] = draft["location"]
    if rng.random() < sees_date:
        earliest = launch + dt.timedelta(days=rng.randint(10, 900))
        opened = max(earliest, TODAY - dt.timedelta(days=counts["age"] + 1), draft.get("after", earliest))
        found["created_at"] = min(opened, TODAY - dt.timedelta(days=rng.randint(1, 20))).isoformat()
    if draft["links"] and rng.random() < shape.link:
        found["links"] = draft["links"]
    if rng.random() < draft["back"]:
        found["link_back"] = True
    elif rng.random() < .35:
        found["link_back"] = False
    if rng.random() < sees_counts:
        found |= {key: counts[key] for key in ("followers", "following", "posts") if platform != "linkedin" or key == "followers"}
    if draft["contacts"] and not private and rng.random() < sees_contacts:
        found["contacts"] = draft["contacts"]
    return found


def show_result(rng: random.Random, draft: Draft, shape: Shape) -> dict[str, Any]:
    """Show the account as a line of search results: a name and at most 160 characters."""
    platform, shown = draft["platform"], draft["display_name"]
    bio = draft["bio"].replace("\n", " ") if platform == "web" or draft.get("must") or rng.random() < shape.bio else ""
    if platform != "web" and rng.random() < .35:
        frame = rng.choice([f"{shown} (@{draft['handle']}) on {platform.title()}.", f"{platform.title()} profile of {shown}.", f"Posts and photos by {shown}."])
        place = f" {draft['location']}." if draft["location"] and platform in ("linkedin", "facebook") and rng.random() < shape.place else ""
        bio = f"{frame}{place} {bio}".strip()
    found = {"platform": platform, "handle": draft["handle"], "display_name": shown}
    return found | ({"bio": bio[:159].rstrip() + "…" if len(bio) > 160 else bio} if bio else {})


def make_pair(rng: random.Random, person: Person, group: str, kind: str, number: str) -> tuple[dict, dict]:
    label, build, _ = KINDS[group]
    draft, shape = build(rng, person, kind)
    if draft["platform"] != "web":
        draft["handle"] = fit_handle(draft["platform"], draft["handle"])
    search = kind != "student_anonymous" and rng.random() < PLATFORMS[draft["platform"]][5] * (.3 if group == "student" else 1)
    if group == "student" and search:
        draft["must"] = True
    found = show_result(rng, draft, shape) if search else show_profile(rng, draft, shape)
    if group == "student" and not search and (kind == "student_anonymous" or rng.random() < .8):
        found["contacts"] = draft["contacts"]
    row = {"id": number, "ask": "label", "staff": dict(person.staff), "found": found}
    if group == "student" or (not search and rng.random() < (.5 if "contacts" in found else .08)):
        row["roster"] = list(person.roster)
    return row, {"id": number, "gold": label, "kind": kind, "view": "search" if search else "profile"}


def plan_year(rng: random.Random, person: Person) -> list[tuple[str, str]]:
    """Choose which kinds a year of searching this name brings up."""
    total = min(80, max(10, round(rng.lognormvariate(math.log(42 if person.common else 24), .35))))
    plan = [("own", pick(rng, KINDS["own"][2])) for _ in range(min(9, 1 + sum(rng.random() < .3 for _ in range(9))))]
    if rng.random() < .14:
        plan += [("student", pick(rng, KINDS["student"][2])) for _ in range(1 + (rng.random() < .4) + (rng.random() < .2))]
    if rng.random() < .08:
        group = "mock" if rng.random() < .62 else "clone"
        while True:
            plan.append((group, pick(rng, KINDS[group][2])))
            if rng.random() > .35:
                break
    share = .68 if person.common else .28
    plan += [(group, pick(rng, KINDS[group][2])) for group in ("namesake" if rng.random() < share else "unrelated" for _ in range(max(4, total - len(plan))))]
    rng.shuffle(plan)
    return plan


def draw_rows(seed: int, people: int) -> Iterator[tuple[dict, dict]]:
    """Yield (row, gold) for so many staff members, each with an ordinary year of findings."""
    for at in range(people):
        rng = random.Random(f"habits-{seed}-{at}")
        person, seen, number = draw_person(rng), set(), 0
        for group, kind in plan_year(rng, person):
            for _ in range(5):
                row, gold = make_pair(rng, person, group, kind, f"h{seed}-{at}-{number}")
                key = (row["found"]["platform"], row["found"]["handle"].lower())
                if key not in seen:
                    seen.add(key)
                    number += 1
                    yield row, gold
                    break


def draw_fakes(seed: int, count: int) -> Iterator[tuple[dict, dict]]:
    """Yield only fakes, all kinds in equal shares, each of another person."""
    kinds = [(group, kind) for group in ("mock", "clone") for kind in KINDS[group][2]]
    for at in range(count):
        rng = random.Random(f"habits-fakes-{seed}-{at}")
        group, kind = kinds[at % len(kinds)]
        yield make_pair(rng, draw_person(rng), group, kind, f"hf{seed}-{at}")
