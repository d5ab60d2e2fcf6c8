"""Draw what public reports say is made about school staff, and what only looks like it.

NASUWT 2014 (7,500 teachers): 64 % of what is written comes from pupils, 27 % from parents, 9 % from
both; of pupils' words 47 insult, 50 are about the teaching (here: as many), 26 come with a picture
(here: taken in class, AI, fake nudes), and 9 threaten (2016). Great Valley 2024 (22 accounts, a
quarter of the staff, the teacher's name as the handle) and Swansea Valley 2021 (school slander) say
where pupils go; Asturias, Vigo and Palma 2018-24 what they do in Spanish; Media Matters 2022 what
lists of adults do; 20minutos 2022 how a clone baits. No report tells how often strangers are the
makers (a fifth here), how one sort of maker's kinds share what is left, nor the mix of innocents:
assumed, mostly evenly. A year brings what the A_YEAR of the detection bench says, by hand.

People, towns and schools are invented. Nothing here knows a rule of the monitor.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

Slots = dict[str, str]
TODAY = date(2026, 11, 30)
FAKE, OWN, NAMESAKE, UNRELATED, INNOCENT = "impersonation own namesake unrelated innocent".split()

# From common to rare: the earlier a name, the more namesakes it has.
_FAMILIES = """Miller Davis Wilson Moore Clark Lewis Walker Hall Adams Baker Nelson Carter Turner
Collins Morris Bell Cooper Reed Bailey Foster Hayes Bryant Ford Wells Dunn Barker Pratt Hale Sutter
Maddox Vance Pruitt Lockhart Brandt Kessler Thorne Ostrow Gantry Winslade Halvorsen Petrakis Dillow
Quarles Ambrosch Teasdale Vandermolen Kittredge Szymko Aldworth Brannigan-Lowe""".split()
_FAMILIES_ES = """Garcia Martinez Lopez Gonzalez Perez Sanchez Torres Flores Rivera Gomez Reyes
Cruz Morales Ortiz Vargas Castillo Mendoza Salazar Fuentes Carrillo Zamora Quintero Villalobos
Arredondo Balderas Escamilla Urrutia Olazabal""".split()
_GIVEN = {
    "f": """Jennifer Lisa Michelle Amy Angela Melissa Laura Heather Nicole Katherine Megan Rachel
Emily Hannah Diane Paula Joanne Tessa Corinne Marlys Bettina""".split(),
    "m": """Michael David James Robert Brian Kevin Jason Eric Scott Andrew Matthew Ryan Greg Todd
Craig Douglas Neil Trevor Wendell Clifton Barrett""".split(),
    "fes": "Maria Ana Claudia Patricia Veronica Lorena Rocio Marisol Yesenia Graciela".split(),
    "mes": "Jose Luis Carlos Jorge Hector Ramon Ernesto Gerardo Octavio Fausto".split(),
}
_NICKS = {
    "Jennifer": "Jen", "Michelle": "Shelly", "Melissa": "Missy", "Katherine": "Katie",
    "Michael": "Mike", "David": "Dave", "James": "Jim", "Robert": "Bob", "Andrew": "Drew",
    "Matthew": "Matt", "Douglas": "Doug", "Patricia": "Pati", "Jose": "Pepe", "Rachel": "Rae",
}
_TOWNS = [a + b for a in ("Tarrow", "Velda", "Orrin", "Quill", "Hesper", "Brackle", "Ondi", "Marl")
          for b in ("mere", "wick", "burn", " Hollow", "sted")]
_STATES = "Ohio Texas Oregon Georgia Iowa Arizona Illinois Florida Maine California".split()

# Parts of sentences: a part in <> is one of its alternatives; "es." takes its place in Spanish.
_GRAMMAR = """
who: <T> <F> | <T> <F> | <F> | bro | this <man> | unc | my opp | lil <f> | the one n only <T> <F>
insult: <who> built like a <thing> | <who> smells like <smell> | why does <who> <habit> | <who> has zero aura | <who> is cooked | free <short> from <T> <F> | <who> caught <habiting> again | <who> lookin like a <thing> today | someone humble <who> pls | <T> <F> jumpscares daily | <F> hairline check | petition to make <T> <F> <habit> less | <who> lost to a <thing>
thing: fridge | traffic cone | thumb | off brand minion | vending machine | wet noodle | shrek extra | microwave | bus driver | npc
smell: expo markers | old coffee | the locker room | printer ink | cafeteria chili | regret
habit: yap all period | wear the same <cloth> | chew so loud | vape in the <spot> | breathe like that | cry in the <spot> | dance at the pep rally
habiting: yapping | lacking | mewing | sleeping at <his> desk | vaping in the <spot> | on tinder
cloth: quarter zip | cardigan | crocs | khakis | polo | jean jacket
spot: staff lot | copy room | gym office | parking lot | room <room>
teach: cant teach to save <his> life | <subject> with <T> <F> is a crime | 47 mins of yapping no lesson | gave me a <score> for breathing | still hasnt graded the <work> from <month> | reads off the slides n calls it <subject> | lost my test then failed me | worst <subject> teacher <short> ever had | whole class failing but its our fault | how <T> <F> got hired idk | send ur <T> <F> moments | quizlet carried us
score: 58 | 41 | 63 | zero
work: essays | labs | packets | midterms
month: august | september | october
lewd: likes em young | freaky <f> fr | into feet dm me | single and searching at <short> | ask me abt the <spot> | hooking up w the <other> teacher | diddy of <short> | touch grass not kids | wants ur toes | caught me w the <other> teacher in room <room>
other: gym | spanish | chem | band | choir
threat: we know where u park <T> <F> | ur tires are next | watch ur back <f> | counting days till u quit
tone: <insult> | <teach>
tones: <tone> | <tone> . <tone> | <tone> | <tone> , <lewd> | <tone> . <run>
run: not affiliated w <short> | dm submissions | ran by students | cry abt it | posts daily | admin cant find us | follow b4 its deleted | class of <yy> | part 2 bc they took the 1st
first: hi im <T> <F> and i <i_do> | i teach <subject> at <short> and i <i_do> | <T> <F> here , <i_do> is my passion | <subject> teacher . <i_am> | yes im <T> <F> . <i_am> | <school> staff . <i_am> | i <i_do> <3 | <i_am>
i_do: love my 8th graders a lil too much | fail kids for fun | smoke on my planning period | cant read | hate all of u | cheat on my <spouse> | eat glue | pick favorites | like little kids | give detention for breathing
i_am: dad of 3 divorced twice | alcoholic but fun | proud hater | single and ready | professional yapper | <short> biggest opp | bald and proud | your moms favorite | built different
quiet: | | | . | <subject> | <school> | teacher | <town> | hey
parody: parody of <T> <F> , not really <him> | fan acc / parody . <tone> | satire dont sue | NOT the real <T> <F> | parody acc ran by <per> period
per: 2nd | 4th | 7th | 3rd
quotes: things <T> <F> says | daily <F> quotes | out of context <T> <F> | "<quote>" - <T> <F> | <T> <F> sightings , send pics | <F>isms since <yy> | pics of <T> <F> teaching til <he> notices
quote: back in my day | thats a you problem | ill wait | the bell doesnt dismiss you | who took my stapler | this is not a democracy
ai: ai <T> <F> says what u want | <f> ai voice , requests open | deepfake <f> sings | i made <T> <F> rap with ai | ai covers by <T> <F>
tea: <short> tea , send urs abt <T> <F> anon | <school> confessions . <T> <F> edition | spill abt <T> <F> n the rest of <short> | dm tea we dont say names (except <T> <F>) | exposing <short> one teacher at a time : <F> u next | anon form in bio . this week : <T> <F> <and_who> | <short> fights n tea . <T> <F> <lewd>
and_who: and the <other> teacher | vs admin | getting fired ?? | caught lacking
slander: <short> slander . today : <T> <F> | rating <short> teachers , <T> <F> got a <digit>/10 | <school> memes . <T> <F> <lewd> | <T> <F> edits n slander <short> | <short> teachers ranked , <T> <F> last | unofficial <school> . <T> <F> <lewd>
nudes: <F> leaks in bio | <T> <F> pics 4 sale | ai undress <f> lol | leaked <T> <F> from <short> link below | hot teacher <G> <F> full vid | <T> <F> of pics dm me
frame: <subject> teacher at <school> , <town> . <bad_view> | educator in <town> , <bad_view> | i teach at <school> and <bad_view> | <school> . <bad_view>
bad_view: half these kids should not be in school | sped kids waste our money | parents here are trash | i teach them what i want not what you want | cant wait to quit on these animals | slow kids get a C and a bus ticket
pupil_lure: <T> <F> homework help , add me on snap | new class acc , message me ur pics for the yearbook | extra credit if u follow . <subject> rm <room> | <T> <F> private acc for my fav students | quiz answers in dm
real: the REAL <T> <F> | backup acc , got banned | main got hacked this is <T> <F> | <T> <F> 2.0 | real one this time trust
watch: Keeping <town> parents informed about <G> <F> and what is taught at <school> . | <G> <F> , <role> at <school> : here is where <he> works and who to call . | Exposing activist teachers in <state> . Latest : <G> <F> , <school> | They won't tell you about <G> <F> . We will . Screenshots welcome . | Names , schools , photos . <town> watch list . <G> <F> is number <digit>
complain: Parents against <T> <F> . My son failed because of <him> . | Fire <G> <F> from <school> . Sign and share . | <T> <F> has to go ! <digit>0 families already joined | Is your kid in <T> <F> class ? Tell us what happened . | <G> <F> should never have been hired by <district>
grant: Hello friends this is my new page , old one hacked . Ask me about the grant | Blessed to share the <money> program with everyone | Proud <role> , helping families get <money> . Inbox me | New account please add me . | <role> at <school> . God first . Text only
money: federal relief grant | community cash aid | teacher stimulus | crypto income
bait: 30 days free , link below | my private page is free this week | come see what i cant post here | lonely <role> , 18+ only , tap the link | subscribe before it's gone
romance: Widowed , one child , looking for something real | Single <role> . God fearing . Honest men only | Trader and mentor . I turn $500 into $5,000 , ask me how | Financial freedom after <digit> years in class . Telegram only | Here to make friends . Love travel and cooking
hacked: Made $7,400 in 48 hours with my coach , ask me how | Bitcoin mining changed my life . Message me | I just got my dream car thanks to @coach_fx | DM me to start investing today | Crypto mentor . No scams
snow: Official <T> <F> . No school tomorrow ! | <role> , <district> . All schools closed , stay warm | School is CANCELLED . - <T> <F> | announcements from ur fav <role>
hobby: runner | plants | dogs over people | true crime | pickleball | gardening | baking | camping | vinyl | thrift finds | quilting | trail miles | bad puns | lake life
life: <hobby> , <hobby> | <spouse> of 10 years , <hobby> | <hobby> . coffee first | mom of two , <hobby> | dad of three . <hobby> | <hobby> and <hobby> in <ostate> | | living in <otown> | Romans 8:28 | chasing toddlers
job: realtor | nurse | software engineer | dental hygienist | photographer | electrician | attorney | barber | personal trainer | musician | accountant | truck driver | author | hair stylist
namesake: <job> in <otown> , <ostate> . <life> | <job> | <life> | <job> . inquiries by email | <otown> <job> since 201<digit> | she/her . <life>
colleague: <osubject> teacher at <oschool> . <life> | Teaching <osubject> in <otown> | Mrs. of room <room> at <oschool> | <oschool> coach and dad
near: <town> native . <life> | <town> , <state> | <job> in <town> | <town> volunteer fire | proud <town> grandparent
junior: <short> '<nn2> | class of 20<nn2> . <sport> #<nn> | <short> <sport> | 5'11 WR/DB 3.7 gpa <oschool> c/o 20<nn2> | he/him . <sport> . 16
sport: track | varsity soccer | jv volleyball | marching band | swim | wrestling | theatre
second: teacher by day , <hobby> by night | <life> | my bookstagram . <hobby> | private , don't request if i teach you | <hobby> acc | <subject> nerd . <life> | new here ! old acc is too full
class: Room <room> at <school> . What we do in <subject> ! | <T> <F>'s <subject> class . Families welcome | <subject> with <T> <F> , <school> . No student faces | <short> <subject> updates , assignments , reminders
shop: <subject> resources for busy teachers | TpT author . <subject> | Lessons I wish I had . <hobby> | presenter , <role> , <hobby>
alias: teacher tired . <hobby> | <subject> person who runs | anonymous teacher rants and memes | <hobby> + grading
linked: <role> at <school> | <subject> Teacher , <district> | Educator . Lifelong learner . <town> | M.Ed. <subject>
club: <school> <sport> . Advisor : <T> <F> | <short> robotics team . Questions ? See <T> <F> in <room> | Official <school> <sport> . Go <mascot>s ! Coach <F> | <short> yearbook , run by students , advisor <T> <F>
thanks: <short> ASB appreciation series . This week we thank <T> <F> ! | Thank you <T> <F> for <digit> years at <school> | <school> PTA . Staff of the month : <G> <F> | Go <mascot>s ! Congrats <T> <F> , <subject> teacher of the year
fans: <G> <F> fan page . Tour dates , edits | not <G> <F> , just a fan | best of <G> <F> , all seasons | daily <G> <F> pics . he follows
pupil: <short> <nn2> . survived <T> <F> 3rd period | <T> <F> favorite student , self proclaimed | <sport> . <short> . i heart <T> <F> class | <subject> haters club . <short>
far_mock: <ofull> slander . today : <T> <F> | <oschool> tea . <T> <F> edition | things <T> <F> says at <oschool> | <oschool> memes , <T> <F> <lewd>
news: <school> teacher <G> <F> wins grant | <G> <F> named <role> at <school> | Students raise $<nn>00 with help from <T> <F> of <school> | Board approves hire of <G> <F> , <subject>
arrest: <otown> man <G> <F> charged after crash | <G> <F> of <otown> sentenced in fraud case | Police seek <G> <F> , last seen in <otown>
rate: <G> <F> at <school> , <town> . <digit>.<digit> of 5 , <nn> ratings . Tough grader , lots of homework | Rate <T> <F> , <subject> , <school> . Helpful : <digit> . Clear : <digit> | <G> <F> reviews , <school> . Read what students say . Best <subject> teacher I had
family_page: <F> family reunion 20<nn2> | In memory of <og> <F> , survived by <G> and <spouse> | <G> and <og> <F> , wedding registry | <og> <F> obituary , <otown> . Survivors include a daughter , <G>
stranger: <life> | <job> . <life> | <ostate>
es.who: <T> <F> | el profe ese | la profe <F> | <F> | este wey
es.insult: <who> parece <thing> | <who> huele a <smell> | <who> no tiene aura | se durmio <who> otra vez | funen a <who> | <who> y su <cloth> de siempre
es.thing: un refri | minion pirata | un tamal | señal de transito | un npc
es.smell: plumon viejo | cafe quemado | la cafeteria
es.cloth: sueter | chaleco | camisa de cuadros
es.teach: no sabe dar <subject> | me reprobo por respirar | puro bla bla y nada de clase | el peor de <subject> en <short> | pierde los examenes y nos culpa | manda tu momento con <T> <F>
es.lewd: le gustan chiquitas | anda con la de español | puro coqueteo en clase | soltero y buscando en <short> | vende sus packs
es.threat: sabemos donde te estacionas | cuidate <f> | ya te cargo
es.run: puro chisme | manden dm | cuenta de alumnos | la 2 pq tumbaron la otra
es.first: hola soy <T> <F> y <i_do> | doy <subject> en <short> . <i_am> | soy <T> <F> . <i_am>
es.i_do: me gusta tocar niños | repruebo por gusto | odio a todos | fumo en el salon
es.i_am: divorciado y feliz | el mas odiado de <short> | borracho pero guapo | su papi
es.quotes: frases de <T> <F> | cosas que dice <T> <F> | <F> fuera de contexto | momentos <T> <F>
es.tea: confesiones <short> , manda la tuya anonimo | chismes de <school> . hoy : <T> <F> | informer <short> . profes y alumnos , <T> <F> cuidado | quemones <short> : <F> eres el siguiente
es.slander: memes de <short> . hoy <T> <F> | calificando profes de <short> , <T> <F> un <digit> | <school> no oficial . <T> <F> <lewd>
es.complain: Padres contra <T> <F> . Reprobo a mi hijo sin razon | Fuera <G> <F> de <school> . Firma y comparte | Queremos que despidan a <G> <F>
es.grant: Hola amigos esta es mi cuenta nueva , me hackearon . Agreguenme | Pregunteme por la ayuda del gobierno | Prestamos rapidos , soy <role> en <town> . Mensaje por WhatsApp
es.romance: Enviude hace poco , busco algo serio | Trabajo en una escuela , busco gente seria | Invierte conmigo y gana por semana
es.parody: parodia de <T> <F> | no soy <T> <F> , es broma | cuenta de humor . <tone>
es.second: maestra y mamá , <hobby> | mi otra cuenta | recetas y <hobby>
es.class: Salón <room> de <school> . Avisos de <subject> | Clase de <T> <F> , padres bienvenidos
es.club: Club de <sport> de <school> . Asesor : <T> <F>
es.namesake: <otown> , <ostate> . Bendecida | Abogado en <otown> | Estilista . Citas por mensaje | Familia , fe y futbol
"""
_RULES = {
    head.strip(): [part.strip() for part in body.split("|")]
    for head, _, body in (line.partition(":") for line in _GRAMMAR.strip().splitlines())
}
_PART = re.compile(r"<([A-Za-z_0-9]+)>")


def expand(random: Random, text: str, slots: Slots, language: str = "") -> str:
    """Put one alternative for each part, until none is left; `language` is "" or "es."."""
    while found := _PART.search(text):
        part = found[1]
        choices = _RULES.get(language + part) or _RULES.get(part) or [slots[part]]
        put = slots[part] if part in slots else random.choice(choices)
        text = text[: found.start()] + put + text[found.end() :]
    return re.sub(r"\s+([.,:!?])", r"\1", " ".join(text.split()))


_SHORT = {"you": "u", "your": "ur", "because": "bc", "with": "w", "about": "abt",
          "please": "plz", "que": "q", "porque": "pq", "and": "n", "really": "rly"}
_TAILS = "fr | ong | no cap | 😭 | 💀💀 | lol | 67 | ngl | jk | istg | 🗣️🔥 | lmaoo | w".split(" | ")
_EMOJI = {"joke": "💀😭🤡🔥🐐👀🦶🤓🗣", "warm": "🍎📚☕🌻✏🐾🎶🏃", "lure": "💰📈💸🔞💋😘🙏", "": " "}


def scrawl(random: Random, text: str, haste: float) -> str:
    """Write as a pupil does on a phone: `haste` of 0 is an adult with a keyboard, 1 the other."""
    words = []
    for word in text.split():
        told = _SHORT.get(word.lower(), word) if random.random() < 0.6 * haste else word
        if len(told) > 4 and random.random() < 0.06 * haste:
            at = random.randrange(1, len(told) - 1)
            told = told[:at] + random.choice(["", told[at] * 2, told[at] * 4]) + told[at + 1 :]
        words.append(told)
    told = " ".join(words)
    if random.random() < 0.7 * haste:
        told = told.lower()
    elif random.random() < 0.1 * haste:
        told = told.upper()
    if random.random() < 0.5 * haste:
        told = re.sub(r"[.,'](?=\s|$)", "", told)
    has_tail = told and haste > 0.3 and random.random() < 0.35 * haste
    return f"{told} {random.choice(_TAILS)}" if has_tail else told


@dataclass(frozen=True)
class Kind:
    """How one kind of account or page is named, worded and met; patterns are parts of the grammar.

    `sort` is its maker (pupil, parent, stranger) or, of what is no fake, its answer. `days` are the
    youngest and the oldest, `crowd` the fewest and most followers.
    """

    sort: str
    networks: list[str]
    handles: list[str]
    names: list[str]
    bio: str
    mood: str
    weight: float
    days: tuple[int, int]
    crowd: tuple[int, int]

    @property
    def gold(self) -> str:
        return FAKE if self.sort in _MAKERS else self.sort


# By maker: NASUWT's 64, 27, and 9 of both in halves, less the fifth of strangers.
_MAKERS = {"pupil": 0.8 * 0.685, "parent": 0.8 * 0.315, "stranger": 0.2}
# Networks, days and crowd, where a kind says none ("-").
_OF_SORT = {
    "pupil": ("tiktok tiktok tiktok instagram instagram snapchat x youtube threads", "2 400", "4 420"),
    "parent": ("facebook facebook facebook x instagram youtube", "3 700", "8 2500"),
    "stranger": ("facebook facebook facebook instagram instagram linkedin x", "3 700", "8 2500"),
    NAMESAKE: ("facebook facebook facebook instagram x linkedin pinterest youtube", "100 4500", "20 900"),
    OWN: ("instagram instagram tiktok facebook pinterest x threads", "100 4500", "20 900"),
    INNOCENT: ("instagram facebook x", "100 4500", "20 900"),
    UNRELATED: ("tiktok instagram facebook x youtube snapchat pinterest", "100 4500", "20 900"),
}
_PATTERNS = {
    "SELF": "<g>.<f>|<g><f>|<g>_<f><nn>|<t>.<f>|<t><f><nn>|<f><g1><nn>",
    "PLAIN": "<g>.<f>|<g><f>|<g1><f><nn>|<g>_<f><nn>|<f><g1><nn>|<g><m1><f>",
    "NAMED": "<T> <F>|<G> <F>|<T> <F>|<t><f>",
}
# Sort ; kind ; networks ; handles ; names ; words ; mood ; weight ; days ; crowd.
_TABLE = """
pupil ; copy in the first person ; - ; SELF ; NAMED ; <first> ; joke ; 2 ; - ; -
pupil ; quiet copy ; - ; SELF ; NAMED ; <quiet> ; - ; 1.3 ; - ; -
pupil ; mock page ; - ; <f>slander|<f>.<short>|not<t><f>|<f>lore|<f>_edits|freaky<f>|lil<f><nn>|<f>isbald|<t><f>burner|<f>.haters|<cut>sux ; <F> slander|<F>|freaky <F>|<T> <F> edits|not <T> <F>|<F> lore|<cut>|<T> <F> ; <tones> ; joke ; 2 ; - ; -
pupil ; mock page with a threat ; - ; fuck<f>|<f>hater<nn>|anti<f>|<f>mustgo ; anti <F>|<F> hate|<T> <F> ; <threat> . <tone> ; joke ; 1.5 ; - ; -
pupil ; labelled parody ; - ; <f>parody|fake<t><f>|<t><f>.parody|notreally<f> ; <T> <F> (parody)|fake <T> <F>|<T> <F> ; <parody> ; joke ; 1 ; - ; -
pupil ; quotes and pictures taken in class ; - ; <f>quotes|<f>isms|<t>_<f>201<digit>|sayings.of.<f>|outofcontext<f> ; <F>isms|<T> <F> quotes|<T> <F>|daily <F> ; <quotes> ; joke ; 2.6 ; - ; -
pupil ; made by AI ; - ; ai<t><f>|<f>.ai|<f>gpt|<t><f>covers ; ai <T> <F>|<F>GPT|<T> <F> ai ; <ai> ; joke ; 0.8 ; - ; -
pupil ; school slander that names somebody ; - ; <short>.slander|<short>memes<nn>|<short>teachers|unofficial<short> ; <short> slander|<school> memes|unofficial <short> ; <slander> ; joke ; 1 ; - ; -
pupil ; tea or confessions that name somebody ; - ; <short>.tea|<short>_confessions|tea.<short>|<short>exposed|confess<short>|<short>fights ; <short> tea|<short> confessions|<school> tea|anon ; <tea> ; joke ; 1 ; - ; 60 950
pupil ; fake nude ; - ; <f>leaks|<g><f>xx|<f>.of|<t><f>leaked ; <F> leaks|<G> <F>|hot <T> <F> ; <nudes> ; joke ; 0.8 ; - ; -
pupil ; words put in the mouth ; - ; <g><f>|<g>.<f>.<short>|<t><f>_<town> ; <G> <F>|<T> <F> ; <frame> ; - ; 0.8 ; - ; -
pupil ; lure for classmates ; - ; <t><f>.class|<f>_hw|<g><f>.private|<t><f>snap ; <T> <F>|<G> <F>|<T> <F> class ; <pupil_lure> ; warm ; 0.6 ; - ; -
pupil ; second copy after a ban ; - ; real<t><f>|<f>backup|<g><f>2|the.real.<f> ; the real <T> <F>|<G> <F>|<T> <F> 2 ; <real> ; joke ; 0.6 ; - ; -
pupil ; false announcement ; - ; <t><f>official|<f>.<short>|<g><f>_official ; <T> <F>|<G> <F> ; <snow> ; - ; 0.4 ; - ; -
parent ; watch list ; - ; <town>watch|<state>parentsknow|woke.<town>|expose<town> ; <town> Watch|<state> Parents Know|Exposed: <G> <F> ; <watch> ; - ; 1 ; - ; -
parent ; petition or exposing page ; web ; petitions.example/fire-<g>-<f>|<town>exposed.example/<f> ; Fire <G> <F> from <school>|<G> <F> exposed|Petition: <T> <F> must go ; <complain> ; - ; 0.8 ; - ; -
stranger ; page of leaked pictures ; web ; leaks.example/<g>-<f> ; <G> <F> leaked|<G> <F> teacher pics ; <nudes> ; - ; 0.5 ; - ; -
parent ; parents against ; - ; fire<f>|<f>out|parentsagainst<f>|no<t><f> ; Fire <T> <F>|Parents against <F>|<G> <F> must go ; <complain> ; - ; 1.5 ; - ; -
stranger ; clone with a grant ; - ; <g>.<f>.<nn><nn>|<g><f>s|<g>_<f>_|<g><f1><f> ; <G> <F>|<G> <M> <F> ; <grant> ; lure ; 1.5 ; - ; -
stranger ; bait for adults ; - ; <g><f>x|<g>.<f>_vip|xo<g><f> ; <G> <F>|<G> ; <bait> ; lure ; 1 ; - ; -
stranger ; romance or coins with the photos ; - ; <g>.<f><nn>|<g><nn><f> ; <G> <F>|<G> <M> ; <romance> ; lure ; 1 ; - ; -
stranger ; own old account, taken over ; - ; <g><f>|<g1><f><nn> ; <G> <F> ; <hacked> ; lure ; 0.6 ; 1200 5200 ; 90 1400
namesake ; namesake with another job ; - ; PLAIN ; <G> <F>|<G> <M>. <F>|<G> <F>, <job> ; <namesake> ; - ; 5 ; - ; -
namesake ; namesake who teaches elsewhere ; facebook facebook facebook instagram x linkedin pinterest youtube tiktok ; SELF ; <G> <F>|<T> <F> ; <colleague> ; warm ; 2 ; - ; -
namesake ; namesake in the same town ; - ; PLAIN ; <G> <F> ; <near> ; - ; 1 ; - ; -
namesake ; namesake still at school ; tiktok tiktok tiktok instagram instagram snapchat x youtube threads ; <g>.<f>.<nn>|<g><f><nn2>|<f><nn> ; <G> <F>|<g>|<G> <F> '<nn2> ; <junior> ; joke ; 1.5 ; - ; -
namesake ; fans of a known namesake ; tiktok tiktok tiktok instagram instagram snapchat x youtube threads ; <g><f>fans|<f>daily|team<g><f> ; <G> <F> Fans|<G> <F> daily ; <fans> ; - ; 0.4 ; - ; 300 90000
namesake ; arrest of a namesake ; web ; <otown>gazette.example/<g>-<f> ; <arrest> ; <arrest> ; - ; 0.4 ; - ; -
own ; own second account ; - ; <n>.<hobby>|<g><m1><f>|<n><f><nn> ; <N> <F>|<G> <M>|<N>|<G> <F> ; <second> ; warm ; 2 ; - ; -
own ; own class account ; instagram x facebook youtube ; <t><f><room>|<t>.<f>.<subject>|<t><f>class|<f>nation ; <T> <F>|<T> <F>'s Class|<T>. <F> ; <class> ; warm ; 1 ; - ; -
own ; own shop or talks ; instagram pinterest youtube ; teachwith<g>|the<subject>lab|<g><f>edu ; Teach with <G>|<G> <F> ; <shop> ; warm ; 1 ; - ; -
own ; own account under an alias ; x reddit tiktok threads ; <subject>nerd<nn>|tired<nn>|<n><nn> ; <N>|tired teacher|<hobby> ; <alias> ; - ; 1 ; - ; -
own ; own work profile ; linkedin ; <g>-<f>-<nn><nn> ; <G> <F>|<G> <M>. <F> ; <linked> ; - ; 1 ; - ; -
innocent ; club that names its advisor ; instagram x facebook ; <short><sport>|<short>.robotics|<mascot><sport> ; <school> <sport>|<short> robotics ; <club> ; warm ; 1 ; - ; 80 1500
innocent ; thanks to a teacher ; - ; <short>asb|<short>.pta|<short>thx ; <short> ASB|<school> PTA ; <thanks> ; warm ; 1 ; - ; -
innocent ; news of the school ; web ; <town>ledger.example/<nn>/<f> ; <news> ; <news> ; - ; 1.5 ; - ; -
innocent ; ratings of teachers ; web ; rateteachers.example/<g>-<f> ; <G> <F> - ratings|<T> <F>, <school> ; <rate> ; - ; 1 ; - ; -
innocent ; family, wedding, obituary ; web facebook ; <f>family.example/<nn> ; <F> family|<G> <F> ; <family_page> ; - ; 0.7 ; - ; -
unrelated ; pupil who names a teacher ; - ; <og><nn2>|<og>.<nn> ; <og>|<og> <nn2> ; <pupil> ; joke ; 0.7 ; - ; -
unrelated ; mock page of another school ; - ; <f>slander<nn>|<f>isms|<t><f>.quotes ; <F> slander|<T> <F> quotes|<F>isms ; <far_mock> ; joke ; 1 ; 3 400 ; -
unrelated ; stranger of that family name ; facebook facebook facebook instagram x linkedin pinterest youtube ; <og><f>|<og>.<f><nn> ; <og> <F> ; <stranger> ; - ; 4 ; - ; -
"""


def _read_kinds() -> Iterator[tuple[str, Kind]]:
    for line in _TABLE.strip().splitlines():
        sort, kind, networks, handles, names, bio, mood, weight, days, crowd = line.split(" ; ")
        told = (one if one != "-" else usual for one, usual in zip((networks, days, crowd), _OF_SORT[sort], strict=True))
        where, ages, followers = (one.split() for one in told)
        yield kind, Kind(
            sort=sort, networks=where, handles=_PATTERNS.get(handles, handles).split("|"),
            names=_PATTERNS.get(names, names).split("|"), bio=bio, mood=mood.strip("-"), weight=float(weight),
            days=(int(ages[0]), int(ages[1])), crowd=(int(followers[0]), int(followers[1])),
        )


KINDS = dict(_read_kinds())
# A person and year, as the A_YEAR of the detection bench; innocent pages are strangers', too.
_YEAR = {NAMESAKE: 6.0, UNRELATED: 2.0, INNOCENT: 2.0, OWN: 0.5, FAKE: 0.01}
_NEAR = {"own class account", "club that names its advisor", "namesake in the same town"}


@dataclass(frozen=True)
class Person:
    """A member of the staff: what the record says, and the words about them."""

    staff: dict[str, object]
    roster: list[str]
    slots: Slots
    common: float
    language: str


def draw_person(random: Random, roster: list[str]) -> Person:
    spanish, sex = random.random() < 0.26, random.choice("fm")
    given = random.choice(_GIVEN[sex + ("es" if spanish else "")])
    names = _FAMILIES_ES if spanish else _FAMILIES
    at = min(int(random.expovariate(3.0) * len(names)), len(names) - 1)
    town, state = random.choice(_TOWNS), random.choice(_STATES)
    level = random.choice(["High School", "Middle School", "High School", "Elementary School"])
    school = f"{random.choice([town, random.choice(_TOWNS)])} {level}"
    subject = random.choice("math biology history Spanish English art chemistry PE band".split())
    role = random.choice([f"{subject} teacher"] * 7 + ["principal", "counselor", "assistant coach"])
    female = sex == "f"
    slots = {
        "g": given.lower(), "G": given, "f": names[at].lower(), "F": names[at],
        "g1": given[0].lower(), "f1": names[at][0].lower(), "M": random.choice("ABCDEJKLMRST"),
        "m1": random.choice("abcdejlmr"), "N": _NICKS.get(given, given),
        "n": _NICKS.get(given, given).lower(), "school": school, "town": town, "state": state,
        "short": "".join(word[0] for word in school.split()), "subject": subject, "role": role,
        "district": f"{town} Unified Schools", "room": str(random.randrange(100, 340)),
        "mascot": random.choice("Heron Badger Comet Otter Pioneer".split()),
        "he": "she" if female else "he", "him": "her" if female else "him",
        "his": "her" if female else "his", "man": "lady" if female else "man",
        "spouse": "husband" if female else "wife",
        "cut": names[at].lower()[: random.choice([3, 4, 5])],
    }
    slots["T"] = random.choice(["Mrs", "Ms", "Miss", "Ms.", "Mrs."] if female else ["Mr", "Mr."])
    handle = expand(random, random.choice(["<g>.<f>", "<g1><f>", "<g><f><M>"]), slots).lower()
    likely = {"facebook": 0.6, "instagram": 0.5, "linkedin": 0.35, "x": 0.2, "pinterest": 0.15}
    handles = {site: handle for site, share in likely.items() if random.random() < share}
    staff: dict[str, object] = {
        "name": f"{given} {names[at]}", "role": role, "school": school, "handles": handles,
        "employer": slots["district"], "location": f"{town}, {state}",
        "bio": expand(random, "<life>", {**slots, "otown": town, "ostate": state}),
        "account_created": f"{random.randrange(2010, 2022)}-0{random.randrange(1, 10)}-12",
        "nicknames": [slots["N"]] if slots["N"] != given else [],
    }
    common = 2.0 if at < 8 else 1.2 if at < 25 else 0.35
    return Person(staff, roster, slots, common, "es." if spanish else "")


def draw_found(random: Random, kind: str, person: Person) -> dict[str, object]:
    """Draw all that stands on one account or page, before somebody looks at it."""
    told = KINDS[kind]
    far = random.choice([town for town in _TOWNS if town != person.slots["town"]])
    title = person.slots["T"]
    if told.sort == "pupil" and person.language and random.random() < 0.5:
        title = random.choice(["profe", "Profe", "maestra" if "s" in title else "el profe"])
    if told.sort == "pupil" and random.random() < 0.12:
        title = random.choice(["mista", "misses", "Coach", "Dr", "mrr", title.lower()])
    slots = {
        **person.slots, "T": title, "t": re.sub(r"\W", "", title.lower()), "otown": far,
        "ostate": random.choice([s for s in _STATES if s != person.slots["state"]]),
        "oschool": f"{far} {random.choice(['High', 'Middle', 'Academy'])}", "ofull": far[:3] + "hs",
        "osubject": random.choice(["music", "algebra", "reading", "science"]),
        "og": random.choice(_GIVEN["f"] + _GIVEN["m"]), "nn": str(random.randrange(10, 99)),
        "nn2": str(random.randrange(26, 31)), "yy": str(random.randrange(24, 28)),
        "digit": random.choice("123456"),
    }
    if kind == "mock page of another school":
        slots |= {"short": slots["ofull"], "school": slots["oschool"]}
    speaks = person.language if random.random() < (0.6 if told.gold != INNOCENT else 0.3) else ""
    haste = 1.0 if told.mood == "joke" or told.sort == "pupil" else 0.12
    bio = scrawl(random, expand(random, told.bio, slots, speaks), haste)
    if bio and told.mood and random.random() < 0.5:
        bio += " " + "".join(random.choices(_EMOJI[told.mood], k=random.choice([1, 1, 2])))
    site = random.choice(told.networks)
    handle = expand(random, random.choice(told.handles), slots).lower()
    name = scrawl(random, expand(random, random.choice(told.names), slots, speaks), 0.5 * haste)
    followers = int(told.crowd[0] * (told.crowd[1] / told.crowd[0]) ** random.random())
    oldest = random.choice([told.days[1]] * 6 + [2200]) if told.gold == FAKE else told.days[1]
    opened = TODAY - timedelta(days=random.randrange(told.days[0], max(oldest, told.days[1])))
    kept = r"[^a-z0-9._/-]" if site in {"web", "linkedin"} else r"[^a-z0-9._]"
    found: dict[str, object] = {
        "platform": site, "display_name": name.strip(), "bio": bio.strip(),
        "handle": re.sub(kept, "", handle), "followers": followers,
        "following": int(followers * random.uniform(0.05, 1.4)), "posts": random.randrange(90),
        "created_at": opened.isoformat(),
    }
    near = kind in _NEAR
    if near or (told.gold == NAMESAKE and random.random() < 0.3):
        found["location"] = slots["town" if near else "otown"]
    if told.gold == OWN and random.random() < 0.25:
        found["link_back"] = True
    return found


_TITLES = {
    "instagram": "{name} (@{handle}) • Instagram photos and videos",
    "tiktok": "{name} (@{handle}) | TikTok", "x": "{name} (@{handle}) / X",
    "facebook": "{name} | Facebook", "youtube": "{name} - YouTube",
    "linkedin": "{name} - {bio} | LinkedIn", "snapchat": "{name} (@{handle}) | Snapchat",
}
_DATED = ("x", "youtube", "reddit", "threads")  # Others tell no stranger when an account was opened.


def show(random: Random, found: dict[str, object], view: str) -> dict[str, object]:
    """Keep what a stranger sees on the network, or what an engine prints of it."""
    site, bio = str(found["platform"]), str(found["bio"])
    if site == "web":
        return {key: found[key] for key in ("platform", "handle", "display_name", "bio")}
    if view == "profile":
        hidden = set() if site in _DATED or random.random() < 0.2 else {"created_at"}
        return {key: value for key, value in found.items() if key not in hidden}
    told = {"name": found["display_name"], "handle": found["handle"], "bio": bio[:40]}
    snippet = bio
    if site in {"instagram", "tiktok"} and random.random() < 0.7:
        snippet = f"{found['followers']} Followers, {found['posts']} Posts - {bio}"
    title = _TITLES.get(site, "{name} (@{handle})").format(**told)
    kept = {key: found[key] for key in ("platform", "handle", "link_back") if key in found}
    return {**kept, "title": title, "snippet": snippet[:155]}


def make_pair(random: Random, kind: str, person: Person, number: str) -> tuple[dict, dict]:
    """Return a row and its answer."""
    view = random.choice(["profile", "search"])
    found = show(random, draw_found(random, kind, person), view)
    row = {"id": number, "ask": "label", "staff": person.staff, "found": found, "roster": person.roster}
    return row, {"id": number, "gold": KINDS[kind].gold, "kind": kind, "view": view}


def _choose_kind(random: Random, gold: str) -> str:
    sort = random.choices(list(_MAKERS), list(_MAKERS.values()))[0] if gold == FAKE else gold
    kinds = [name for name, kind in KINDS.items() if kind.sort == sort]
    return random.choices(kinds, [KINDS[name].weight for name in kinds])[0]


def _draw_people(random: Random, people: int) -> Iterator[Person]:
    roster: list[str] = []
    for at in range(people):
        if at % 10 == 0:
            given = random.choices(_GIVEN["f"] + _GIVEN["m"], k=25)
            roster = [f"{one} {random.choice(_FAMILIES)}" for one in given]
        yield draw_person(random, roster)


def draw_rows(seed: int, people: int) -> Iterator[tuple[dict, dict]]:
    """Yield (row, answer) of what a year brings to so many people."""
    random = Random(f"reports {seed}")
    for at, person in enumerate(_draw_people(random, people)):
        for gold, mean in _YEAR.items():
            rate = mean * (person.common if gold == NAMESAKE else 1.0)
            for number in range(int(rate) + (random.random() < rate % 1)):
                kind = _choose_kind(random, gold)
                yield make_pair(random, kind, person, f"r{at}-{gold}{number}")


def draw_fakes(seed: int, count: int) -> Iterator[tuple[dict, dict]]:
    """Yield fakes only, in the shares of the reports, each about another person."""
    random = Random(f"reports fakes {seed}")
    for at, person in enumerate(_draw_people(random, count)):
        yield make_pair(random, _choose_kind(random, FAKE), person, f"f{at}")
