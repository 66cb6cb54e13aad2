"""HTML: what a reader of the page sees, a section at every heading."""

from __future__ import annotations

from lxml import etree, html

from lms_cluster.extraction.characters import decode
from lms_cluster.extraction.section import Section, Unreadable

UNSEEN = (
    *("script", "style", "noscript", "template", "head", "svg", "math"),
    *("iframe", "object", "select", "textarea", "datalist", "noembed", "noframes", "title"),
)
HIDDEN = etree.XPath(
    "//*[@hidden or contains(translate(@style, 'DISPLAYNOE \t\n', 'displaynoe'), 'display:none')]"
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
    }
    | {"mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)
"""Elements that do not break the line; all others do."""


def read(content: bytes) -> list[Section]:
    """Raises Unreadable."""
    text = decode(content)
    if not text.strip():
        raise Unreadable("is empty")
    try:
        # The text is decoded already: the parser must not guess an encoding from a meta element.
        parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
        root = html.document_fromstring(text.encode(), parser=parser)
    except etree.LxmlError as error:
        raise Unreadable("could not be read as HTML") from error
    etree.strip_elements(root, *UNSEEN, with_tail=False)
    for element in HIDDEN(root):
        if element.getparent() is not None:
            element.drop_tree()
    return _sections(root)


def _sections(root: html.HtmlElement) -> list[Section]:
    found: list[tuple[list[str], list[str]]] = [([], [])]
    in_heading = False
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "start":
            if element.tag in HEADINGS:
                found.append(([], []))
                in_heading = True
            elif element.tag not in INLINE:
                found[-1][1].append("\n")
            words = element.text
        else:
            if element.tag in HEADINGS:
                in_heading = False
            elif element.tag not in INLINE:
                found[-1][1].append("\n")
            words = element.tail
        if words:
            found[-1][0 if in_heading else 1].append(words)
    kept = [(" ".join("".join(heading).split()), "".join(body)) for heading, body in found]
    kept = [(heading, body) for heading, body in kept if heading or body.strip()]
    return [Section(f"section {number}", heading, body) for number, (heading, body) in enumerate(kept, 1)]
