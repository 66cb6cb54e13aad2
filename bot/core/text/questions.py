"""What is said about questions and the answers to them."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.language import Phrase, Words, in_every_language, tr, trn
from bot.core.text import phrases

ASK_SUMMARY = Phrase("ask the tutor or an instructor")
QUESTIONS_SUMMARY = Phrase("questions and their answers")
FOLLOWUP_SUMMARY = Phrase("ask the instructors more about a question of yours")
RATE_SUMMARY = Phrase("say whether the tutor's answer was helpful or wrong")
RESOLVE_SUMMARY = Phrase("close a question or a request that is settled")
WHICH_TO_RESOLVE = Phrase("Which question, or which request to look at a grade again?")
FAQ_SUMMARY = Phrase("questions that were answered for everybody")

TO_WHOM = Phrase(
    "Whom do you ask: the tutor (at once, from the materials) or an instructor? "
    "Nobody sees who asks; with /ask anon no classmate ever sees the question either."
)
RECIPIENTS = {"tutor": Phrase("The tutor"), "instructor": Phrase("An instructor")}
ANON_PROMPT = Phrase("Write anon to keep your question from classmates altogether.")
QUESTION_PROMPT = Phrase("What is your question?")
WHICH_QUESTION = Phrase("Which question?")
FOLLOWUP_PROMPT = Phrase("What do you want to add?")
RATING_PROMPT = Phrase("Was the tutor's answer helpful or wrong?")
FAQ_PROMPT = Phrase("What are you looking for?")

ANONYMOUS = Phrase("Nobody sees who asked. You will be told when it is answered.")
PRIVATE = Phrase("Classmates never see this question, not even without a name.")
NO_QUESTIONS = Phrase("No questions yet.")
NONE_ASKED = Phrase("You have asked nothing yet; /ask asks a question.")
NONE_ANSWERED_BY_TUTOR = Phrase("The tutor has answered no question of yours yet.")
NOT_YET_ANSWERED = Phrase("Not answered yet.")
IN_FAQ = Phrase("In the FAQ.")
SIMILAR = Phrase("Similar questions have been answered:")
SEND_ANYWAY = Phrase("Send anyway")
HANDED_OVER = Phrase("Handed to the instructors.")
RATED = Phrase("Thank you for telling.")
DOUBT_TOLD = Phrase("The instructors are told, and look at it.")
REOPEN_HINT = Phrase("A follow-up opens it again.")
FAQ_EMPTY = Phrase("Nothing is in the FAQ yet.")

ASK_INSTRUCTOR = Phrase("Ask the instructor")
FOLLOW_UP = Phrase("Follow up")
HELPFUL = Phrase("Helpful")
WRONG = Phrase("Wrong")
RESOLVED = Phrase("Resolved")

TUTOR_QUOTES = Phrase("From the tutor, a program that quotes the course materials:")
TUTOR_GENERATED = Phrase("From the tutor, a program that wrote this itself; it may be wrong:")
TUTOR_HINTS = Phrase("From the tutor, a program that here only says where the course materials answer:")
TUTOR_ABSTAINS = Phrase("From the tutor, a program that only quotes the course materials:")

NOT_ANON = Phrase("Write anon, or leave it out.")
NOT_A_RATING = Phrase("Choose helpful or wrong.")
ANON_WORDS = in_every_language(Phrase("anon"))
HELPFUL_WORDS = in_every_language(HELPFUL)
WRONG_WORDS = in_every_language(WRONG)

_STATES = {
    "pending": Phrase("waiting"),
    "answered": Phrase("answered"),
    "resolved": Phrase("resolved"),
}
_RATINGS = {
    "helpful": Phrase("The one who asked found the tutor's answer helpful."),
    "wrong": Phrase("The one who asked says that the tutor's answer is wrong."),
}
_OWN_RATINGS = {
    "helpful": Phrase("You found the tutor's answer helpful."),
    "wrong": Phrase("You said that the tutor's answer is wrong."),
}


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


def followed_up(query_id: str) -> str:
    return tr("Sent to the instructors: {query}", query=query_id)


def rated(query_id: str) -> str:
    return tr("Noted for {query}", query=query_id)


def answer_instead(query_id: str) -> str:
    return tr(
        "{command} closes {query} and says nothing; to answer it use {answer}.",
        command="/resolve",
        query=query_id,
        answer=f"/answer {query_id}",
    )


def follow_up_instead(query_id: str) -> str:
    return tr(
        "{command} closes {query} and says nothing; to ask more use {followup}.",
        command="/resolve",
        query=query_id,
        followup=f"/followup {query_id}",
    )


def resolved(query_id: str) -> str:
    return tr("Resolved {query}", query=query_id)


def answer_from(author: str) -> str:
    return tr("From {author}:", author=author)


def correction_from(author: str) -> str:
    return tr("From {author}, who corrects the tutor:", author=author)


def endorsed_by(author: str) -> str:
    return tr("{author} stands by this answer.", author=author)


def sources(named: Iterable[str]) -> str:
    return tr("Sources: {sources}", sources="; ".join(named))


def questions(count: int) -> str:
    return trn(count, "{count} question", "{count} questions")


def state(name: str) -> Words:
    """ "pending", "answered" or "resolved"."""
    return _STATES[name]


def rating(name: str, own: bool) -> Words:
    """ "helpful" or "wrong"."""
    return (_OWN_RATINGS if own else _RATINGS)[name]


def question_line(query_id: str, words: str, when: str, state_name: str) -> str:
    return f"{phrases.item_label(query_id, words)} ({when}, {state(state_name)})"


def question_headline(query_id: str, pseudonym: str, recipient: str, when: str) -> str:
    """`recipient` is "tutor" or "instructor"."""
    values = {"query": query_id, "pseudonym": pseudonym, "when": when}
    if recipient == "tutor":
        return tr("{query}: {pseudonym} to the tutor, {when}", **values)
    return tr("{query}: {pseudonym} to the instructors, {when}", **values)


def own_headline(query_id: str, recipient: str, when: str) -> str:
    """`recipient` is "tutor" or "instructor"."""
    if recipient == "tutor":
        return tr("{query}: you asked the tutor, {when}", query=query_id, when=when)
    return tr("{query}: you asked the instructors, {when}", query=query_id, when=when)


def followed_up_at(when: str) -> str:
    return tr("Followed up, {when}:", when=when)


def known_headline(query_id: str) -> str:
    return tr("{query} in the FAQ", query=query_id)


def known_answers(count: int) -> str:
    return trn(count, "{count} answered question", "{count} answered questions")


def nothing_known(words: str) -> str:
    return tr("Nothing in the FAQ is about “{words}”.", words=phrases.shortened(words))


def similar_line(query_id: str, words: str, answer: str) -> str:
    return f"{phrases.item_label(query_id, words)}\n    {answer}"
