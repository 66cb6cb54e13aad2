"""Questions, their answers, and announcements over plain lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.client.api import Announcement, Answer, Query, Recipient, User
from bot.client.fake.refusals import check_role, check_text, may_see, no_such_item

TEXT_CHARACTERS_MAX = 20_000
QUESTION_CHARACTERS_MAX = 2_000


@dataclass(slots=True)
class _Thread:
    query: Query
    asker: str


@dataclass(slots=True)
class Questions:
    """Every method takes the person who acts or looks, and raises LmsError as the cluster would."""

    now: Callable[[], datetime]
    _threads: dict[str, _Thread] = field(default_factory=dict)
    _announcements: dict[str, Announcement] = field(default_factory=dict)

    def ask(self, actor: User, text: str, recipient: Recipient) -> Query:
        check_role(actor, ["student"], "ask questions")
        check_text("text", text, QUESTION_CHARACTERS_MAX)
        number = len(self._threads) + 1
        item = Query(f"Q{number}", text, recipient, False, f"Student {number}", (), self.now())
        self._threads[item.id] = _Thread(item, actor.username)
        return item

    def answer(self, actor: User, query_id: str, text: str) -> Query:
        check_role(actor, ["instructor"], "answer questions")
        self.query(actor, query_id)
        check_text("text", text, TEXT_CHARACTERS_MAX)
        return self.record_answer(query_id, Answer(text, actor.display_name, False, (), "", False, False))

    def record_answer(self, query_id: str, answer: Answer) -> Query:
        thread = self._threads[query_id]
        thread.query = replace(thread.query, answered=True, answers=(*thread.query.answers, answer))
        return thread.query

    def asker_of(self, query_id: str) -> str:
        return self._threads[query_id].asker

    def query(self, viewer: User, query_id: str) -> Query:
        check_role(viewer, ["student", "instructor"], "see questions")
        thread = self._threads.get(query_id)
        if thread is None or not may_see(viewer, thread.asker):
            raise no_such_item("question", query_id)
        return thread.query

    def list_queries(self, viewer: User, pending: bool) -> list[Query]:
        check_role(viewer, ["student", "instructor"], "see questions")
        threads = [thread for thread in self._threads.values() if may_see(viewer, thread.asker)]
        if pending and viewer.role == "instructor":
            threads = [thread for thread in threads if thread.query.recipient is Recipient.INSTRUCTOR]
        return [thread.query for thread in threads if not (pending and thread.query.answered)]

    def waiting_for_tutor(self) -> list[Query]:
        return [
            thread.query
            for thread in self._threads.values()
            if thread.query.recipient is Recipient.TUTOR and not thread.query.answered
        ]

    def announce(self, actor: User, text: str) -> Announcement:
        check_role(actor, ["instructor"], "announce")
        check_text("text", text, TEXT_CHARACTERS_MAX)
        number = len(self._announcements) + 1
        item = Announcement(f"N{number}", text, actor.display_name, self.now())
        self._announcements[item.id] = item
        return item

    def list_announcements(self) -> list[Announcement]:
        return list(self._announcements.values())
