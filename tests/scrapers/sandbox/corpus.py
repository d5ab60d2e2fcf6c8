"""Pages that somebody might write to hurt whoever parses them, made by the meter."""

import random
from collections.abc import Callable

Text = Callable[[], str]
Make = Callable[[], bytes]
"""Together they would fill the memory, so each is made when it is wanted."""

MEGABYTE = 1_000_000
DEPTH = 100_000
# This mark makes the reader parse a page to its end, and not the head alone.
WHOLE = '<html><head><title>Jane Doe</title></head><body><a rel="me" href="/me"></a>'
TAGS = ("a", "b", "i", "p", "td", "table", "form", "select", "svg")


def page(body: Text) -> Make:
    return lambda: (WHOLE + body()).encode("utf-8", "surrogatepass")


def top(head: Text) -> Make:
    return lambda: f"<html><head>{head()}".encode("utf-8", "surrogatepass")


def feed(prolog: str, text: str = "x") -> Make:
    item = f"<item><title>{text}</title></item>"
    return f'<?xml version="1.0"?>{prolog}<rss><channel>{item}</channel></rss>'.encode


def linked_data(json: Text) -> Make:
    return page(lambda: f'<script type="application/ld+json">{json()}</script>')


def filled(piece: str, size: int = 2 * MEGABYTE) -> str:
    return piece * (size // len(piece))


def some(piece: str) -> str:
    """Fill enough to show that it takes linear time; a child builds a tree of it."""
    return filled(piece, MEGABYTE // 8)


def noise() -> random.Random:
    return random.Random(8)  # noqa: S311 - the same noise every time is the point


def noise_between_tags() -> bytes:
    drawn = noise()
    return WHOLE.encode() + b"".join(b"<b>" + drawn.randbytes(9) for _ in range(20_000))


def drawn_tags() -> str:
    drawn = noise()
    return "".join(f"<{drawn.choice(('', '/'))}{drawn.choice(TAGS)}>" for _ in range(40_000))


def laughs(levels: int = 10) -> str:
    rows = "".join(
        f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, levels)
    )
    return f'<!DOCTYPE rss [<!ENTITY l0 "ha">{rows}]>'


def quadratic() -> str:
    return f'<!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>'


TREES: dict[str, Make] = {
    "tags that never close": page(lambda: filled("<a")),
    "links in links": page(lambda: "<a href='x'>" * DEPTH),
    "nested divisions": page(lambda: "<div>" * DEPTH),
    "nested spans, closed": page(lambda: "<span>" * 20_000 + "</span>" * 20_000),
    "paragraphs": page(lambda: filled("<p>")),
    "deep tables": page(lambda: "<table><tr><td>" * 10_000),
    "rows without a table": page(lambda: some("<tr><td>")),
    "nested forms": page(lambda: some("<form><input>")),
    "nested selections": page(lambda: some("<select><option><optgroup>")),
    "mis-nested formatting": page(lambda: some("<b><i><a></b></i>")),
    "formatting in every paragraph": page(lambda: "<b><i><u><s>" * 500 + some("<p>x</p>")),
    "adopted formatting": page(lambda: some("<a><b><div></a></b>")),
    "fonts that differ": page(lambda: "".join(f"<font size={number}>" for number in range(40_000))),
    "nested lists": page(lambda: some("<ul><li>")),
    "nested templates": page(lambda: some("<template>")),
    "framesets": lambda: some("<frameset><frame>").encode(),
    "many bodies": page(lambda: some("<body class=x>")),
    "vector graphics": page(lambda: some("<svg><foreignObject><math><mtext>")),
    "nested noscript": page(lambda: some("<noscript><p>")),
    "headings that never close": page(lambda: some("<h1")),
    "headings that never end": page(lambda: some("<h1>Jane Doe")),
    "closing tags": page(lambda: some("</p></div></a>")),
    "unknown elements": page(lambda: "".join(f"<x{number}>" for number in range(80_000))),
    "nested h-cards": page(lambda: "<div class='h-card'><p class='p-name p-note'>" * 12_000),
    "siblings in h-cards": page(lambda: "<i class='h-card'></i><i class='p-note'></i>" * 12_000),
}

TEXTS: dict[str, Make] = {
    "one long attribute": page(lambda: f"<p title='{filled('x')}'>"),
    "many attributes": page(
        lambda: "<p " + " ".join(f"a{number}=1" for number in range(500_000)) + ">"
    ),
    "one attribute again and again": page(lambda: "<p" + filled(" rel=me") + ">"),
    "unclosed comment": page(lambda: "<!--" + filled("x")),
    "comments in comments": page(lambda: filled("<!--")),
    "unclosed CDATA": page(lambda: "<![CDATA[" + filled("]]")),
    "unclosed script": page(lambda: "<script>" + filled("x")),
    "scripts in scripts": page(lambda: filled("<script>")),
    "unclosed style": page(lambda: "<style>" + filled("a{}")),
    "unclosed plain text": page(lambda: "<plaintext>" + some("<b>")),
    "an old example": page(lambda: "<xmp>" + some("<i>")),
    "an endless title": top(lambda: "<title>" + filled("x", 512 * 1024)),
    "titles": top(lambda: some("<title>x</title>")),
    "graph metas": top(lambda: "<meta property='og:title' content='x'>" * 20_000),
    "links to me": page(lambda: "<a rel='me' href='https://a.example/'>me</a>" * 12_000),
    "refreshes": top(lambda: "<meta http-equiv='refresh' content='0;url=/'>" * 20_000),
    "processing instructions": page(lambda: filled("<?php ?>")),
    "numeric entities": page(lambda: filled("&#65;")),
    "entities beyond Unicode": page(lambda: filled("&#x110000;&#99999999999;")),
    "halves of surrogate pairs": top(lambda: "<title>" + filled("&#xD800;\ud800", MEGABYTE)),
    "unfinished entities": page(lambda: filled("&amp&lt&")),
    "bidirectional controls": top(lambda: "<title>" + filled("\u202e\u2066", MEGABYTE)),
    "zero width": page(lambda: filled("\u200b\u200d\ufeff", MEGABYTE)),
    "combining marks": top(lambda: "<title>e" + filled("\u0301", MEGABYTE)),
    "less-than signs": page(lambda: filled("<")),
    "white space": page(lambda: filled(" \n\t")),
    "commas for JSON": linked_data(lambda: "[" + filled(", ", MEGABYTE)),
    "deep linked data": linked_data(lambda: "[" * DEPTH),
    "deep linked objects": linked_data(lambda: '{"@graph":' * DEPTH),
    "long linked data": linked_data(
        lambda: f'{{"@type":"Person","name":"{filled("x", MEGABYTE)}"}}'
    ),
    "a huge number": linked_data(lambda: f'{{"@type":"Person","name":{"9" * 400_000}}}'),
    "linked data a thousand times": page(
        lambda: '<script type="application/ld+json">[{"a":[]}]</script>' * 8_000
    ),
}

BYTES: dict[str, Make] = {
    "nothing": lambda: b"",
    "NUL bytes": lambda: b"<html>" + b"\0" * MEGABYTE,
    "NUL bytes in tags": page(lambda: some("<p\0 a\0=\0>")),
    "no UTF-8": lambda: WHOLE.encode() + b"\xff\xfe\xc3" * 200_000,
    "UTF-16 with half a letter": lambda: (WHOLE + filled("<b>x", MEGABYTE)).encode("utf-16")[:-1],
    "a lying charset": lambda: b"<meta charset='utf-16'>" + WHOLE.encode() + b"<b>" * 20_000,
    "noise": lambda: noise().randbytes(MEGABYTE),
    "noise between tags": noise_between_tags,
    "tags drawn by lot": page(drawn_tags),
}

FEEDS: dict[str, Make] = {
    "billion laughs": feed(laughs(), "&l9;"),
    "quadratic growth": feed(quadratic(), "&a;" * 50_000),
    "a file": feed('<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/hostname">]>', "&f;"),
    "an address": feed('<!DOCTYPE rss [<!ENTITY f SYSTEM "http://127.0.0.1:9/">]>', "&f;"),
    "a DTD elsewhere": feed('<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd">'),
    "parameter entities": feed('<!DOCTYPE rss [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>'),
    "an entity of itself": feed('<!DOCTYPE rss [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;"),
    "namespaces": feed("", "".join(f'<a xmlns:n{number}="u{number}">' for number in range(20_000))),
    "nested elements": feed("", "<a>" * DEPTH),
    "an unclosed CDATA": feed("", "<![CDATA[" + filled("x")),
    "instructions": feed("", filled("<?a b?>")),
    "stylesheets": feed('<?xml-stylesheet href="http://127.0.0.1:9/"?>' * 10_000),
}

CORPUS: dict[str, Make] = {**TREES, **TEXTS, **BYTES, **FEEDS}
