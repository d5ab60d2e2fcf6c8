"""The closed lists that every layer uses; they depend on nothing else."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

from scrapers.facts.fact import DatedFact, load_facts


class CaseKind(StrEnum):
    """A closed list. Opinions, topics and sentiment are not on it and never will be."""

    IMPERSONATION = "impersonation"
    STUDENT_LINK = "student-link"
    EXPOSED_CONTACT = "exposed-contact"
    OWN_ACCOUNT_CHANGED = "own-account-changed"
    MOCK_ACCOUNT = "mock-account"
    HARMFUL_PAGE = "harmful-page"


class HarmKind(StrEnum):
    """What closed lists of words tell of a page that names a person with their school or town."""

    SEXUAL = "sexual"
    THREAT = "threat"
    DOXXING = "doxxing"


class WithheldKind(StrEnum):
    """Why of an account nothing but its address and times is kept; of two, the last one counts.

    It is on a site for adults or for dating, it says that a student or someone under 18 runs it, or
    its words are sexual.
    """

    ADULT = "adult"
    MINOR = "minor"
    SEXUAL = "sexual"


class Severity(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """Return the place among all, the worst first."""
        return list(Severity).index(self)


def rank_case(kind: CaseKind, severity: Severity) -> tuple[bool, int]:
    """Return a sort key: harmful pages come first, then the worst."""
    return kind is not CaseKind.HARMFUL_PAGE, severity.rank


class CaseState(StrEnum):
    """What its person says of a case, and how far help is; it follows from the log."""

    NEW = "new"
    OPEN = "open"
    MINE = "mine"
    NAMESAKE = "namesake"
    HARMLESS = "harmless"
    IMPERSONATION = "impersonation"
    REPORTED = "reported"
    REMOVED = "removed"
    REFUSED = "refused"
    MOCK = "mock"
    STUDENT_LINK = "student-link"
    UNLINKED = "unlinked"
    EXPLAINED = "explained"
    FAMILY = "family"
    REMOVAL_ASKED = "removal-asked"
    REMOVAL_DONE = "removal-done"
    RECOVERED = "recovered"
    LOCKED_OUT = "locked-out"
    GIVEN_UP = "given-up"
    GONE = "gone"
    RESTORED = "restored"


class DistrictFindingKind(StrEnum):
    """What looks like the district: an account, a domain, or what a colleague reported."""

    ACCOUNT = "account"
    DOMAIN = "domain"
    TOLD = "told"


class DistrictFindingState(StrEnum):
    """What IT says of it. OURS belongs to the inventory from then on."""

    OPEN = "open"
    OURS = "ours"
    HARMLESS = "harmless"
    IMPERSONATION = "impersonation"


class Decision(StrEnum):
    """What may be said or done about a case.

    `REOPENED` takes back one's own last entry. By `TOLD`, IT told families or staff that it is a
    fake; by `TAKEN_BACK`, it took that or its report back.
    """

    MINE = "mine"
    NAMESAKE = "namesake"
    UNRELATED = "unrelated"
    HARMLESS = "harmless"
    IMPERSONATION = "impersonation"
    REPORTED = "reported"
    REMOVED = "removed"
    REFUSED = "refused"
    MOCK = "mock"
    STUDENT_LINK = "student-link"
    UNLINKED = "unlinked"
    EXPLAINED = "explained"
    FAMILY = "family"
    REMOVAL_ASKED = "removal-asked"
    REMOVAL_DONE = "removal-done"
    RECOVERED = "recovered"
    LOCKED_OUT = "locked-out"
    GIVEN_UP = "given-up"
    SHARED = "shared"
    UNSHARED = "unshared"
    REOPENED = "reopened"
    TOLD = "told"
    TAKEN_BACK = "taken-back"


class Side(StrEnum):
    """Who says or does something about a case: the person it is about, or IT."""

    PERSON = "person"
    IT = "it"


class Means(StrEnum):
    """How a word came in. A link in a mailbox proves less than a page with a sign-in."""

    PAGE = "page"
    LINK = "link"


class StepActor(StrEnum):
    """Who acts next in a case."""

    PERSON = "person"
    IT = "it"
    PLATFORM = "platform"
    SERVICE = "service"
    OPERATOR = "operator"


class CaseStep(StrEnum):
    """What is to be done next in a case."""

    NOTIFY = "notify"
    MEND_ADDRESS = "mend-address"
    ANSWER = "answer"
    CONFIRM = "confirm"
    DECIDE = "decide"
    REPORT = "report"
    WAIT_FOR_ANSWER = "wait-for-answer"
    LOOK = "look"
    CLOSE_AS_CLAIMED = "close-as-claimed"
    ESCALATE = "escalate"
    TAKE_BACK = "take-back"


class EndReason(StrEnum):
    """Why a case ended. IT alone ends none."""

    PROOF = "proof"
    SHOWN = "shown"
    RESTORED = "restored"
    DISMISSED = "dismissed"
    CLAIMED = "claimed"
    SILENT = "silent"
    LAPSED = "lapsed"


class CaseBin(StrEnum):
    """Where a case is for one reader: every page, email and program counts by these."""

    NEEDS_YOU = "needs-you"
    IN_PROGRESS = "in-progress"
    DONE = "done"


class EventKind(StrEnum):
    """FOUND_NOW is what a new query shows first: it may have been there for long."""

    APPEARED = "appeared"
    FOUND_NOW = "found-now"
    CHANGED = "changed"
    VANISHED = "vanished"
    REAPPEARED = "reappeared"
    FLAPPING = "flapping"
    CLEARED = "cleared"


# With these kinds the history of a finding begins.
FIRST_SEEN = frozenset({EventKind.APPEARED, EventKind.FOUND_NOW})


class OwnershipLabel(StrEnum):
    """Whose a finding is; NAMESAKE and UNRELATED are someone else's, with the name or without.

    MINE is what the person declared, said to be theirs, or proved to control, and nothing else.
    ABOUT_ME is a page that speaks of them; a MOCK account was made by others about them.
    """

    MINE = "mine"
    ABOUT_ME = "about-me"
    NAMESAKE = "namesake"
    IMPERSONATION = "impersonation"
    MOCK = "mock"
    UNRELATED = "unrelated"
    UNKNOWN = "unknown"


class FindingGroup(StrEnum):
    """Where a finding is listed for the person, in the order of the list."""

    NEEDS_YOU = "needs-you"
    IN_PROGRESS = "in-progress"
    MINE = "mine"
    ABOUT_ME = "about-me"
    SOMEONE_ELSE = "someone-else"
    GONE = "gone"


class UploadProblem(StrEnum):
    """Why a picture that a person uploaded was not accepted; SEXUAL is what is not kept."""

    UNSUPPORTED = "unsupported"
    MISSING = "missing"
    TOO_LARGE = "too-large"
    TOO_MANY = "too-many"
    UNREADABLE = "unreadable"
    PLAIN = "plain"
    BUSY = "busy"
    SEXUAL = "sexual"


class ConsentAction(StrEnum):
    """What a line of the ledger records. LEFT is by the district; the mailbox reports 'not me'."""

    GIVEN = "given"
    RENEWED = "renewed"
    NARROWED = "narrowed"
    PAUSED = "paused"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"
    REPORTED_NOT_ME = "reported-not-me"
    LEFT = "left"
    EXPIRED = "expired"


class GapKind(StrEnum):
    """Why a source could not be checked: what proves nothing, a missing proof, or no end yet."""

    PARTIAL = "partial"
    BLOCKED = "blocked"
    LIMITED = "limited"
    UNREADABLE = "unreadable"
    FAILED = "failed"
    DECLINED = "declined"
    SKIPPED = "skipped"
    UNPROVEN = "unproven"
    ASKED = "asked"
    LATE = "late"


class CoverageState(StrEnum):
    """What one source came to in a check, for one person. NOT_ASKED: nothing about them."""

    NEWS = "news"
    NO_NEWS = "no-news"
    NOT_CHECKED = "not-checked"
    NOT_ASKED = "not-asked"


class DecisionMaker(StrEnum):
    """Who decided on a case: its person, or IT."""

    PERSON = "person"
    REVIEWER = "reviewer"


class DiffMarkKind(StrEnum):
    """What a piece of text is: the same in both, only in the one, or taken from the other."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"
    COPIED = "copied"


class HoldAction(StrEnum):
    PLACE = "place"
    LIFT = "lift"


class RecordKind(StrEnum):
    """Whose acts an export of public records lists."""

    REVIEWER = "reviewer"
    OPERATOR = "operator"


class RecordAccess(StrEnum):
    """By which way the rows of a table may reach counsel."""

    EXPORTED = "exported"
    OFFICE = "office"
    PERSON = "person"


class Redaction(StrEnum):
    """What a row of an export no longer says."""

    NAME = "name"
    REFERENCE = "reference"
    TIME = "time"
    DETAILS = "details"


class OpeningReason(StrEnum):
    """What opens a case to IT. EARLY_ACCESS opens any case, and a case only.

    DECIDED keeps it open to one reviewer: who has said something of it. Of what its person says is
    theirs, REPORT_BACK shows who reported it where it is, and no more.
    """

    SHARED = "shared"
    CONFIRMED = "confirmed"
    UNANSWERED = "unanswered"
    COUNSEL = "counsel"
    EARLY_ACCESS = "early-access"
    DECIDED = "decided"
    REPORT_BACK = "report-back"


class UndoEffect(StrEnum):
    """Who in IT sees a case once its person undoes what they did last: more, the few, or none."""

    OPENS = "opens"
    NARROWS = "narrows"
    CLOSES = "closes"


class WhoSees(IntEnum):
    """Who in IT sees a case, the fewest first: who reported it sees no more than where it is."""

    NOBODY = 0
    WHO_REPORTED = 1
    WHO_DECIDED = 2
    REVIEWERS = 3


class SourceStage(StrEnum):
    """How far a source is. TESTING asks it what we know already, and it failed that if DOUBTED.

    STOPPED answered at first, and BLOCKED never did.
    """

    WAITING = "waiting"
    TESTING = "testing"
    ASKING = "asking"
    DONE = "done"
    STOPPED = "stopped"
    BLOCKED = "blocked"
    DOUBTED = "doubted"

    @property
    def is_finished(self) -> bool:
        return self in {
            SourceStage.DONE,
            SourceStage.STOPPED,
            SourceStage.BLOCKED,
            SourceStage.DOUBTED,
        }

    @property
    def is_trusted(self) -> bool:
        """Tell whether what it says may be shown: it passed its test, if it had one."""
        return self in {SourceStage.ASKING, SourceStage.DONE, SourceStage.STOPPED}


class HealthLevel(StrEnum):
    """WARN is to be seen to in the coming days; BAD means that something is not done now."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class FieldLikeness(StrEnum):
    """LIKE passes for the same at a glance; PARTLY shares words or entries.

    NOT_COMPARED is what only one of them shows, or what nobody has looked at.
    """

    SAME = "same"
    LIKE = "like"
    PARTLY = "partly"
    DIFFERENT = "different"
    NOT_COMPARED = "not-compared"


class PairSign(StrEnum):
    """What is alike in two accounts, the most telling first; of pictures also that nobody looked.

    BIO_PART is a bio that has whole phrases of the other one.
    """

    PICTURE = "picture"
    BIO = "bio"
    BIO_PART = "bio-part"
    HANDLE = "handle"
    NAME = "name"
    LINKS = "links"
    LOCATION = "location"
    NOT_COMPARED = "not-compared"


class InvitationStatus(StrEnum):
    """The status of an invitation; UNKNOWN also if its person has left."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class StaffLineState(StrEnum):
    """What becomes of a line of a staff file. The last four are read in the file itself.

    CHANGED has an open invitation with other names, another school or title. DECLINED was listed
    before and has no invitation anymore.
    """

    NEW = "new"
    INVITED = "invited"
    CHANGED = "changed"
    ENROLLED = "enrolled"
    LEFT = "left"
    DECLINED = "declined"
    INACTIVE = "inactive"
    STUDENT = "student"
    FAMILY = "family"
    NO_STAFF_ROLE = "no-staff-role"


class ConsentPhase(StrEnum):
    """EXPIRED is one that ran out and can be renewed until everything is erased."""

    ENROLLED = "enrolled"
    PAUSED = "paused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class AllowedReporter(StrEnum):
    """SCHOOL is who reports for the school, from an account or a desk of its own."""

    PERSON = "person"
    REPRESENTATIVE = "representative"
    PARENT = "parent"
    ANYONE = "anyone"
    SCHOOL = "school"


class TakedownHarm(StrEnum):
    """Against what something is taken down. MINOR: somebody under 18 may be shown.

    BRAND: it uses the name or the signs of the district itself.
    """

    IMPERSONATION = "impersonation"
    HARASSMENT = "harassment"
    SEXUAL = "sexual"
    MINOR = "minor"
    HACKED = "hacked"
    CONTACT = "contact"
    BRAND = "brand"


class LetterKind(StrEnum):
    """A message about one account, filled in for who sends it: nothing here sends it."""

    PARENTS = "parents"
    STAFF = "staff"
    CONTACTS = "contacts"
    CORRECTION = "correction"


class LeverKind(StrEnum):
    """What sort of way there is. HASHES keep copies of a picture from being put up again."""

    SCHOOL = "school"
    LAW = "law"
    COMPLAINT = "complaint"
    FORM = "form"
    APPEAL = "appeal"
    RECOVERY = "recovery"
    COPYRIGHT = "copyright"
    HOST = "host"
    SEARCH = "search"
    HASHES = "hashes"
    BROKERS = "brokers"
    OPT_OUT = "opt-out"
    COUNSEL = "counsel"


class ProofRequirement(StrEnum):
    """Whether the platform wants proof of who reports. It goes to them, and never to us."""

    NO = "no"
    SOMETIMES = "sometimes"
    ALWAYS = "always"
    UNKNOWN = "unknown"


class BreachAdvice(StrEnum):
    """What to do about a data breach."""

    SECURE_ACCOUNT = "secure-account"
    CLEAN_DEVICE = "clean-device"
    EXPECT_PHISHING = "expect-phishing"
    EXPECT_SPAM = "expect-spam"


class Scope(StrEnum):
    SEARCH = "search"
    PEOPLE_SEARCH = "people-search"
    PROFILES = "profiles"
    MAIL_ADDRESS = "mail-address"
    MAIL_HASH = "mail-hash"
    BREACHES = "breaches"
    PHOTOS = "photos"
    STUDENT_LINKS = "student-links"


class StudentCue(StrEnum):
    SCHOOL_YEAR = "school-year"
    CLASS_OF = "class-of"
    GRADE = "grade"
    SCHOOL = "school"
    TOWN = "town"
    SEVERAL_NAMES = "several-names"


class ContactKind(StrEnum):
    PHONE = "phone"
    MAIL = "mail"
    HOME = "home-address"


class AuditEndStatus(StrEnum):
    """How the audit log ends, compared with the seals in the database and with the keys.

    CUT: rows that its own seal counts are missing. OLDER: the log is whole, but ends before the end
    that is stored with the keys, like a database that was restored. REPLACED: another row is there.
    """

    WHOLE = "whole"
    CUT = "cut"
    OLDER = "older"
    REPLACED = "replaced"


class SweepKind(StrEnum):
    """CANARIES tests the sources with made-up names, DISTRICT looks for look-alikes of it.

    Both are requested like a sweep.
    """

    SWEEP = "sweep"
    SELFCHECK = "selfcheck"
    PROOF = "proof"
    CANARIES = "canaries"
    DISTRICT = "district"


class AddressConfirmRefusal(StrEnum):
    """Why a code does not change the address. ELSEWHERE: another browser asked for it."""

    OVER = "over"
    ELSEWHERE = "elsewhere"
    TAKEN = "taken"


class AddressRequestRefusal(StrEnum):
    """Why we sent no email to a new address. No reason says whether someone else uses it."""

    FOREIGN = "foreign"
    SAME = "same"
    OFTEN = "often"


class AccountReach(StrEnum):
    """How we see an account that someone says is theirs."""

    WEEKLY = "weekly"
    # Asked for each week, and not seen for longer than that.
    MISSED = "missed"
    # What a search engine shows of it.
    SEARCH = "search"
    NEVER = "never"


class EnrollmentStep(StrEnum):
    """The pages of joining, in their order."""

    READ = "read"
    SCOPES = "scopes"
    NAMES = "names"
    WORK = "work"
    ACCOUNTS = "accounts"
    CHECK = "check"

    @property
    def previous_step(self) -> "EnrollmentStep | None":
        """Return the page that this one leads back to; None for the first."""
        steps = list(EnrollmentStep)
        place = steps.index(self)
        return steps[place - 1] if place else None

    @property
    def next_step(self) -> "EnrollmentStep":
        steps = list(EnrollmentStep)
        return steps[min(steps.index(self) + 1, len(steps) - 1)]


class Role(StrEnum):
    """OPERATOR sees the health of the service and of its email, and no one's findings."""

    STAFF = "staff"
    REVIEWER = "reviewer"
    OPERATOR = "operator"


class DrillOutcome(StrEnum):
    """How a drill ended; `UNCHECKED` says nothing of what would have been found."""

    DONE = "done"
    UNCHECKED = "unchecked"
    UNFOUND = "unfound"
    UNMAILED = "unmailed"


class WaveMark(StrEnum):
    """What the accounts of a wave have in common: a school and network, or what one maker left."""

    PLACE = "place"
    WORDS = "words"
    LINK = "link"
    PICTURE = "picture"


class NoticeKind(StrEnum):
    """What operators and reviewers are told of in their chat; most are kinds of emails, too."""

    DISK_FULL = "disk-full"
    SOURCES_PARKED = "sources-parked"
    ADDRESS_SUPPRESSED = "address-suppressed"
    STAFF_FILE = "staff-file"
    CASE_OPENED = "case-opened"
    LOOKALIKE_SEEN = "lookalike-seen"


class ConsentChannel(StrEnum):
    """How a change of consent reached us. AUTOMATIC: no one acted; the time was up."""

    PORTAL = "portal"
    EMAIL = "email"
    OPERATOR = "operator"
    AUTOMATIC = "automatic"


class Language(StrEnum):
    """What staff pages and emails are written in, by the codes of browsers (BCP 47)."""

    ENGLISH = "en"
    SPANISH = "es"


class EmailCadence(StrEnum):
    """How often a person wants the regular email; what is urgent comes at once in any case."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    ON_NEWS = "on-news"


class EmailState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"


class AuthMethod(StrEnum):
    """How someone proved who they are. An invitation opens the joining pages and no more."""

    LINK = "link"
    INVITATION = "invitation"
    OIDC = "oidc"
    HEADER = "header"
    TOKEN = "token"  # noqa: S105 the name of a way to sign in, and no secret
    DEMO = "demo"


class TokenScope(StrEnum):
    """What an access token may do for its owner, as long as they have its role.

    CALENDAR and FEED are read by their address: a token with one of them can do nothing else.
    """

    OWN_READ = "own:read"
    OWN_ANSWER = "own:answer"
    OWN_CHECK = "own:check"
    OWN_CALENDAR = "own:calendar"
    REVIEW_READ = "review:read"
    REVIEW_OPEN = "review:open"
    REVIEW_FEED = "review:feed"
    OPERATE_READ = "operate:read"
    OPERATE_INVITE = "operate:invite"

    @property
    def role(self) -> Role:
        return _ROLES_OF_SCOPES[self.value.partition(":")[0]]

    @property
    def is_in_address(self) -> bool:
        return self in {TokenScope.OWN_CALENDAR, TokenScope.REVIEW_FEED}


_ROLES_OF_SCOPES: Final[Mapping[str, Role]] = {
    "own": Role.STAFF,
    "review": Role.REVIEWER,
    "operate": Role.OPERATOR,
}


class SiteName(DatedFact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a site or a source spells its name, where capitals of each word are not it."""

    name: str


SITE_NAMES: Final[Mapping[str, str]] = {
    key: site.name for key, site in load_facts("site_names", SiteName).items()
}


def spell_site_name(key: str) -> str:
    """Write the key of a source or a platform (`speaker-deck`) as the site writes its name.

    Which API of a site is meant (`github-api`) is left out.
    """
    key = key.removesuffix("-api")
    return SITE_NAMES.get(key) or " ".join(
        f"{part[:1].upper()}{part[1:]}" for part in key.split("-")
    )
