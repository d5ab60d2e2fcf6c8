"""What a district decides, as values, and what the environment says: where the file is, secrets."""

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import timedelta
from email.utils import parseaddr
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from monitor.domain.conduct_policy import PolicyTexts, load_own_policy_texts, parse_policy_texts
from monitor.domain.detection.weights import Weights, load_own_weights, parse_weights
from monitor.domain.errors import ConfigError
from monitor.domain.person import build_operator_id, build_reviewer_id
from monitor.domain.vocabulary import Language

if TYPE_CHECKING:
    from monitor.domain.district.inventory import DistrictInventory

Text = Annotated[str, Meta(min_length=1)]
# A district's file must have it; `me` and the first steps of `init` do without.
NeededInFile = Annotated[str, Meta(extra={"needed": True})]
DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


class ConfigSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file; a key it does not know is refused, since it is most likely a typo."""


class BudgetedConfig(ConfigSection, frozen=True, kw_only=True):
    """How many requests the source gets on one UTC day and in one ISO week; none is no limit.

    Its canaries count, so that a budget they use up leaves nothing for people.
    """

    per_day: Annotated[int, Meta(ge=1)] | None = None
    per_week: Annotated[int, Meta(ge=1)] | None = None

    @property
    def has_contradictory_budget(self) -> bool:
        if self.per_day is None or self.per_week is None:
            return False
        return self.per_week < self.per_day


class SearxNGConfig(BudgetedConfig, frozen=True, kw_only=True):
    """`canary` is a query for which this instance surely has a result."""

    url: Text
    engines: tuple[Text, ...] = ()
    canary: Text = "wikipedia"
    allow_private: tuple[Text, ...] = ()


class BlueskyConfig(BudgetedConfig, frozen=True, kw_only=True):
    """`canary` is an account that surely exists: the network's own, never a private person's.

    `pictures` is the only origin of the network's profile pictures.
    """

    enabled: bool = True
    url: Text = "https://public.api.bsky.app"
    pictures: Text = "https://cdn.bsky.app"
    canary: Text = "bsky.app"
    allow_private: tuple[Text, ...] = ()


class SiteCatalogConfig(BudgetedConfig, frozen=True, kw_only=True):
    """`files` are more site lists in the WhatsMyName format; each site has the same budget."""

    own: bool = True
    files: tuple[Path, ...] = ()


class PageSourcesConfig(BudgetedConfig, frozen=True, kw_only=True):
    """Pages that people named as their own, their feeds, and the first `hits` of each answer.

    `known_page` and `known_feed` are an institution's, which surely exist: the canaries.
    """

    hits: Annotated[int, Meta(ge=0, le=10)] = 3
    known_page: Text = "https://www.iana.org/about"
    known_feed: Text = "https://planet.debian.org/rss20.xml"


class SearchEngineConfig(BudgetedConfig, frozen=True, kw_only=True):
    """A search engine, which its own table turns on. Its key is never in the file.

    `url` is for your own gateway in front of it, and `canary` for a query that surely has a result.
    If empty, the engine's defaults apply.
    """

    url: str = ""
    canary: str = ""
    allow_private: tuple[Text, ...] = ()


class BraveConfig(SearchEngineConfig, frozen=True, kw_only=True):
    """`news` is a separate source, with its own budget of the same size.

    `storage_granted` says that your plan, or Brave in writing, lets you store results. Without it,
    the words of a result are deleted 60 days after it was last shown.
    """

    news: bool = True
    storage_granted: bool = False


class SerperConfig(SearchEngineConfig, frozen=True, kw_only=True):
    """`notice_read` says that someone has read what this engine resells, and accepts it."""

    notice_read: bool = False


class AlertFeedsConfig(BudgetedConfig, frozen=True, kw_only=True):
    """Alert feeds that people paste on their pages, and `district_feeds` of the district's name.

    `origins` are those of the alert services; empty means Google's.
    """

    district_feeds: tuple[Text, ...] = ()
    origins: tuple[Text, ...] = ()
    allow_private: tuple[Text, ...] = ()


class ProfileApiConfig(BudgetedConfig, frozen=True, kw_only=True):
    """A profile API, which its own table turns on.

    `canary` is an account that surely exists (`@handle`): the service's own, never a private
    person's. `canary_name` is a name that its search surely finds: a small server may have no one
    with the most common name. `seconds_between` is the pause after each answer; the default suits
    use without a key; with one it can be shorter. If empty, the source's defaults apply.
    """

    url: str = ""
    canary: str = ""
    canary_name: str = ""
    seconds_between: Annotated[float, Meta(ge=0.1, le=3600)] | None = None
    allow_private: tuple[Text, ...] = ()


class BreachesConfig(ProfileApiConfig, frozen=True, kw_only=True):
    """With `k_anonymity`, no address leaves this machine; the plans Pro and High RPM have it."""

    k_anonymity: bool = False


class AppProfileApiConfig(ProfileApiConfig, frozen=True, kw_only=True):
    """An API that needs a token for your application; `token_url` issues it.

    If empty, the service's own address applies, as with `url`.
    """

    token_url: str = ""


class StackExchangeConfig(ProfileApiConfig, frozen=True, kw_only=True):
    """`sites` are the API's names of sites; the budget is for all of them together."""

    sites: tuple[Text, ...] = ("stackoverflow",)


class FediverseDialect(StrEnum):
    """How a server of the fediverse answers strangers."""

    MASTODON = "mastodon"
    ACTIVITYPUB = "activitypub"


class FediverseServerConfig(ProfileApiConfig, frozen=True, kw_only=True):
    """One server of the fediverse. `domain` is in its handles, if that is not its host.

    `pictures` are the origins of its pictures, if other than its own.
    """

    url: Text
    domain: str = ""
    pictures: tuple[Text, ...] = ()
    speaks: FediverseDialect = FediverseDialect.MASTODON


class WordPressConfig(ProfileApiConfig, frozen=True, kw_only=True):
    """One WordPress site: `url` is its home page."""

    url: Text


class SourcesConfig(ConfigSection, frozen=True, kw_only=True):
    """What has a table is asked; Bluesky and the catalog are unless they are turned off."""

    alerts: AlertFeedsConfig | None = None
    brave: BraveConfig | None = None
    gdelt: SearchEngineConfig | None = None
    kagi: SearchEngineConfig | None = None
    mojeek: SearchEngineConfig | None = None
    serper: SerperConfig | None = None
    searxng: SearxNGConfig | None = None
    bluesky: BlueskyConfig = BlueskyConfig()
    github: ProfileApiConfig | None = None
    gitlab: ProfileApiConfig | None = None
    gravatar: ProfileApiConfig | None = None
    have_i_been_pwned: BreachesConfig | None = None
    reddit: AppProfileApiConfig | None = None
    twitch: AppProfileApiConfig | None = None
    youtube: ProfileApiConfig | None = None
    stack_exchange: StackExchangeConfig | None = None
    fediverse: tuple[FediverseServerConfig, ...] = ()
    wordpress: tuple[WordPressConfig, ...] = ()
    sites: SiteCatalogConfig = SiteCatalogConfig()
    pages: PageSourcesConfig | None = None


Port = Annotated[int, Meta(ge=1, le=65535)]


class MailSecurity(StrEnum):
    """How the connection to the mail server is protected; `relay` is for a trusted one."""

    STARTTLS = "starttls"
    TLS = "tls"
    RELAY = "relay"


class MailConfig(ConfigSection, frozen=True, kw_only=True):
    """Without a host, emails are written to the state folder as .eml files.

    With a `token_file`, XOAUTH2 is used, and the token is read again for each email.
    `return_path` is where bounces go; `{id}` in it is replaced with the email's ID.
    """

    sender: Text
    reply_to: str = ""
    host: str = ""
    port: Port = 587
    security: MailSecurity = MailSecurity.STARTTLS
    user: str = ""
    token_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Meta(gt=0, le=600)] = 60.0
    return_path: str = ""
    per_second: Annotated[float, Meta(gt=0, le=1000)] = 1.0


class BouncesConfig(ConfigSection, frozen=True, kw_only=True):
    """The mailbox that bounces go to, over IMAP. Its password is the secret `bounces-password`.

    With a `token_file`, XOAUTH2 is used, and the token is read again each time.
    """

    host: Text
    port: Port = 993
    security: MailSecurity = MailSecurity.TLS
    user: Text
    mailbox: Text = "INBOX"
    token_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: Annotated[float, Meta(gt=0, le=600)] = 60.0


SOCKET_PREFIX = "unix:"
# Where the provider of a sign-in sends people back to: districts register it there.
CALLBACK_PATH = "/sign-in/account/back"
# Where a provider describes itself, below its issuer (OpenID Connect Discovery 1.0).
DISCOVERY_PATH = "/.well-known/openid-configuration"


def find_socket_path(listen: str) -> str:
    """Return the path of a socket to listen on; empty where there is a host and a port."""
    return listen.removeprefix(SOCKET_PREFIX) if listen.startswith(SOCKET_PREFIX) else ""


def split_host_and_port(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


class SignInMethod(StrEnum):
    """How people prove who they are: by their mailbox, the district's accounts, or its proxy."""

    LINK = "link"
    OIDC = "oidc"
    HEADER = "header"


class PortalConfig(ConfigSection, frozen=True, kw_only=True):
    """`address` is where people find the pages; every email links to it.

    `listen` is `HOST:PORT` on loopback or `unix:PATH`, for the district's proxy. `header` holds the
    signed-in person's email address, and is trusted only on a socket. `provider` is what people
    call their accounts; `issuer` and `client` are the provider's values.
    """

    address: NeededInFile = ""
    listen: Text = "127.0.0.1:8080"
    sign_in: SignInMethod = SignInMethod.LINK
    header: Text = "X-Forwarded-Email"
    provider: Text = "your school account"
    issuer: str = ""
    client: str = ""

    @property
    def socket_path(self) -> str:
        """The path of the socket to listen on; empty where there is a host and a port."""
        return find_socket_path(self.listen)

    @property
    def redirect_address(self) -> str:
        return f"{self.address}{CALLBACK_PATH}"

    @property
    def host_and_port(self) -> tuple[str, int]:
        return split_host_and_port(self.listen)


class DistrictConfig(ConfigSection, frozen=True, kw_only=True):
    """`id` goes into Message-IDs and must never change. `domains` are those of staff mail.

    `public_contacts` are public phone numbers and street addresses of schools and offices: next to
    a name they expose no one. `contact` is shown in emails and to sites. `language` is for staff
    who chose none: `en` or `es`. `colleagues_tell` lets staff report the address of a fake account
    to reviewers.
    """

    id: Text
    name: Text
    zone: Text
    language: Language = Language.ENGLISH
    domains: tuple[Text, ...]
    places: tuple[Text, ...] = ()
    public_contacts: tuple[Text, ...] = ()
    contact: Text
    reviewers: tuple[Text, ...] = ()
    operators: tuple[Text, ...] = ()
    colleagues_tell: bool = False

    def find_office_address(self, office_id: str) -> str:
        """Return who is the reviewer or operator of an ID today, or nothing if no one is."""
        operators = {build_operator_id(address): address for address in self.operators}
        return (self._reviewers_by_id | operators).get(office_id, "")

    def find_reviewer_address(self, reviewer_id: str) -> str:
        """Return the address of a reviewer's ID; the ID itself if they left the list."""
        return self._reviewers_by_id.get(reviewer_id, reviewer_id)

    @property
    def _reviewers_by_id(self) -> dict[str, str]:
        return {build_reviewer_id(address): address for address in self.reviewers}


class OfficialAccountConfig(ConfigSection, frozen=True, kw_only=True):
    """An account of the district's own. `address` is that of its profile, on any network."""

    name: Text
    address: Annotated[str, Meta(pattern=r"^https?://[^\s<>\"'@/]+/[^\s<>\"']+$")]


class OfficialConfig(ConfigSection, frozen=True, kw_only=True):
    """What belongs to the district itself. With this table, its look-alikes are searched for.

    `schools` are the names as people write them. `certificate_log` is a log that works like crt.sh;
    without one, none is asked.
    """

    schools: tuple[Text, ...] = ()
    accounts: tuple[OfficialAccountConfig, ...] = ()
    certificate_log: Annotated[str, Meta(pattern=r"^(https?://[^\s/]+)?/?$")] = ""
    allow_private: tuple[Text, ...] = ()


class StudentsConfig(ConfigSection, frozen=True, kw_only=True):
    """Only the matcher uses the key: the service passes it on and never reads it.

    Without `key_file` it is the secret `roster-key`. `share_after_days` needs `counsel` and
    `counsel_approved_on`.
    """

    enabled: bool = False
    tokens: Path | None = None
    key_file: Path | None = None
    schools: tuple[Text, ...] = ()
    share_after_days: Annotated[int, Meta(ge=14)] | None = None
    counsel: str = ""
    counsel_approved_on: str = ""


class DetectionConfig(ConfigSection, frozen=True, kw_only=True):
    """`weights` is a file in the form of our own weights.toml; without one, we use our own."""

    weights: Path | None = None


class PolicyConfig(ConfigSection, frozen=True, kw_only=True):
    """`url` is the district's own social media policy; reminders link to it.

    `texts` is a TOML file that replaces our clauses, such as `joining = "..."`, in at most 100
    characters each: `on-duty`, `separate-accounts`, `student-photos`, `privacy-settings`,
    "joining", `student-profiles`, `off-hours`.
    """

    url: Annotated[str, Meta(pattern=r"^(https://[^\s<>\"'@]+)?$")] = ""
    texts: Path | None = None


class FetchConfig(ConfigSection, frozen=True, kw_only=True):
    """`pace` multiplies every source's own interval.

    `workers` is the most hosts asked at once; self-checks have as many again.
    """

    pace: Annotated[float, Meta(ge=1, le=100)] = 1.0
    workers: Annotated[int, Meta(ge=1, le=4096)] = 512


class PlanningConfig(ConfigSection, frozen=True, kw_only=True):
    """The most to spend on paid sources from one weekly sweep to the next.

    Dollars use the prices that sources declare; without `weekly_requests_…`, requests are not
    counted.
    """

    weekly_usd_district: Annotated[float, Meta(ge=0)] = 7.0
    weekly_usd_person: Annotated[float, Meta(ge=0)] = 0.25
    weekly_requests_district: Annotated[int, Meta(ge=0)] | None = None
    weekly_requests_person: Annotated[int, Meta(ge=0)] | None = None


class EvidenceConfig(ConfigSection, frozen=True, kw_only=True):
    """`pages`: whether to store the page behind an open case, encrypted, for 30 days at most."""

    pages: bool = True


class InvitationsConfig(ConfigSection, frozen=True, kw_only=True):
    """`remind_after_days` is when people who have not answered get their one reminder; 0 is never.

    `subject`, `first_lines` and `from_name` are a named person's own words on the invitation.
    """

    remind_after_days: Annotated[int, Meta(ge=0, le=14)] = 14
    subject: str = ""
    first_lines: str = ""
    from_name: str = ""

    @property
    def sends_reminders(self) -> bool:
        return self.remind_after_days > 0


class StaffConfig(ConfigSection, frozen=True, kw_only=True):
    """`folder` is checked each night for a newer staff file.

    `student_unit` is the directory's name for the students' unit, if not "Students".
    """

    folder: Path | None = None
    student_unit: str = ""


class BackupConfig(ConfigSection, frozen=True, kw_only=True):
    """The folder for copies of the district, and, elsewhere, the one for the copy of its keys."""

    folder: Path | None = None
    keys: Path | None = None


class FactsConfig(ConfigSection, frozen=True, kw_only=True):
    """`key` is the Ed25519 key that signs updates of facts, in hex. Without it, none is taken."""

    key: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")] = ""


class DrillConfig(ConfigSection, frozen=True, kw_only=True):
    """With this table, a drill runs each month: a page about an invented person must be found.

    The district's own web server serves the files in `folder` at `address`.
    """

    folder: Path
    address: Text


class WatchConfig(ConfigSection, frozen=True, kw_only=True):
    """A URL to ping each minute while all is well, and a metrics file for node_exporter."""

    heartbeat_url: Annotated[str, Meta(pattern=r"^(https?://[^\s/]+\S*)?$")] = ""
    metrics_file: Path | None = None


class Config(ConfigSection, frozen=True, kw_only=True):
    """Everything that a district decides. `state` is the folder of this district alone."""

    state: Path
    district: DistrictConfig
    mail: MailConfig
    bounces: BouncesConfig | None = None
    sources: SourcesConfig = SourcesConfig()
    official: OfficialConfig | None = None
    students: StudentsConfig = StudentsConfig()
    detection: DetectionConfig = DetectionConfig()
    fetch: FetchConfig = FetchConfig()
    planning: PlanningConfig = PlanningConfig()
    evidence: EvidenceConfig = EvidenceConfig()
    facts: FactsConfig = FactsConfig()
    watch: WatchConfig = WatchConfig()
    drill: DrillConfig | None = None
    backup: BackupConfig = BackupConfig()
    invitations: InvitationsConfig = InvitationsConfig()
    staff: StaffConfig = StaffConfig()
    policy: PolicyConfig = PolicyConfig()
    portal: PortalConfig = PortalConfig()

    @property
    def mail_domain(self) -> str:
        return parseaddr(self.mail.sender)[1].rpartition("@")[2]


def build_inventory(config: Config) -> "DistrictInventory | None":
    """Return what the configuration lists as the district's own; None without the table."""
    official, district = config.official, config.district
    if official is None:
        return None
    # It brings the rules of names along, which most commands do without.
    from monitor.domain.district.inventory import DistrictInventory, OfficialAccount  # noqa: PLC0415 - see above

    return DistrictInventory(
        name=district.name,
        schools=official.schools,
        domains=district.domains,
        places=district.places,
        accounts=tuple(
            OfficialAccount(name=account.name, address=account.address)
            for account in official.accounts
        ),
    )


def find_shipped_files() -> Path:
    """Find the units and the example configuration, in the installed package or in a checkout."""
    installed = Path(__file__).parents[1] / "systemd"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "systemd"


CONSENT_DURATION = timedelta(days=365)


SYSTEM_CONFIG = Path("/etc/namesake/namesake.toml")


def find_config_path(environ: Mapping[str, str]) -> Path:
    """Find the file: `$NAMESAKE_CONFIG`, else the platform's place."""
    named = environ.get("NAMESAKE_CONFIG")
    if named:
        return Path(named)
    if os.geteuid() == 0:
        return SYSTEM_CONFIG
    home = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(home) / "namesake" / "namesake.toml"


def is_known_time_zone(name: str) -> bool:
    """Tell whether this machine knows an IANA time zone of that name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


# A token that programs send: 32 hexadecimal digits are 128 bits.
MIN_TOKEN_LENGTH = 32


# In containers: what the pages get, in a folder that is all they see of the secrets.
PORTAL_SECRETS = "portal"


def read_secret(name: str, environ: Mapping[str, str]) -> str:
    """Read a secret: a systemd credential, else `$NAMESAKE_<NAME>`, else empty."""
    if given := environ.get("CREDENTIALS_DIRECTORY"):
        for folder in (Path(given), Path(given) / PORTAL_SECRETS):
            if (folder / name).is_file():
                return (folder / name).read_text("utf-8").strip()
    return environ.get(f"NAMESAKE_{name.upper().replace('-', '_')}", "")


def load_weights(detection: DetectionConfig) -> Weights:
    """Return those of the file that the config names, else our own.

    A file is read once in a process: when its district is opened. Raises ConfigError for a bad one.
    """
    return load_own_weights() if detection.weights is None else _read_weights(detection.weights)


@cache
def _read_weights(path: Path) -> Weights:
    return parse_weights(_read_named_file(path, "detection.weights"), str(path))


def load_policy_texts(policy: PolicyConfig) -> PolicyTexts:
    """Return our clauses, but for those that the district's file replaces; read once, as above."""
    ours = load_own_policy_texts()
    return ours if policy.texts is None else {**ours, **_read_policy_texts(policy.texts)}


@cache
def _read_policy_texts(path: Path) -> PolicyTexts:
    return parse_policy_texts(_read_named_file(path, "policy.texts"), str(path))


def _read_named_file(path: Path, setting: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} cannot be read ({error}); {setting} must name a UTF-8 file."
        raise ConfigError(reason) from error


CURRENT_DISTRICT: ContextVar[str] = ContextVar("district", default="")
"""The name of its folder, which each line of the log carries; empty where there is one alone."""
