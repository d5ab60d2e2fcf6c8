"""Pages that somebody might write to hurt whoever parses them, made by the meter."""

import random
from collections.abc import Callable

Make = Callable[[], bytes]

MEGABYTE = 1_000_000
DEPTH = 100_000
# This mark makes the reader parse a page to its end, and not the head alone.
WHOLE = '<html><head><title>Jane Doe</title></head><body><a rel="me" href="/me"></a>'
TAGS = ("a", "b", "i", "p", "td", "table", "form", "select", "svg")
NOISE = random.Random(8)  # noqa: S311 - the same noise every time is the point


def page(body: str) -> Make:
    return lambda: (WHOLE + body).encode("utf-8", "surrogatepass")


def top(head: str) -> Make:
    return lambda: f"<html><head>{head}".encode("utf-8", "surrogatepass")


def raw(body: bytes) -> Make:
    return lambda: body


def feed(prolog: str, text: str = "x") -> Make:
    return raw(
        f'<?xml version="1.0"?>{prolog}<rss><channel><item><title>{text}</title>'
        "</item></channel></rss>".encode()
    )


def linked_data(json: str) -> Make:
    return page(f'<script type="application/ld+json">{json}</script>')


def filled(piece: str, size: int = 2 * MEGABYTE) -> str:
    return piece * (size // len(piece))


def some(piece: str) -> str:
    """Fill enough to show that it takes linear time; a child builds a tree of it."""
    return filled(piece, MEGABYTE // 8)


def laughs(levels: int = 10) -> str:
    rows = "".join(f'<!ENTITY l{each} "{f"&l{each - 1};" * 10}">' for each in range(1, levels))
    return f'<!DOCTYPE rss [<!ENTITY l0 "ha">{rows}]>'


def quadratic() -> str:
    return f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>'


TREES: dict[str, Make] = {
    "tags that never close": page(filled("<a")),
    "links in links": page("<a href='x'>" * DEPTH),
    "nested divisions": page("<div>" * DEPTH),
    "nested spans, closed": page("<span>" * 20_000 + "</span>" * 20_000),
    "paragraphs": page(filled("<p>")),
    "deep tables": page("<table><tr><td>" * 10_000),
    "rows without a table": page(some("<tr><td>")),
    "nested forms": page(some("<form><input>")),
    "nested selections": page(some("<select><option><optgroup>")),
    "mis-nested formatting": page(some("<b><i><a></b></i>")),
    "formatting in every paragraph": page("<b><i><u><s>" * 500 + some("<p>x</p>")),
    "adopted formatting": page(some("<a><b><div></a></b>")),
    "fonts that differ": page("".join(f"<font size={each}>" for each in range(40_000))),
    "nested lists": page(some("<ul><li>")),
    "nested templates": page(some("<template>")),
    "framesets": raw(some("<frameset><frame>").encode()),
    "many bodies": page(some("<body class=x>")),
    "vector graphics": page(some("<svg><foreignObject><math><mtext>")),
    "nested noscript": page(some("<noscript><p>")),
    "headings that never close": page(some("<h1")),
    "headings that never end": page(some("<h1>Jane Doe")),
    "closing tags": page(some("</p></div></a>")),
    "unknown elements": page("".join(f"<x{each}>" for each in range(80_000))),
    "nested h-cards": page("<div class='h-card'><p class='p-name p-note'>" * 12_000),
    "siblings in h-cards": page("<i class='h-card'></i><i class='p-note'></i>" * 12_000),
}

TEXTS: dict[str, Make] = {
    "one long attribute": page(f"<p title='{filled('x')}'>"),
    "many attributes": page("<p " + " ".join(f"a{each}=1" for each in range(500_000)) + ">"),
    "one attribute again and again": page("<p" + filled(" rel=me") + ">"),
    "unclosed comment": page("<!--" + filled("x")),
    "comments in comments": page(filled("<!--")),
    "unclosed CDATA": page("<![CDATA[" + filled("]]")),
    "unclosed script": page("<script>" + filled("x")),
    "scripts in scripts": page(filled("<script>")),
    "unclosed style": page("<style>" + filled("a{}")),
    "unclosed plain text": page("<plaintext>" + some("<b>")),
    "an old example": page("<xmp>" + some("<i>")),
    "an endless title": top("<title>" + filled("x", 512 * 1024)),
    "titles": top(some("<title>x</title>")),
    "graph metas": top("<meta property='og:title' content='x'>" * 20_000),
    "links to me": page("<a rel='me' href='https://a.example/'>me</a>" * 12_000),
    "refreshes": top("<meta http-equiv='refresh' content='0;url=/'>" * 20_000),
    "processing instructions": page(filled("<?php ?>")),
    "numeric entities": page(filled("&#65;")),
    "entities beyond Unicode": page(filled("&#x110000;&#99999999999;")),
    "halves of surrogate pairs": top("<title>" + filled("&#xD800;\ud800", MEGABYTE)),
    "unfinished entities": page(filled("&amp&lt&")),
    "bidirectional controls": top("<title>" + filled("\u202e\u2066", MEGABYTE)),
    "zero width": page(filled("\u200b\u200d\ufeff", MEGABYTE)),
    "combining marks": top("<title>e" + filled("\u0301", MEGABYTE)),
    "less-than signs": page(filled("<")),
    "white space": page(filled(" \n\t")),
    "commas for JSON": linked_data("[" + filled(", ", MEGABYTE)),
    "deep linked data": linked_data("[" * DEPTH),
    "deep linked objects": linked_data('{"@graph":' * DEPTH),
    "long linked data": linked_data(f'{{"@type":"Person","name":"{filled("x", MEGABYTE)}"}}'),
    "a huge number": linked_data(f'{{"@type":"Person","name":{"9" * 400_000}}}'),
    "linked data a thousand times": page(
        '<script type="application/ld+json">[{"a":[]}]</script>' * 8_000
    ),
}

BYTES: dict[str, Make] = {
    "nothing": raw(b""),
    "NUL bytes": raw(b"<html>" + b"\0" * MEGABYTE),
    "NUL bytes in tags": page(some("<p\0 a\0=\0>")),
    "no UTF-8": raw(WHOLE.encode() + b"\xff\xfe\xc3" * 200_000),
    "UTF-16 with half a letter": raw((WHOLE + filled("<b>x", MEGABYTE)).encode("utf-16")[:-1]),
    "a lying charset": raw(b"<meta charset='utf-16'>" + WHOLE.encode() + b"<b>" * 20_000),
    "noise": raw(NOISE.randbytes(MEGABYTE)),
    "noise between tags": raw(
        WHOLE.encode() + b"".join(b"<b>" + NOISE.randbytes(9) for _ in range(20_000))
    ),
    "tags drawn by lot": raw(
        WHOLE.encode()
        + "".join(
            f"<{NOISE.choice(('', '/'))}{NOISE.choice(TAGS)}>" for _ in range(40_000)
        ).encode()
    ),
}

FEEDS: dict[str, Make] = {
    "billion laughs": feed(laughs(), "&l9;"),
    "quadratic growth": feed(quadratic(), "&a;" * 50_000),
    "a file": feed('<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/hostname">]>', "&f;"),
    "an address": feed('<!DOCTYPE rss [<!ENTITY f SYSTEM "http://127.0.0.1:9/">]>', "&f;"),
    "a DTD elsewhere": feed('<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd">'),
    "parameter entities": feed('<!DOCTYPE rss [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>'),
    "an entity of itself": feed('<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"),
    "namespaces": feed("", "".join(f'<a xmlns:n{each}="u{each}">' for each in range(20_000))),
    "nested elements": feed("", "<a>" * DEPTH),
    "an unclosed CDATA": feed("", "<![CDATA[" + filled("x")),
    "instructions": feed("", filled("<?a b?>")),
    "stylesheets": feed('<?xml-stylesheet href="http://127.0.0.1:9/"?>' * 10_000),
}

CORPUS: dict[str, Make] = {**TREES, **TEXTS, **BYTES, **FEEDS}
