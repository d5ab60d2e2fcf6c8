"""The platforms whose addresses we can read: which part of a URL names the account.

Facts, one row a platform. `profile` is matched against the path and query of an address that is
already canonical; its group is `handle`, `id` (an id that stays when the handle changes) or
`legacy` (an older name space, kept apart from the handles).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """`hosts[0]` stands for all of them, unless they are servers of a federation.

    `subhosts` are labels before the host that show the same thing (`uk.linkedin.com`); where
    `in_host`, the label is the handle. The first `folds` path segments ignore case. `keeps` are
    the only query parameters that tell two pages apart.
    """

    name: str
    hosts: tuple[str, ...]
    profile: str = ""
    subhosts: str = ""
    in_host: bool = False
    federated: bool = False
    folds: int = 1
    keeps: frozenset[str] = frozenset()
    rewrites: tuple[tuple[str, str], ...] = ()
    reserved: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESERVED = _words(
    "about accounts ads api app apps blog business careers contact create dashboard developers"
    " dialog directory discover docs download events explore features feed gaming groups hashtag"
    " help home index.html intent jobs join legal live login logout marketplace messages news"
    " notifications p pages people pin plugins policies premium pricing privacy public reel reels"
    " register robots.txt search security settings share sharer shop signin signup sitemap.xml"
    " status store stories support tag tags terms topic topics trending upload user users watch"
)
STORE_FRONTS = _words("at au br ca ch cl de dk es fr ie it jp kr mx nz ph pt ru se")

PLATFORMS = (
    Platform(
        name="instagram",
        hosts=("instagram.com", "instagr.am"),
        profile=r"/(?P<handle>[a-z0-9._]{1,30})(?:/(?:channel|photos|reels|tagged))?",
        rewrites=((r"^/_u/", "/"),),
        reserved=_words("explore tv"),
    ),
    Platform(
        name="x",
        hosts=("x.com", "twitter.com"),
        subhosts=r"mobile|web",
        profile=r"/i/user/(?P<id>\d+)|/(?P<handle>\w{1,15})"
        r"(?:/(?:articles|followers|following|highlights|likes|media|photo|with_replies))?",
        keeps=_words("screen_name user_id"),
        rewrites=(
            (r"^/intent/(?:user|follow)\?screen_name=(\w+)$", r"/\1"),
            (r"^/intent/(?:user|follow)\?user_id=(\d+)$", r"/i/user/\1"),
            (r"^/@", "/"),
        ),
        reserved=_words("i tos"),
    ),
    Platform(
        name="facebook",
        hosts=("facebook.com", "fb.com"),
        subhosts=r"[a-z]{2}(?:-[a-z]{2})?|mbasic|touch|web|b-m",
        profile=r"/profile\.php\?(?:.*&)?id=(?P<id>\d+)(?:&.*)?|"
        r"/(?!.*\.php$)(?P<handle>[a-z0-9.]{5,50})"
        r"(?:/(?:about|friends|mentions|photos|reels|videos))?",
        keeps=_words("fbid id story_fbid v"),
        rewrites=(
            (r"^/(?:people|pages)/[^/?]+/(\d{5,})$", r"/profile.php?id=\1"),
            (r"^/p/(?:[^/?]*-)?(\d{8,})$", r"/profile.php?id=\1"),
            (r"^/(\d{8,})$", r"/profile.php?id=\1"),
            (r"^/pg/", "/"),
        ),
    ),
    Platform(
        name="linkedin",
        hosts=("linkedin.com",),
        subhosts=r"[a-z]{2}",
        profile=r"/in/(?P<handle>[^/?]+)(?:/(?:details|overlay|recent-activity)(?:/.*)?)?",
        folds=2,
        rewrites=((r"^/mwlite/", "/"), (r"^(/in/[^/?]+)/[a-z]{2}(?:-[a-z]{2})?$", r"\1")),
    ),
    Platform(name="tiktok", hosts=("tiktok.com",), profile=r"/@(?P<handle>[\w.]{2,24})"),
    Platform(
        name="youtube",
        hosts=("youtube.com", "youtube-nocookie.com"),
        subhosts="gaming",
        profile=r"/(?:@(?P<handle>[^/?]+)|channel/(?P<id>[\w-]+)|(?P<legacy>(?:c|user)/[^/?]+))"
        r"(?:/(?:about|community|featured|playlists|podcasts|posts|shorts|streams|videos))?",
        keeps=_words("v list"),
        rewrites=((r"^/(?:shorts|embed|live|v)/([\w-]{6,})(?:\?.*)?$", r"/watch?v=\1"),),
    ),
    Platform(
        name="threads",
        hosts=("threads.com", "threads.net"),
        profile=r"/@(?P<handle>[\w.]{1,30})(?:/(?:media|replies|reposts))?",
    ),
    Platform(
        name="bluesky",
        hosts=("bsky.app",),
        profile=r"/profile/(?:(?P<id>did:[a-z]+:[^/?]+)|(?P<handle>[^/?]+))",
        folds=2,
        rewrites=((r"^/profile/@", "/profile/"),),
    ),
    Platform(
        name="github",
        hosts=("github.com",),
        profile=r"/(?P<handle>[a-z0-9-]{1,39})",
        folds=2,
        reserved=_words("collections enterprise orgs sponsors team"),
    ),
    Platform(
        name="pinterest",
        hosts=(
            "pinterest.com",
            *(f"pinterest.{country}" for country in sorted(STORE_FRONTS)),
            *("pinterest.co.uk", "pinterest.co.kr", "pinterest.com.au", "pinterest.com.mx"),
        ),
        subhosts=r"[a-z]{2}",
        profile=r"/(?P<handle>\w{3,30})(?:/(?:_created|_saved|boards|pins))?",
        folds=2,
        reserved=_words("ideas today"),
    ),
    Platform(
        name="reddit",
        hosts=("reddit.com",),
        subhosts=r"[a-z]{2}|old|np|new|amp|i",
        profile=r"/user/(?P<handle>[\w-]{3,20})(?:/(?:about|comments|overview|posts|submitted))?",
        folds=2,
        rewrites=((r"^/u/", "/user/"),),
    ),
    Platform(
        name="snapchat",
        hosts=("snapchat.com",),
        profile=r"/(?:add/|@)(?P<handle>[\w.-]{3,15})",
        folds=2,
    ),
    Platform(
        name="telegram",
        hosts=("t.me", "telegram.me", "telegram.dog"),
        profile=r"/(?P<handle>\w{4,32})",
        rewrites=((r"^/s/", "/"),),
        reserved=_words("addstickers joinchat proxy iv"),
    ),
    Platform(
        name="medium",
        hosts=("medium.com",),
        in_host=True,
        profile=r"/@(?P<handle>[\w.-]+)(?:/(?:about|followers|lists))?",
    ),
    Platform(name="substack", hosts=("substack.com",), profile=r"/@(?P<handle>[\w-]+)"),
    Platform(
        name="tumblr",
        hosts=("tumblr.com",),
        in_host=True,
        profile=r"/(?:blog/(?:view/)?)?(?P<handle>[a-z0-9-]{1,32})",
        folds=2,
    ),
    Platform(
        name="twitch",
        hosts=("twitch.tv",),
        profile=r"/(?P<handle>\w{3,25})(?:/(?:about|schedule|videos))?",
    ),
    Platform(
        name="vimeo",
        hosts=("vimeo.com",),
        profile=r"/(?P<handle>[a-z]\w{2,})",
        reserved=_words("categories channels ondemand"),
    ),
    Platform(
        name="soundcloud",
        hosts=("soundcloud.com",),
        profile=r"/(?P<handle>[\w-]{3,25})(?:/(?:albums|likes|reposts|sets|tracks))?",
    ),
    Platform(
        name="flickr",
        hosts=("flickr.com",),
        profile=r"/(?:people|photos)/(?:(?P<id>\d+@n\d+)|(?P<handle>[\w-]+))",
        folds=2,
    ),
    Platform(name="linktree", hosts=("linktr.ee",), profile=r"/(?P<handle>[\w.]{2,30})"),
    Platform(name="about-me", hosts=("about.me",), profile=r"/(?P<handle>[\w.-]+)"),
    Platform(name="wordpress", hosts=("wordpress.com",), in_host=True),
    Platform(name="blogger", hosts=("blogspot.com",), in_host=True),
    Platform(name="gravatar", hosts=("gravatar.com",), subhosts="en", profile=r"/(?P<handle>\w+)"),
    Platform(
        name="goodreads",
        hosts=("goodreads.com",),
        profile=r"/user/show/(?P<id>\d+)|/(?P<handle>[a-z][\w-]+)",
        rewrites=((r"^(/user/show/\d+)-[^/?]*", r"\1"),),
        reserved=_words("author book genres list quotes review"),
    ),
    Platform(
        name="patreon",
        hosts=("patreon.com",),
        profile=r"/(?:c/)?(?P<handle>[\w-]+)(?:/(?:about|membership|posts))?",
        folds=2,
        reserved=_words("posts"),
    ),
    Platform(name="buy-me-a-coffee", hosts=("buymeacoffee.com",), profile=r"/(?P<handle>[\w.-]+)"),
    Platform(
        name="teachers-pay-teachers",
        hosts=("teacherspayteachers.com",),
        profile=r"/store/(?P<handle>[^/?]+)",
        folds=2,
    ),
    Platform(name="padlet", hosts=("padlet.com",), profile=r"/(?P<handle>[\w-]+)"),
    Platform(name="wakelet", hosts=("wakelet.com",), profile=r"/@(?P<handle>[\w-]+)"),
    Platform(name="slides", hosts=("slides.com",), profile=r"/(?P<handle>[\w-]+)"),
    Platform(name="speaker-deck", hosts=("speakerdeck.com",), profile=r"/(?P<handle>[\w-]+)"),
    Platform(name="letterboxd", hosts=("letterboxd.com",), profile=r"/(?P<handle>\w{2,})"),
    Platform(name="venmo", hosts=("venmo.com", "account.venmo.com"), profile=r"/u/(?P<handle>.+)"),
    Platform(name="strava", hosts=("strava.com",), profile=r"/athletes/(?P<id>\d+)"),
    Platform(
        name="mastodon",
        hosts=tuple(
            sorted(
                _words(
                    "fediscience.org fosstodon.org hachyderm.io infosec.exchange mas.to"
                    " mastodon.online mastodon.social mastodon.world mstdn.ca mstdn.social"
                    " scholar.social techhub.social universeodon.com"
                )
            )
        ),
        federated=True,
        profile=r"/@(?P<handle>[\w.]+(?:@[\w.-]+)?)(?:/(?:followers|following|media|with_replies))?",
        rewrites=((r"^/users/", "/@"), (r"^/web/@", "/@")),
    ),
)

BY_HOST = {host: platform for platform in PLATFORMS for host in platform.hosts}
SPOKEN_NAMES = {"twitter": "x", "bsky": "bluesky", "fb": "facebook", "ig": "instagram"}
