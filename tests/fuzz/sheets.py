"""Files that somebody might send: their names, their content, and CSV of every kind."""

from __future__ import annotations

from random import Random

from tests.fuzz.fragments import IDS, NUMBERS, RUNNING, WORDS, fragment

_NAMES = (
    "essay.md",
    "notes.txt",
    "roster.csv",
    "grades.csv",
    "page.html",
    "broken.pdf",
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "/",
    "",
    ".",
    "..",
    ".hidden",
    "con",
    "NUL.txt",
    "a" * 300 + ".md",
    "ü" * 200 + ".csv",
    "😀" * 90,
    "essay\u202edm.exe",
    "e\u0301.md",
    "a\x00b.md",
    "a\nb.md",
    "\x1b[2J.md",
    " . .md",
    "a.md" + " " * 300,
    "<b>.md",
    "{0}.md",
    "essay.md.exe",
    "file.tar.gz",
    "\ud800.md",
)

_COLUMNS = (
    "username",
    "display_name",
    "role",
    "password",
    "email",
    "sourcedId",
    "givenName",
    "familyName",
    "enabledUser",
    "identifier",
    "roles",
    "Student",
    "ID",
    "SIS User ID",
    "SIS Login ID",
    "Section",
    "Quorums (A1)",
    "Clocks (A2)",
    "A1",
    "A2",
    "submission",
    "points",
    "feedback",
    "assignment",
    "student",
)
_KNOWN = (
    ("username", "name", "role"),
    ("sourcedId", "status", "enabledUser", "role", "username", "givenName", "familyName"),
    ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Essay (A1)", "Clocks (A2)"),
    ("submission", "points", "feedback"),
    ("assignment", "student", "points"),
)
"""Columns of files that some command takes."""
_PLAUSIBLE = {
    "username": ("ada", "linus", "edsger", "bo", "hanna", "ivar.2"),
    "name": ("Bo Person", "Hanna Holm", "Ada"),
    "givenName": ("Bo", "Hanna"),
    "familyName": ("Person", "Holm"),
    "role": ("student", "student", "instructor", ""),
    "status": ("active",),
    "enabledUser": ("true", "TRUE", "false"),
    "Student": ("Ada", "Linus", "Edsger"),
    "SIS Login ID": ("ada", "linus", "edsger"),
    "student": ("ada", "linus", "edsger"),
    "assignment": ("A1", "A2"),
    "submission": ("S1", "S2", "S3"),
}
_CELLS = ("0", "5", "10", "7.5", "", "x y", "Clear.", "771")
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-16-le", "cp1252")


def name(random: Random, likely: str = "") -> str:
    """Often a `likely` one."""
    if likely and random.random() < 0.7:
        return likely
    if random.random() < 0.5:
        return random.choice(_NAMES[:5])
    return random.choice(_NAMES) if random.random() < 0.6 else fragment(random) + random.choice((".md", ""))


def content(random: Random, file_name: str) -> bytes:
    """What the name promises, mostly; or else something else."""
    if file_name.endswith(".csv") and random.random() < 0.9:
        return sheet(random)
    magic = random.choice((b"%PDF-1.4\n", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n"))
    words = " ".join(fragment(random) for _ in range(random.randint(1, 20)))
    page = f"# Quorums\n\nA quorum is a majority of the servers. {words}\n".encode("utf-8", "surrogatepass")
    return random.choice(
        (
            b"",
            random.randbytes(random.choice((1, 10, 1000, 70_000))),
            page.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass"),
            magic + random.randbytes(200),
            sheet(random),
            page,
            page,
            page,
        )
    )


def sheet(random: Random) -> bytes:
    """CSV as a spreadsheet, a careless program or an attacker writes it."""
    separator = random.choice((",", ",", ",", ";", "\t", "|"))
    ending = random.choice(("\n", "\n", "\r\n", "\r"))
    columns = random.sample(_COLUMNS, random.randint(1, 6))
    if random.random() < 0.5:
        columns = list(random.choice(_KNOWN))
    careful = random.random() < 0.4
    rows = [
        columns,
        *([_cell(random, column, careful) for column in columns] for _ in range(random.randint(0, 6))),
    ]
    match random.randrange(30 if careful else 10):
        case 0:
            rows.append([fragment(random)[:6]] * 10_000)
        case 1:
            rows.insert(0, [fragment(random) for _ in range(300)])
        case 2:
            rows += [["ada"]] * random.choice((100, 6_000))
        case 3:
            rows.append(columns)
        case 4:
            rows.append([])
    lines = [separator.join(_written(random, cell, separator) for cell in row) for row in rows]
    words = ending.join(lines)
    match random.randrange(30 if careful else 8):
        case 0:
            words = words.replace(separator, '"', 1)
        case 1:
            words = words[: random.randrange(len(words) + 1)]
        case 2:
            words += random.choice(("\x00", '"', "\ufeff", "\x1a"))
    return words.encode(random.choice(ENCODINGS), random.choice(("replace", "ignore")))


def _cell(random: Random, column: str, careful: bool) -> str:
    kind = random.random()
    if careful or kind < 0.7:
        return random.choice(_PLAUSIBLE.get(column, _CELLS))
    if kind < 0.85:
        return random.choice((*NUMBERS[:-1], *WORDS, *IDS, *RUNNING))
    return fragment(random)


def _written(random: Random, cell: str, separator: str) -> str:
    if random.random() < 0.05:
        return cell
    if not {separator, '"', "\n", "\r"}.isdisjoint(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
