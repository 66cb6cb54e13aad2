"""Materials, work and grades over plain lists: who may do and see what, and what comes of it.

Every method takes the person who acts or looks, and raises LmsError as the cluster would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.client.api import (
    Assignment,
    File,
    Grade,
    LmsError,
    Material,
    Progress,
    Submission,
    User,
)
from bot.client.fake.refusals import (
    check_points,
    check_role,
    check_text,
    check_username,
    invalid,
    may_see,
    no_such_item,
    rule,
)

TITLE_CHARACTERS_MAX = 200
DISPLAY_NAME_CHARACTERS_MAX = 100
TEXT_CHARACTERS_MAX = 20_000
FEEDBACK_CHARACTERS_MAX = 10_000
FILES_MAX = 10
POINTS_MAX = 1_000


@dataclass(slots=True)
class Classroom:
    now: Callable[[], datetime]
    users: dict[str, User] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    """By SHA-256."""
    _owned: set[tuple[str, str]] = field(default_factory=set)
    """(username, SHA-256) of what each person uploaded."""
    _materials: dict[str, Material] = field(default_factory=dict)
    _read: set[tuple[str, str]] = field(default_factory=set)
    """(username, material id)."""
    _assignments: dict[str, Assignment] = field(default_factory=dict)
    _submissions: dict[str, Submission] = field(default_factory=dict)
    _grades: dict[str, list[Grade]] = field(default_factory=dict)
    """Every version of a submission's grade, oldest first."""

    # --- people ---

    def add_user(self, actor: User, username: str, display_name: str, role: str) -> User:
        check_role(actor, ["administrator"], "add users")
        check_username(username)
        check_text("display_name", display_name, DISPLAY_NAME_CHARACTERS_MAX)
        if username in self.users:
            raise LmsError("ALREADY_EXISTS", "ALREADY_EXISTS", f"There is already a user {username}.")
        self.users[username] = User(username, display_name, role)
        return self.users[username]

    def list_users(self, viewer: User) -> list[User]:
        check_role(viewer, ["instructor", "administrator"], "see users")
        return sorted(self.users.values(), key=lambda user: user.username)

    # --- files ---

    def keep(self, actor: User, file: File, content: bytes) -> None:
        self.contents[file.sha256] = content
        self._owned.add((actor.username, file.sha256))

    def file_of(self, viewer: User, item_id: str, sha256: str) -> File:
        files: tuple[File, ...]
        if item_id.startswith("S"):
            files = self.submission(viewer, item_id).files
        else:
            file = self.material(viewer, item_id).file
            files = (file,) if file else ()
        if not sha256 and len(files) > 1:
            raise invalid("sha256", f"must name one of the {len(files)} files of {item_id}")
        for file in files:
            if sha256 in ("", file.sha256):
                return file
        raise LmsError("NOT_FOUND", "NO_SUCH_ITEM", f"{item_id} has no such file.")

    def _check_uploaded(self, actor: User, field: str, file: File) -> None:
        if (actor.username, file.sha256) not in self._owned:
            raise invalid(field, "must be a file that you have uploaded")

    # --- materials ---

    def add_material(self, actor: User, title: str, topic: str, file: File) -> Material:
        check_role(actor, ["instructor"], "publish materials")
        check_text("title", title, TITLE_CHARACTERS_MAX)
        check_text("topic", topic, TITLE_CHARACTERS_MAX, optional=True)
        self._check_uploaded(actor, "file", file)
        try:
            text = self.contents[file.sha256].decode()
        except UnicodeDecodeError:
            raise invalid("file", f"{file.name} is not valid UTF-8 text") from None
        item = Material(f"M{len(self._materials) + 1}", title, topic, file, text, self.now())
        self._materials[item.id] = item
        return item

    def material(self, viewer: User, material_id: str) -> Material:
        if material_id not in self._materials:
            raise no_such_item("material", material_id)
        return self._materials[material_id]

    def list_materials(self, viewer: User, words: str) -> list[Material]:
        wanted = words.lower().split()
        return [
            replace(item, text="")
            for item in self._materials.values()
            if all(word in f"{item.title} {item.topic} {item.text}".lower() for word in wanted)
        ]

    def mark_read(self, actor: User, material_id: str) -> None:
        self._read.add((actor.username, self.material(actor, material_id).id))

    # --- assignments and submissions ---

    def add_assignment(
        self, actor: User, title: str, instructions: str, points: int, due: datetime
    ) -> Assignment:
        check_role(actor, ["instructor"], "set assignments")
        check_text("title", title, TITLE_CHARACTERS_MAX)
        check_text("instructions", instructions, TEXT_CHARACTERS_MAX, optional=True)
        check_points(points, POINTS_MAX)
        if due <= self.now():
            raise invalid("due", "must be in the future")
        item = Assignment(f"A{len(self._assignments) + 1}", title, instructions, points, due, 0)
        self._assignments[item.id] = item
        return item

    def assignment(self, viewer: User, assignment_id: str) -> Assignment:
        if assignment_id not in self._assignments:
            raise no_such_item("assignment", assignment_id)
        attempts = [each for each in self._submissions.values() if each.assignment_id == assignment_id]
        if viewer.role == "student":
            count = sum(each.student == viewer.username for each in attempts)
        else:
            count = len({each.student for each in attempts})
        return replace(self._assignments[assignment_id], submissions=count)

    def list_assignments(self, viewer: User) -> list[Assignment]:
        return [self.assignment(viewer, assignment_id) for assignment_id in self._assignments]

    def submit(self, actor: User, assignment_id: str, text: str, files: tuple[File, ...]) -> Submission:
        check_role(actor, ["student"], "submit")
        assignment = self.assignment(actor, assignment_id)
        check_text("text", text, TEXT_CHARACTERS_MAX, optional=bool(files))
        if len(files) > FILES_MAX:
            raise invalid("files", f"must be at most {FILES_MAX}, you sent {len(files)}")
        for place, file in enumerate(files):
            self._check_uploaded(actor, f"files[{place}]", file)
        now = self.now()
        item = Submission(
            id=f"S{len(self._submissions) + 1}",
            assignment_id=assignment_id,
            student=actor.username,
            student_name=actor.display_name,
            text=text,
            files=files,
            attempt=assignment.submissions + 1,
            late=now > assignment.due,
            submitted_at=now,
            graded=False,
        )
        self._submissions[item.id] = item
        return item

    def submission(self, viewer: User, submission_id: str) -> Submission:
        check_role(viewer, ["student", "instructor"], "see submissions")
        item = self._submissions.get(submission_id)
        if item is None or not may_see(viewer, item.student):
            raise no_such_item("submission", submission_id)
        return replace(item, graded=self._grade_for(viewer, submission_id) is not None)

    def list_submissions(self, viewer: User, assignment_id: str, pending: bool) -> list[Submission]:
        check_role(viewer, ["student", "instructor"], "see submissions")
        seen = [
            self.submission(viewer, i) for i, s in self._submissions.items() if may_see(viewer, s.student)
        ]
        return [
            item
            for item in seen
            if assignment_id in ("", item.assignment_id)
            and not (pending and (item.graded or self._newest(item).id != item.id))
        ]

    def _newest(self, item: Submission) -> Submission:
        return max(
            (
                each
                for each in self._submissions.values()
                if (each.assignment_id, each.student) == (item.assignment_id, item.student)
            ),
            key=lambda each: each.attempt,
        )

    # --- grades ---

    def put_grade(self, actor: User, submission_id: str, points: int, feedback: str, version: int) -> Grade:
        check_role(actor, ["instructor"], "grade")
        submission = self.submission(actor, submission_id)
        newest = self._newest(submission)
        if newest.id != submission_id:
            newer = f"the newest one, {newest.id}, is the one to grade"
            raise rule(f"{submission_id} is an earlier attempt; {newer}.")
        assignment = self._assignments[submission.assignment_id]
        check_points(points, assignment.points)
        check_text("feedback", feedback, FEEDBACK_CHARACTERS_MAX, optional=True)
        versions = self._grades.setdefault(submission_id, [])
        if version != len(versions):
            raise _grade_changed(submission_id, versions, version)
        item = Grade(
            id=submission_id,
            assignment_id=assignment.id,
            assignment_title=assignment.title,
            student=submission.student,
            student_name=submission.student_name,
            points=points,
            points_max=assignment.points,
            feedback=feedback,
            version=version + 1,
            released=False,
            grader=actor.display_name,
        )
        versions.append(item)
        return item

    def release(self, actor: User, assignment_id: str) -> list[Grade]:
        """The grades that this act published."""
        check_role(actor, ["instructor"], "release grades")
        self.assignment(actor, assignment_id)
        published = []
        for versions in self._grades.values():
            if versions and versions[-1].assignment_id == assignment_id and not versions[-1].released:
                versions[-1] = replace(versions[-1], released=True)
                published.append(versions[-1])
        return published

    def grade(self, viewer: User, submission_id: str) -> Grade:
        check_role(viewer, ["student", "instructor"], "see grades")
        item = self._grade_for(viewer, submission_id)
        if item is None or not may_see(viewer, item.student):
            raise no_such_item("grade", submission_id)
        return item

    def list_grades(self, viewer: User, assignment_id: str) -> list[Grade]:
        check_role(viewer, ["student", "instructor"], "see grades")
        grades = [self._grade_for(viewer, submission_id) for submission_id in self._grades]
        return [
            grade
            for grade in grades
            if grade and may_see(viewer, grade.student) and assignment_id in ("", grade.assignment_id)
        ]

    def _grade_for(self, viewer: User, submission_id: str) -> Grade | None:
        versions = self._grades.get(submission_id, [])
        if viewer.role == "student":
            versions = [version for version in versions if version.released]
        return versions[-1] if versions else None

    def _progress_of(self, student: User) -> Progress:
        own = [each for each in self._submissions.values() if each.student == student.username]
        # Of several graded attempts the newest stands.
        grades = {grade.assignment_id: grade for grade in self.list_grades(student, "")}.values()
        return Progress(
            student=student.username,
            student_name=student.display_name,
            materials=len(self._materials),
            materials_read=sum(username == student.username for username, _ in self._read),
            assignments=len(self._assignments),
            assignments_submitted=len({each.assignment_id for each in own}),
            assignments_graded=len(grades),
            points=sum(grade.points for grade in grades),
            points_max=sum(grade.points_max for grade in grades),
        )

    def list_progress(self, viewer: User) -> list[Progress]:
        check_role(viewer, ["student", "instructor"], "see progress")
        students = [user for user in self.users.values() if user.role == "student"]
        return [self._progress_of(each) for each in students if may_see(viewer, each.username)]


def _grade_changed(submission_id: str, versions: list[Grade], based_on: int) -> LmsError:
    if versions:
        message = f"{versions[-1].grader} changed this grade (now {versions[-1].points})."
    else:
        message = f"{submission_id} has no grade yet."
    wrong = {"version": f"must be {len(versions)}, you sent {based_on}"}
    return LmsError("ABORTED", "GRADE_CHANGED", message, wrong)
