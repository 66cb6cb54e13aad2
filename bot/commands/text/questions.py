"""What is said about questions and their answers."""

from __future__ import annotations

from collections.abc import Iterable

from bot.client.api import Citation, Query, Recipient
from bot.commands.text import phrases

ASK_SUMMARY = "ask the tutor or an instructor"
QUESTIONS_SUMMARY = "questions and their answers"
INBOX_SUMMARY = "questions that wait for an instructor"
ANSWER_SUMMARY = "answer a question"
TO_WHOM = "Whom do you ask: the tutor (at once, from the materials) or an instructor?"
QUESTION_PROMPT = "What is your question?"
WHICH_QUESTION = "Which question?"
ANSWER_PROMPT = "What is your answer?"
ANONYMOUS = "Nobody sees who asked. You will be told when it is answered."
NO_QUESTIONS = "No questions yet."
INBOX_EMPTY = "No question waits for an answer."
NOT_YET_ANSWERED = "Not answered yet."
ASK_INSTRUCTOR = "Ask an instructor"
RECIPIENTS = {Recipient.TUTOR: "The tutor", Recipient.INSTRUCTOR: "An instructor"}

TUTOR_QUOTES = "From the tutor, a program that quotes the course materials:"
TUTOR_GENERATED = "From the tutor, a program that wrote this itself; it may be wrong:"
TUTOR_ABSTAINS = "From the tutor, a program that only quotes the course materials:"


def asked_instructor(query_id: str) -> str:
    return f"Asked the instructors: {query_id}"


def asked_tutor(query_id: str) -> str:
    return f"Asked the tutor: {query_id}"


def tutor_away(query_id: str) -> str:
    return f"The tutor is away; your question {query_id} is kept and will be answered when it returns."


def tutor_slow(query_id: str) -> str:
    return f"The tutor is still at your question {query_id}; you will be told when it is answered."


def answered(query_id: str) -> str:
    return f"Answered {query_id}"


def answer_item(query_id: str) -> str:
    return f"Answer {query_id}"


def answer_from(author: str) -> str:
    return f"From {author}:"


def source(citation: Citation) -> str:
    return f"{citation.material_id}, {citation.place}" if citation.place else citation.material_id


def sources(named: Iterable[str]) -> str:
    return f"Sources: {'; '.join(named)}"


def question_line(query: Query, when: str) -> str:
    state = "answered" if query.answered else "waiting"
    return f"{phrases.item_label(query.id, query.text)} ({when}, {state})"


def question_headline(query: Query, when: str) -> str:
    to_whom = "the tutor" if query.recipient is Recipient.TUTOR else "the instructors"
    return f"{query.id}: {query.pseudonym} to {to_whom}, {when}"
