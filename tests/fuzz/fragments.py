"""What is hostile by itself: characters, markup, numbers, dates, ids, paths."""

from __future__ import annotations

from random import Random

MARKUP = (
    "<b>bold</b>",
    "<script>alert(1)</script>",
    '<a href="tg://user?id=1">you</a>',
    "</code></b></i></blockquote>",
    "<blockquote expandable>",
    "<!-- -->",
    "<tg-spoiler>",
    "<",
    ">",
    "&",
    "&lt;b&gt;",
    "&amp;#60;",
    "&#x3c;b&#x3e;",
    "&#0;",
    "&notanentity;",
    "<b",
    "<![CDATA[",
    "*bold*",
    "_it_al_ic_",
    "```py\nx\n```",
    "[click](http://127.0.0.1/)",
    "||spoiler||",
    "# heading",
    "\\*",
    "~~gone~~",
)
FORMATS = (
    "{}",
    "{0}",
    "{count}",
    "{0.__class__}",
    "{count!r:>99999999}",
    "%s",
    "%(x)s",
    "%n%n",
    "${HOME}",
    "{{",
    "}",
)
CHARACTERS = (
    *(chr(code) for code in (0, 1, 7, 8, 9, 10, 11, 12, 13, 27, 28, 31, 127, 128, 133, 155, 159)),
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\r\n",
    "\u202e",
    "\u202a\u202b\u202d",
    "\u2066\u2067\u2068",
    "\u200e\u200f\u061c",
    "\u200b",
    "\u200c\u200d\u2060\ufeff\u00ad",
    "\u2028",
    "\u2029",
    "\ud800",
    "\udcff",
    "\udbff\udfff",
    "\uffff",
    "\U0010ffff",
    "\ue000",
    "\U000e0041",
    "e" + "\u0301" * 300,
    "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}",
    "\U0001f3f3\ufe0f\u200d\U0001f308",
    "\N{BELL}",
    "\u00a0",
    "\u3000",
    "İıſßﬀΣς",
    "ＡＳＤ１",
    "١٢٣",
    "²³Ⅷ½",
)
QUOTES = ('"', "“", "”", "„", "‟", "'", "`", '\\"', "\\", '""', '"a" "', "“a”", '"unclosed')
NUMBERS = (
    "0",
    "-0",
    "-1",
    "1",
    "5",
    "10",
    "+5",
    "5.",
    ".5",
    "1,5",
    "00005",
    "1e9",
    "1e400",
    "NaN",
    "inf",
    "0x10",
    "1_000",
    "½",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 30,
    "9" * 5000,
)
DATES = (
    "2026-02-30",
    "9999-12-31 23:59",
    "0000-00-00",
    "0001-01-01 00:00",
    "+0d",
    "-1d",
    "+7d",
    "+999999999d",
    "+1d1h",
    "fri 18:00",
    "fri 25:00",
    "2026-11-30T18:00",
    "2027-03-28 02:30",
    "31.12.2026",
    "now",
    "2026-11-30 18:00",
)
IDS = (
    *(f"{letter}{number}" for letter in "AMSQGRP" for number in (1, 2, 3, 7)),
    "A0",
    "A01",
    "a1",
    "A-1",
    "A999999999",
    "A9999999999999999999",
    "А1",
    "A１",
    "A\u200b1",
    "S1;DROP TABLE user",
    "A1 S1",
    "v1",
    "v0",
    "n1",
    "n9",
)
WORDS = (
    "student",
    "instructor",
    "administrator",
    "tutor",
    "anon",
    "root",
    "grace",
    "alan",
    "ada",
    "linus",
    "edsger",
    "nobody",
    "Grace Hopper",
    "yes",
    "no",
    "done",
    "cancel",
    "all",
    "on",
    "off",
    "csv",
    "long",
    "silently",
    "publish",
    "transfer",
    "2",
    "3:clear",
    "style:2 content:3",
    "clarity=1",
    "10%/day",
    "late=10%/day",
    "late=-1%/0d",
    "late=101%/99999999999d",
    "22:00-07:00",
    "99:99-00:61",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Mars/Base",
    "../etc",
    "topic=",
    "=x",
    "a=b=c",
    "points=5",
    "points=",
    "submission=S1",
    "text=<b>",
    "en",
    "de",
)
RUNNING = (
    '=cmd|" /C calc"!A0',
    "@SUM(1+1)",
    "+1+1",
    "-2+3",
    "\t=1",
    "=HYPERLINK(1)",
    "'; DROP TABLE user; --",
)
CALLS = (
    "/",
    "//",
    "/ grade",
    "/GRADE",
    "/grade@homeroom_bot",
    "/grade@",
    "/cancel",
    "/start",
    "/start 5TnMzqk2",
    "/сancel",
    "/help /help",
    "/" + "x" * 40,
    "/nosuch",
    "/login ada",
    "/login ada hunter2",
    "/login grace\nhunter2",
)
LENGTHS = (1, 2, 63, 64, 65, 255, 256, 2000, 4095, 4096, 4097, 7999, 8000, 8001, 20_001)

SHORT = (*MARKUP, *FORMATS, *CHARACTERS, *QUOTES, *NUMBERS, *DATES, *IDS, *WORDS, *RUNNING)


def fragment(random: Random) -> str:
    """A piece of something hostile, mostly short."""
    kind = random.random()
    if kind < 0.75:
        return random.choice(SHORT)
    if kind < 0.93:
        return "".join(any_character(random) for _ in range(random.randint(1, 12)))
    if kind < 0.98:
        return random.choice(("x", "a ", "\n", "<", "&", "😀", "é", "\u0301", '"')) * random.choice(
            LENGTHS[:9]
        )
    return random.choice(("x", "ab ", "😀", "<b>", "&amp;")) * random.choice(LENGTHS)


def any_character(random: Random) -> str:
    """Of any plane and category, the first ones more often."""
    limit = random.choice((0x80, 0x100, 0x800, 0x3000, 0xFFFF, 0x10FFFF))
    return chr(random.randint(0, limit))
