"""How far everything has got: what is read, handed in and graded, in words and as a picture."""

from __future__ import annotations

from collections.abc import Sequence

from bot.client.api import LmsClient, Progress
from bot.commands.card import all_of, card, go
from bot.commands.listing import PAGE, listing
from bot.core.command import INSTRUCTORS, STUDENTS, Command, Conversation, Values
from bot.core.model import OutgoingFile, Reply, Role
from bot.core.text import phrases
from bot.core.text import work as text
from bot.pictures.bars import Bar, bars

PICTURE_NAME = "progress.png"


class ProgressOfStudents:
    def __init__(self, client: LmsClient) -> None:
        self._client = client

    def commands(self) -> tuple[Command, ...]:
        return (
            Command(
                "progress",
                text.PROGRESS_SUMMARY,
                "/progress",
                self.read,
                STUDENTS | INSTRUCTORS,
                (PAGE,),
                aside=True,
            ),
        )

    async def read(self, conversation: Conversation, values: Values) -> Reply:
        everyone = await all_of(lambda page: self._client.progress(conversation.token, page=page))
        if conversation.role is Role.STUDENT and everyone:
            (own,) = everyone
            return card(
                text.OWN_PROGRESS,
                *_lines(own),
                buttons=[go("grades")],
                files=await _own_picture(own),
            )
        shown = listing(everyone, values["page"], "progress")
        headline = phrases.students(len(everyone))
        return card(
            headline,
            *(_line(each) for each in shown.items),
            *shown.place,
            buttons=[go("pending")],
            pager=shown.pager,
            files=await _picture(headline, shown.items),
        )


def _lines(progress: Progress) -> list[str]:
    score = phrases.in_points(progress.score_hundredths)
    return [
        text.materials_read(progress.materials_read, progress.materials),
        text.assignments_handed_in(progress.assignments_submitted, progress.assignments),
        text.assignments_graded(progress.assignments_graded, score, progress.points_max),
    ]


def _line(progress: Progress) -> str:
    who = phrases.person(progress.student_name, progress.student)
    return text.progress_line(who, *(words for words, _ in _parts(progress)))


def _parts(progress: Progress) -> list[tuple[str, float]]:
    """Of what is read, what is handed in, and the points, each as "2/3" and as a share."""
    score = phrases.in_points(progress.score_hundredths)
    return [
        (
            f"{progress.materials_read}/{progress.materials}",
            _share(progress.materials_read, progress.materials),
        ),
        (
            f"{progress.assignments_submitted}/{progress.assignments}",
            _share(progress.assignments_submitted, progress.assignments),
        ),
        (f"{score}/{progress.points_max}", _share(progress.score_hundredths, 100 * progress.points_max)),
    ]


async def _own_picture(progress: Progress) -> tuple[OutgoingFile, ...]:
    read, handed_in, score = _parts(progress)
    graded = (
        f"{progress.assignments_graded}/{progress.assignments}",
        _share(progress.assignments_graded, progress.assignments),
    )
    labels = (text.READ, text.HANDED_IN, text.GRADED, text.POINTS)
    rows = [
        Bar(str(label), [part]) for label, part in zip(labels, (read, handed_in, graded, score), strict=True)
    ]
    return await bars(PICTURE_NAME, str(text.OWN_PROGRESS), rows)


async def _picture(title: str, students: Sequence[Progress]) -> tuple[OutgoingFile, ...]:
    if not students:
        return ()
    rows = [Bar(student.student_name, _parts(student)) for student in students]
    return await bars(PICTURE_NAME, title, rows, [str(text.READ), str(text.HANDED_IN), str(text.POINTS)])


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
