"""From a course file to its sections, in a process that can be killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from lms_cluster.extraction.sandbox import Extractor, ExtractorBusy
from lms_cluster.extraction.section import Section, Unreadable
from tests.lms_cluster import course_files


@pytest.fixture
async def extractor() -> AsyncIterator[Extractor]:
    extractor = Extractor()
    yield extractor
    await extractor.close()


async def read(extractor: Extractor, name: str, content: bytes) -> list[Section]:
    async def fetched() -> bytes:
        return content

    return await extractor.sections(name, sha256(content).hexdigest(), fetched)


async def test_a_markdown_section_begins_at_every_heading(extractor: Extractor) -> None:
    text = (
        "# Clocks\nA *logical* clock, see [Lamport](http://x.y).\n\n"
        "```\n# not a heading\n```\nDrift\n---\nIt drifts.\n"
    )
    assert await read(extractor, "clocks.md", text.encode()) == [
        Section("section 1", "Clocks", "A logical clock, see Lamport.\n\n# not a heading"),
        Section("section 2", "Drift", "It drifts."),
    ]


async def test_a_markdown_quotation_loses_its_mark_and_a_comparison_keeps_its_sign(
    extractor: Extractor,
) -> None:
    [section] = await read(extractor, "a.md", b"> Reads meet writes\n> if R + W > N.")
    assert section.text == "Reads meet writes\nif R + W > N."


@pytest.mark.parametrize(
    "text",
    [
        "Seen. <!-- Hidden. --> Seen.",
        "Seen.\n<!--\n\nHidden.\n--> Seen.",
        "Seen. Seen.\n<!-- Hidden.\n\nHidden.",
        "Seen.\n\n[//]: # (Hidden.)\n\nSeen.",
        "Seen.\n\n[remark]: <> 'Hidden.'\n\nSeen.",
        'Seen.\n\n[remark]:\n  http://x.y\n  "Hidden.\nHidden."\nSeen.',
    ],
)
async def test_what_no_reader_of_a_markdown_page_sees_is_left_out(extractor: Extractor, text: str) -> None:
    [section] = await read(extractor, "a.md", text.encode())
    assert section.text.split() == ["Seen.", "Seen."]


@pytest.mark.parametrize("text", ["[Note]: this is seen.", "[^1]: Seen.", "If a <!-- b, it is seen."])
async def test_what_only_looks_like_a_hidden_remark_stays(extractor: Extractor, text: str) -> None:
    [section] = await read(extractor, "a.md", text.encode())
    assert section.text == text


async def test_plain_text_is_cited_by_line(extractor: Extractor) -> None:
    paragraph = "\n".join(f"line {n}" for n in range(1, 46))
    sections = await read(extractor, "notes.txt", f"{paragraph}\n\nlast words".encode())
    assert [section.place for section in sections] == ["lines 1-45", "lines 47-47"]
    assert sections[1].text == "last words"


async def test_html_is_what_a_reader_sees(extractor: Extractor) -> None:
    page = (
        "<head><title>no</title></head><h1>Fail<b>ures</b></h1><p>One<script>alert(1)</script> two</p>"
        "<style>p{}</style><ul><li>first<li>second</ul>"
    )
    (section,) = await read(extractor, "page.html", page.encode())
    assert (section.heading, section.text.split()) == ("Failures", ["One", "two", "first", "second"])


@pytest.mark.parametrize(
    "hidden",
    [
        "<!-- Hidden. -->",
        "<!--[if IE]><p>Hidden.</p><![endif]-->",
        "<!-- Hidden. <!-- Hidden. -->",
        "<!note Hidden.>",
        "<? Hidden. ?>",
        "<![CDATA[ Hidden. ]]>",
        "<p hidden>Hidden.</p>",
        '<div style="color: red; DISPLAY : none"><p hidden>Hidden.</p></div>',
        "<template><p>Hidden.</p></template>",
    ],
)
async def test_what_no_reader_of_an_html_page_sees_is_left_out(extractor: Extractor, hidden: str) -> None:
    page = f"<p>Seen. {hidden} Seen.</p><!-- Hidden."
    sections = await read(extractor, "a.html", page.encode())
    assert " ".join(section.text for section in sections).split() == ["Seen.", "Seen."]


async def test_a_pdf_is_read_page_by_page_with_its_lines_joined(extractor: Extractor) -> None:
    content = course_files.pdf(["A leader is elec-", "ted by majority."], ["Second page."])
    assert await read(extractor, "raft.pdf", content) == [
        Section("page 1", "", "A leader is elected by majority."),
        Section("page 2", "", "Second page."),
    ]


async def test_a_word_document_is_read_by_its_headings(extractor: Extractor) -> None:
    content = course_files.word(("heading", "Quorums"), ("text", "More than half."), ("heading", "Logs"))
    assert await read(extractor, "notes.docx", content) == [
        Section("section 1", "Quorums", "More than half."),
        Section("section 2", "Logs", ""),
    ]


async def test_slides_are_read_one_by_one(extractor: Extractor) -> None:
    content = course_files.slides(("Raft", "Leader election"), ("Paxos", "Proposers"))
    assert await read(extractor, "week1.PPTX", content) == [
        Section("slide 1", "Raft", "Leader election"),
        Section("slide 2", "Paxos", "Proposers"),
    ]


async def test_characters_that_hide_or_control_are_gone(extractor: Extractor) -> None:
    hidden = "pass\u200bw\u034for\U000e0041d\x07 \u202eabc\u202c e\u0301\r\nनि\u200dयम\ufeff"
    (section,) = await read(extractor, "x.txt", hidden.encode())
    assert section.text == "password abc é\nनि\u200dयम"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("photo.png", b"\x89PNG", "not a kind of file"),
        ("noname", b"text", "not a kind of file"),
        ("latin.txt", b"caf\xe9", r"not valid UTF-8 text \(byte 0xe9 at position 3\)"),
        ("binary.txt", b"a\0b", "not text inside"),
        ("really-a-pdf.md", b"%PDF-1.4 ...", "not text inside"),
        ("really-text.pdf", b"hello", "not a PDF inside"),
        ("really-text.docx", b"hello", "not a DOCX inside"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "protected by a password, or older"),
        ("blank.txt", b" \n\n ", "holds no text"),
        ("scan.pdf", course_files.pdf([]), "no text found"),
        ("blank.docx", course_files.word(), "no text found"),
        ("blank.pptx", course_files.slides(("", "")), "no text found"),
        ("broken.pdf", b"%PDF-1.4\n" + bytes(range(256)) * 20, "broken PDF"),
        ("cut.pdf", course_files.pdf(["words"])[:200], "broken PDF|no text found"),
        ("locked.pdf", course_files.pdf(["words"], encrypted=True), "protected by a password"),
        ("cut.docx", course_files.word(("text", "words"))[:2000], "broken archive"),
        ("slides.docx", course_files.slides(("a", "b")), "broken DOCX"),
        ("bomb.docx", course_files.bomb(), "unpacks to more than"),
        ("laughs.docx", course_files.entity_bomb(), "declares XML entities"),
        ("long.txt", b"words " * 400_000, "more than 2 MB of text"),
    ],
)
async def test_a_file_without_honest_text_is_refused_with_the_reason(
    extractor: Extractor, name: str, content: bytes, why: str
) -> None:
    with pytest.raises(Unreadable, match=why):
        await read(extractor, name, content)


async def test_a_file_of_nothing_but_titles_has_them_for_its_text(extractor: Extractor) -> None:
    assert await read(extractor, "pictures.pptx", course_files.slides(("Clocks", ""), ("Drift", ""))) == [
        Section("slide 1", "Clocks", "Clocks"),
        Section("slide 2", "Drift", "Drift"),
    ]


async def test_a_reading_that_takes_too_long_is_killed() -> None:
    extractor = Extractor(wall_seconds_max=0.001)
    with pytest.raises(Unreadable, match="takes too long"):
        await read(extractor, "x.txt", b"words")
    await extractor.close()


async def test_a_caller_out_of_time_leaves_the_reading_for_its_retry(extractor: Extractor) -> None:
    fetches = 0

    async def content() -> bytes:
        nonlocal fetches
        fetches += 1
        return b"words"

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await extractor.sections("x.txt", "0" * 64, content)
    assert await extractor.sections("x.txt", "0" * 64, content) == [Section("lines 1-1", "", "words")]
    assert fetches == 1


async def test_a_failure_that_lies_not_in_the_file_is_not_kept_for_the_retry(extractor: Extractor) -> None:
    async def no_content() -> bytes:
        raise OSError("too many open files")

    with pytest.raises(OSError, match="too many open files"):
        await extractor.sections("x.txt", "0" * 64, no_content)

    async def content() -> bytes:
        return b"words"

    assert await extractor.sections("x.txt", "0" * 64, content) == [Section("lines 1-1", "", "words")]


async def test_beyond_a_few_waiting_files_the_extractor_says_busy(extractor: Extractor) -> None:
    never = asyncio.Event()

    async def content() -> bytes:
        await never.wait()
        return b""

    waiting = [asyncio.create_task(extractor.sections("x.txt", f"{n}", content)) for n in range(10)]
    await asyncio.sleep(0)
    with pytest.raises(ExtractorBusy):
        await extractor.sections("x.txt", "another", content)
    for task in waiting:
        task.cancel()
