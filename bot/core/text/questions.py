"""What is said about questions and their answers."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.language import Phrase, tr, trn
from bot.core.text import phrases

ASK_SUMMARY = Phrase("ask the tutor or an instructor")
QUESTIONS_SUMMARY = Phrase("questions and their answers")
INBOX_SUMMARY = Phrase("questions that wait for an instructor")
ANSWER_SUMMARY = Phrase("answer a question")
TO_WHOM = Phrase("Whom do you ask: the tutor (at once, from the materials) or an instructor?")
QUESTION_PROMPT = Phrase("What is your question?")
WHICH_QUESTION = Phrase("Which question?")
ANSWER_PROMPT = Phrase("What is your answer?")
ANONYMOUS = Phrase("Nobody sees who asked. You will be told when it is answered.")
NO_QUESTIONS = Phrase("No questions yet.")
INBOX_EMPTY = Phrase("No question waits for an answer.")
NOT_YET_ANSWERED = Phrase("Not answered yet.")
ASK_INSTRUCTOR = Phrase("Ask an instructor")
RECIPIENTS = {"tutor": Phrase("The tutor"), "instructor": Phrase("An instructor")}

TUTOR_QUOTES = Phrase("From the tutor, a program that quotes the course materials:")
TUTOR_GENERATED = Phrase("From the tutor, a program that wrote this itself; it may be wrong:")
TUTOR_ABSTAINS = Phrase("From the tutor, a program that only quotes the course materials:")


def asked_instructor(query_id: str) -> str:
    return tr("Asked the instructors: {query}", query=query_id)


def asked_tutor(query_id: str) -> str:
    return tr("Asked the tutor: {query}", query=query_id)


def tutor_away(query_id: str) -> str:
    return tr(
        "The tutor is away; your question {query} is kept and will be answered when it returns.",
        query=query_id,
    )


def tutor_slow(query_id: str) -> str:
    return tr(
        "The tutor is still at your question {query}; you will be told when it is answered.", query=query_id
    )


def answered(query_id: str) -> str:
    return tr("Answered {query}", query=query_id)


def answer_item(query_id: str) -> str:
    return tr("Answer {query}", query=query_id)


def answer_from(author: str) -> str:
    return tr("From {author}:", author=author)


def sources(named: Iterable[str]) -> str:
    return tr("Sources: {sources}", sources="; ".join(named))


def unanswered(count: int) -> str:
    return trn(count, "{count} unanswered question", "{count} unanswered questions")


def question_line(query_id: str, words: str, when: str, answered: bool) -> str:
    label = phrases.item_label(query_id, words)
    if answered:
        return tr("{question} ({when}, answered)", question=label, when=when)
    return tr("{question} ({when}, waiting)", question=label, when=when)


def question_headline(query_id: str, pseudonym: str, recipient: str, when: str) -> str:
    """`recipient` is "tutor" or "instructor"."""
    values = {"query": query_id, "pseudonym": pseudonym, "when": when}
    if recipient == "tutor":
        return tr("{query}: {pseudonym} to the tutor, {when}", **values)
    return tr("{query}: {pseudonym} to the instructors, {when}", **values)
