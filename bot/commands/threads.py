"""Questions as threads: looked at, followed up, rated, resolved."""

from __future__ import annotations

from dataclasses import replace

from bot.client.api import LmsClient, Query, QueryState, Rating, Recipient
from bot.commands import arguments
from bot.commands.answers import answer_text, tutors_own
from bot.commands.card import all_of, button, card, go, saved_card
from bot.commands.dates import Calendar
from bot.commands.listing import PAGE, listing
from bot.commands.sources import source_buttons
from bot.commands.tutor_replies import hand_over, next_steps
from bot.core.command import INSTRUCTORS, STUDENTS, Arg, BadValue, Choice, Command, Conversation, Values
from bot.core.model import Button, Reply, Role
from bot.core.richtext import Text, italic, lines, quote
from bot.core.text import answering, phrases
from bot.core.text import questions as text

QUESTION_ID = arguments.item_id("Q")
DRAFT = "draft"
"""As the text of an instructor's answer: the tutor's."""


class Threads:
    def __init__(self, client: LmsClient, calendar: Calendar) -> None:
        self._client = client
        self._calendar = calendar

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "questions",
                text.QUESTIONS_SUMMARY,
                "/questions Q1",
                self.read,
                STUDENTS | INSTRUCTORS,
                (Arg("question", text.WHICH_QUESTION, parse=QUESTION_ID, required=False), PAGE),
                aside=True,
                lists=("questions",),
            ),
            Command(
                "followup",
                text.FOLLOWUP_SUMMARY,
                "/followup Q1 And if two of them campaign at once?",
                self.follow_up,
                STUDENTS,
                (
                    Arg("question", text.WHICH_QUESTION, parse=QUESTION_ID, choices=self._own),
                    Arg("text", text.FOLLOWUP_PROMPT, parse=_follow_up_text, rest=True),
                ),
                lists=("questions",),
            ),
            Command(
                "rate",
                text.RATE_SUMMARY,
                "/rate Q1 helpful",
                self.rate,
                STUDENTS,
                (
                    Arg("question", text.WHICH_QUESTION, parse=QUESTION_ID, choices=self._of_tutor),
                    Arg("rating", text.RATING_PROMPT, parse=_rating, choices=_ratings),
                ),
                lists=("questions",),
            ),
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        if values["question"]:
            query = await self._client.query(conversation.token, values["question"])
            return self._thread(conversation.role, query)
        queries = await all_of(lambda page: self._client.queries(conversation.token, page=page))
        if not queries:
            return card(text.NO_QUESTIONS, buttons=[_instead(conversation.role)])
        page = listing(queries[::-1], values["page"], "questions")
        return card(
            text.questions(len(queries)),
            *(
                text.question_line(
                    query.id, query.text, self._calendar.relative(query.asked_at), query.state.value
                )
                for query in page.items
            ),
            *page.place,
            buttons=[button(phrases.open_item(query.id), "questions", query.id) for query in page.items],
            pager=page.pager,
        )

    async def follow_up(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.follow_up(
            conversation.token, conversation.request_id, values["question"], values["text"]
        )
        sent = saved_card(
            receipt,
            text.followed_up(receipt.item.id),
            *((quote(values["text"]),) if values["text"] else ()),
            text.ANONYMOUS,
            buttons=[button(phrases.open_item(receipt.item.id), "questions", receipt.item.id)],
        )
        return replace(sent, on_reply=f"followup:{receipt.item.id}")

    async def rate(self, conversation: Conversation, values: Values) -> Reply:
        receipt = await self._client.rate(
            conversation.token, conversation.request_id, values["question"], values["rating"]
        )
        wrong = values["rating"] is Rating.WRONG
        # Said again once the question was resolved, the same word opens nothing.
        reopens_not = wrong and receipt.item.state is QueryState.RESOLVED
        return saved_card(
            receipt,
            text.rated(receipt.item.id),
            text.REOPEN_HINT if reopens_not else text.DOUBT_TOLD if wrong else text.RATED,
            buttons=[
                *([hand_over(receipt.item)] if wrong and not receipt.item.with_instructors else []),
                button(phrases.open_item(receipt.item.id), "questions", receipt.item.id),
            ],
        )

    def _thread(self, role: Role, query: Query) -> Reply:
        when = self._calendar.absolute(query.asked_at)
        to_whom = query.recipient.value
        headline = (
            text.own_headline(query.id, to_whom, when)
            if query.own
            else text.question_headline(query.id, query.pseudonym, to_whom, when)
        )
        shown = card(
            headline,
            quote(query.text),
            *self._exchange(query),
            *([] if query.answers else [text.NOT_YET_ANSWERED]),
            *_remarks(query),
        )
        instructor = role is Role.INSTRUCTOR
        buttons = _of_instructor(query) if instructor else _of_asker(query)
        begun = "answer" if instructor else "followup"
        return replace(shown, buttons=buttons, on_reply=f"{begun}:{query.id}")

    def _exchange(self, query: Query) -> list[Text]:
        """Answers and follow-ups as they came."""
        told: list[Text] = []
        for place, answer in enumerate((*query.answers, None)):
            told += [self._followed_up(query, number) for number in _before(query, place)]
            if answer is not None:
                told.append(answer_text(answer))
        return told

    def _followed_up(self, query: Query, number: int) -> Text:
        follow_up = query.follow_ups[number]
        if not follow_up.text:
            return italic(text.HANDED_OVER)
        return lines(
            italic(text.followed_up_at(self._calendar.absolute(follow_up.asked_at))), quote(follow_up.text)
        )

    async def _own(self, conversation: Conversation, values: Values) -> list[Choice]:
        queries = await all_of(lambda page: self._client.queries(conversation.token, page=page))
        if not queries:
            raise BadValue(text.NONE_ASKED)
        return _choices(queries[::-1])

    async def _of_tutor(self, conversation: Conversation, values: Values) -> list[Choice]:
        queries = await all_of(lambda page: self._client.queries(conversation.token, page=page))
        answered = [
            query for query in reversed(queries) if query.tutor_answer and not query.tutor_answer.abstained
        ]
        if not answered:
            raise BadValue(text.NONE_ANSWERED_BY_TUTOR)
        return _choices([query for query in answered if not query.rating] or answered)


def _before(query: Query, place: int) -> list[int]:
    """The follow-ups that came before the answer at this place, and after the one before it."""
    return [number for number, each in enumerate(query.follow_ups) if each.after_answers == place]


def _remarks(query: Query) -> list[Text]:
    said = [
        (query.private, text.PRIVATE),
        (query.published, text.IN_FAQ),
        (query.state is QueryState.RESOLVED, text.RESOLVED),
    ]
    remarks = [italic(str(words)) for holds, words in said if holds]
    if query.rating is not None:
        remarks.append(italic(str(text.rating(query.rating.value, query.own))))
    return remarks


def _of_asker(query: Query) -> tuple[tuple[Button, ...], ...]:
    rows = list(next_steps(query)) if query.recipient is Recipient.TUTOR else []
    last = [button(text.FOLLOW_UP, "followup", query.id)]
    if query.state is not QueryState.RESOLVED:
        last.append(button(text.RESOLVED, "resolve", query.id))
    return (*rows, tuple(last), (go("questions"),))


def _of_instructor(query: Query) -> tuple[tuple[Button, ...], ...]:
    by_instructor = any(not answer.by_tutor for answer in query.answers)
    corrected = any(answer.correction for answer in query.answers)
    rows = [button(answering.answer_item(query.id), "answer", query.id)]
    if (draft := tutors_own(query)) is not None and not corrected:
        if not by_instructor:
            rows.append(button(answering.SEND_DRAFT, "answer", query.id, DRAFT))
        if not draft.endorsed_by:
            rows.append(button(answering.ENDORSE, "endorse", query.id))
        rows.append(button(answering.CORRECT, "correct", query.id))
    if by_instructor and not (query.private or query.published):
        rows.append(button(answering.PUBLISH, "publish", query.id))
    if query.answers and query.state is not QueryState.RESOLVED:
        rows.append(button(answering.RESOLVE, "resolve", query.id))
    rows += source_buttons(query.id, query.answers)
    return (*((each,) for each in rows), (go("inbox"),))


def _choices(queries: list[Query]) -> list[Choice]:
    return [Choice(query.id, phrases.item_label(query.id, query.text)) for query in queries]


def _instead(role: Role) -> Button:
    """Where there are no questions."""
    return go("pending" if role is Role.INSTRUCTOR else "ask")


def _follow_up_text(words: str) -> str:
    """Empty, when it was written so (`""`): the question is handed to the instructors as it is."""
    return words and arguments.bounded(arguments.QUESTION_CHARACTERS_MAX)(words)


def _rating(word: str) -> Rating:
    said = word.strip().lower()
    if said in text.HELPFUL_WORDS:
        return Rating.HELPFUL
    if said in text.WRONG_WORDS:
        return Rating.WRONG
    raise BadValue(text.NOT_A_RATING)


async def _ratings(conversation: Conversation, values: Values) -> list[Choice]:
    labels = {Rating.HELPFUL: text.HELPFUL, Rating.WRONG: text.WRONG}
    return [Choice(rating.value, str(label)) for rating, label in labels.items()]
