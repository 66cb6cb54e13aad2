"""What is said about how the tutor may answer, and about the place that an answer cites."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn

SUMMARY = Phrase("how the tutor may answer in this course")
PROMPT = Phrase("Quote, hint or off?")
SOURCE_SUMMARY = Phrase("open the place that an answer cites")
WHICH_SOURCE = Phrase("Which of its sources, by number?")
WHICH_ANSWER = Phrase("Say whose source: /source and a question's id.")

HEADLINES = {
    "quote": Phrase("The tutor quotes the course materials"),
    "hint": Phrase("The tutor gives hints only"),
    "off": Phrase("The tutor is off"),
}
"""By policy."""
MEANINGS = {
    "quote": Phrase(
        "It answers with their sentences, each with its source, or says that they do not answer. "
        "Assignments that are open and solutions are never quoted."
    ),
    "hint": Phrase("It says in which section of the materials the answer stands, and quotes nothing."),
    "off": Phrase("It takes no questions; an instructor does. What was asked of it before waits."),
}
TURN = {
    "quote": Phrase("Let it quote"),
    "hint": Phrase("Hints only"),
    "off": Phrase("Turn it off"),
}
TOLD_OFF = Phrase("Whoever waits for an answer of the tutor's is told.")
NOT_A_POLICY = Phrase("Write quote, hint or off.")

OFF = Phrase("The tutor is off in this course.")
NO_SOURCES = Phrase("The tutor cites nothing there.")


def set_by(author: str, when: str) -> str:
    return tr("Set by {author}, {when}", author=author, when=when)


def only_sources(query_id: str, count: int) -> str:
    return trn(
        count,
        "The answer to {query} has one source.",
        "The answer to {query} has sources 1 to {count}.",
        query=query_id,
    )


def closest_section(source: str) -> str:
    return tr("Closest section: {source}", source=source)


def whole(material_id: str) -> str:
    return tr("All of {material}", material=material_id)
