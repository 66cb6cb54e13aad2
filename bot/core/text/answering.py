"""What instructors and administrators are told about questions."""

from __future__ import annotations

from bot.core.language import Phrase, tr, trn

INBOX_SUMMARY = Phrase("questions that wait for an instructor")
ANSWER_SUMMARY = Phrase("answer a question")
PUBLISH_SUMMARY = Phrase("put an answered question into the FAQ")
ENDORSE_SUMMARY = Phrase("stand by an answer of the tutor's")
CORRECT_SUMMARY = Phrase("correct an answer of the tutor's")
REVEAL_SUMMARY = Phrase("learn who asked a question; it is recorded")

ANSWER_PROMPT = Phrase("What is your answer?")
FAQ_PROMPT = Phrase("Into the FAQ: yes or no?")
CORRECTION_PROMPT = Phrase("What is right?")
REASON_PROMPT = Phrase("Why must you know who asked? The reason is recorded.")

INBOX_EMPTY = Phrase("No question waits for an answer.")
REPLY_HINT = Phrase("Reply to one of these messages to answer it.")
SEND_DRAFT = Phrase("Send the tutor's answer")
DRAFT_CARD = Phrase("Send the tutor's answer as yours?")
NO_DRAFT = Phrase("The tutor has no answer to this question; please write one.")
ASKER_IS_TOLD = Phrase("The one who asked is told.")
FOR_EVERYBODY = Phrase("It is in the FAQ, without a name, and the tutor answers from it.")
STAYS_PRIVATE = Phrase("The question was asked privately, so nobody else sees it.")
REVEAL_RECORDED = Phrase("That you looked, and why, is recorded for all administrators to see.")

FOLLOWED_UP = Phrase("Followed up:")
HANDED_OVER = Phrase("The tutor was asked first.")
DOUBTED = Phrase("The one who asked says that the tutor's answer is wrong.")

PUBLISH = Phrase("Put into the FAQ")
ENDORSE = Phrase("Endorse the tutor's answer")
CORRECT = Phrase("Correct it")
RESOLVE = Phrase("Resolve")


def unanswered(count: int) -> str:
    return trn(count, "{count} unanswered question", "{count} unanswered questions")


def waiting_headline(query_id: str, pseudonym: str, when: str) -> str:
    return tr("{query}: {pseudonym}, {when}", query=query_id, pseudonym=pseudonym, when=when)


def answered(query_id: str) -> str:
    return tr("Answered {query}", query=query_id)


def answer_item(query_id: str) -> str:
    return tr("Answer {query}", query=query_id)


def published(query_id: str) -> str:
    return tr("{query} is in the FAQ", query=query_id)


def endorsed(query_id: str) -> str:
    return tr("Endorsed the tutor's answer to {query}", query=query_id)


def corrected(query_id: str) -> str:
    return tr("Corrected the tutor's answer to {query}", query=query_id)


def reveal_card(query_id: str, reason: str) -> str:
    return tr("Learn who asked {query}, because “{reason}”?", query=query_id, reason=reason)


def asked_by(query_id: str, name: str, username: str) -> str:
    return tr("{query} was asked by {name} ({username})", query=query_id, name=name, username=username)
