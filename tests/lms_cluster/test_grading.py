"""Rubrics, feedback, lateness and release: what a grade is made of, and who sees which part of it when."""

from __future__ import annotations

from typing import Any

import pytest

from lms_cluster import views
from lms_cluster.refusal import Refused
from protos.lms_pb2 import (
    KIND_GRADE,
    File,
    Grade,
    LatePolicy,
    NewAssignment,
    NewExtension,
    NewGrade,
    NewRelease,
    RubricLine,
    RubricScore,
)
from tests.lms_cluster.course import Course, at, token

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
RUBRIC = (("clarity", 8), ("proof", 12))


def assignment(course: Course, *rubric: tuple[str, int], late: LatePolicy | None = None) -> str:
    """Of 20 points, due in an hour."""
    new = NewAssignment(
        title="Elections",
        points=20,
        due=at(course.now_ms + HOUR_MS),
        rubric=[RubricLine(criterion=criterion, points=points) for criterion, points in rubric],
        late=late,
    )
    return course.accepted("grace", create_assignment=new).item.id


def scores(**given: int) -> list[RubricScore]:
    return [RubricScore(criterion=criterion, points=points) for criterion, points in given.items()]


def grade(course: Course, submission: str, **data: Any) -> Grade:
    return course.accepted("grace", grade=NewGrade(submission_id=submission, **data)).item.grade


def seen(course: Course, username: str, submission: str) -> Grade:
    return course.one(username, KIND_GRADE, submission).grade


# --- rubric ---


def test_a_rubrics_scores_stay_with_the_grade_and_reach_the_student_on_release(course: Course) -> None:
    submission = course.submission("ann", assignment(course, *RUBRIC))
    grade(course, submission, points=17, rubric=scores(proof=9, clarity=8))
    assert list(seen(course, "grace", submission).rubric) == scores(clarity=8, proof=9)
    assert course.refusal("ann", KIND_GRADE, id=submission).reason == "NO_SUCH_ITEM"
    course.accepted("grace", release=NewRelease(submission_id=submission))
    assert list(seen(course, "ann", submission).rubric) == scores(clarity=8, proof=9)


@pytest.mark.parametrize(
    ("points", "given", "wrong"),
    [
        (17, {"clarity": 8}, {"rubric": "must have one score for each of clarity, proof"}),
        (17, {"clarity": 8, "style": 9}, {"rubric": "must have one score for each of clarity, proof"}),
        (18, {"clarity": 9, "proof": 9}, {"rubric.clarity": "must be 0 to 8, you sent 9"}),
        (
            18,
            {"clarity": 8, "proof": 9},
            {"points": "must be 17, the sum of the rubric's scores, you sent 18"},
        ),
    ],
)
def test_scores_fit_the_rubric_line_by_line_and_in_sum(
    course: Course, points: int, given: dict[str, int], wrong: dict[str, str]
) -> None:
    submission = course.submission("ann", assignment(course, *RUBRIC))
    refusal = course.refused(
        "grace", grade=NewGrade(submission_id=submission, points=points, rubric=scores(**given))
    )
    assert {each.field: each.description for each in refusal.violations} == wrong


def test_without_a_rubric_there_are_no_scores_and_with_one_a_grade_may_still_be_a_whole(
    course: Course,
) -> None:
    plain = course.submission("ann", assignment(course))
    refusal = course.refused("grace", grade=NewGrade(submission_id=plain, points=1, rubric=scores(clarity=1)))
    assert "none" in refusal.violations[0].description
    assert not grade(course, course.submission("ann", assignment(course, *RUBRIC)), points=11).rubric


# --- lateness ---


def test_what_lateness_takes_is_kept_with_the_grade(course: Course) -> None:
    late = LatePolicy(percent=10, interval_seconds=DAY_MS // 1000)
    a1 = assignment(course, late=late)
    course.now_ms += HOUR_MS + DAY_MS + 1
    graded = grade(course, course.submission("ann", a1), points=18)
    assert (graded.points, graded.deducted_hundredths, graded.late_percent) == (18, 400, 20)


def test_an_extension_granted_since_counts_when_the_work_is_graded_again(course: Course) -> None:
    late = LatePolicy(percent=10, interval_seconds=DAY_MS // 1000)
    a1 = assignment(course, late=late)
    course.now_ms += HOUR_MS + 1
    submission = course.submission("ann", a1)
    assert grade(course, submission, points=18).deducted_hundredths == 200
    extension = NewExtension(assignment_id=a1, student="ann", due=at(course.now_ms + DAY_MS))
    course.accepted("grace", grant_extension=extension)
    assert seen(course, "grace", submission).deducted_hundredths == 200
    assert grade(course, submission, points=18, version=1).deducted_hundredths == 0


# --- feedback ---


def test_feedback_files_open_to_the_student_with_the_release_and_to_nobody_else(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    file = course.upload("grace", b"see page 3", "remarks.txt")
    grade(course, submission, points=9, files=[file])

    def opened(username: str) -> str:
        with course.classroom.reading():
            viewer = views.viewer_of(token(username))
            return views.file_of(viewer, submission, file.sha256, course.now_ms).name

    assert opened("alan") == "remarks.txt"
    for username in ("ann", "bob"):
        with pytest.raises(Refused) as caught:
            opened(username)
        assert caught.value.reason == "NO_SUCH_ITEM"
    course.accepted("grace", release=NewRelease(submission_id=submission))
    assert opened("ann") == "remarks.txt"
    with pytest.raises(Refused):
        opened("bob")


def test_files_of_a_draft_stay_shut_though_an_earlier_version_was_released(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    old, new = course.upload("grace", b"page 3", "old.txt"), course.upload("grace", b"page 4", "new.txt")
    grade(course, submission, points=9, files=[old], release=True)
    grade(course, submission, points=10, files=[new], version=1)
    with course.classroom.reading():
        ann = views.viewer_of(token("ann"))
        assert views.file_of(ann, submission, old.sha256, course.now_ms).name == "old.txt"
        with pytest.raises(Refused):
            views.file_of(ann, submission, new.sha256, course.now_ms)


def test_only_who_uploaded_a_file_can_give_it_as_feedback(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    file = course.upload("ann", b"my own praise")
    refusal = course.refused("grace", grade=NewGrade(submission_id=submission, points=9, files=[file]))
    assert refusal.violations[0].description == "must be a file that you have uploaded"


def test_feedback_is_added_to_a_grade_without_touching_its_points(course: Course) -> None:
    submission = course.submission("ann", assignment(course, *RUBRIC))
    grade(course, submission, points=17, rubric=scores(clarity=8, proof=9))
    after = grade(course, submission, feedback="Well argued.", feedback_only=True)
    assert (after.version, after.points, after.feedback) == (2, 17, "Well argued.")
    assert list(after.rubric) == scores(clarity=8, proof=9)


def test_feedback_replaces_other_feedback_only_knowingly(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    grade(course, submission, points=17, feedback="Fine.")
    new = NewGrade(submission_id=submission, feedback="Finer.", feedback_only=True)
    assert course.refused("alan", grade=new).reason == "GRADE_CHANGED"
    new.version = 1
    course.accepted("alan", grade=new)
    assert seen(course, "grace", submission).feedback == "Finer."


def test_a_file_joins_the_feedback_that_is_kept_and_needs_no_version(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    first, second = (
        course.upload("grace", b"first.txt", "first.txt"),
        course.upload("alan", b"second.txt", "second.txt"),
    )
    grade(course, submission, points=17, feedback="Fine.", files=[first])
    joining = NewGrade(submission_id=submission, files=[second], feedback_only=True, keep_feedback=True)
    course.accepted("alan", grade=joining)
    after = seen(course, "grace", submission)
    assert (after.version, after.points, after.feedback) == (2, 17, "Fine.")
    assert [file.name for file in after.files] == ["first.txt", "second.txt"]
    course.accepted("alan", grade=joining)
    assert len(seen(course, "grace", submission).files) == 2


def test_kept_files_stay_with_another_text_which_replaces_a_text_only_knowingly(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    grade(course, submission, points=17, files=[course.upload("grace", b"first.txt", "first.txt")])
    text = NewGrade(submission_id=submission, feedback="Fine.", feedback_only=True, keep_feedback=True)
    course.accepted("alan", grade=text)
    text.feedback = "Finer."
    assert course.refused("alan", grade=text).reason == "GRADE_CHANGED"
    text.version = 2
    course.accepted("alan", grade=text)
    after = seen(course, "grace", submission)
    assert (after.feedback, [file.name for file in after.files]) == ("Finer.", ["first.txt"])


def test_joined_files_are_ten_at_most_and_join_feedback_alone(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    files = [course.upload("grace", str(number).encode(), f"{number}.txt") for number in range(11)]
    grade(course, submission, points=17, files=files[:10])
    joining = NewGrade(submission_id=submission, files=files[10:], feedback_only=True, keep_feedback=True)
    assert course.refused("grace", grade=joining).violations[0].field == "files"
    with_points = NewGrade(submission_id=submission, points=9, version=1, keep_feedback=True)
    assert course.refused("grace", grade=with_points).violations[0].field == "keep_feedback"


def test_feedback_needs_a_grade_and_something_to_say(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    new = NewGrade(submission_id=submission, feedback="Fine.", feedback_only=True)
    assert course.refused("grace", grade=new).reason == "RULE"
    grade(course, submission, points=1)
    for wrong, field in ((NewGrade(feedback_only=True), "feedback"), (NewGrade(points=2), "points")):
        new = NewGrade(submission_id=submission, feedback_only=True)
        new.MergeFrom(wrong)
        refusal = course.refused("grace", grade=new)
        assert field in {each.field for each in refusal.violations}


def test_a_grade_has_at_most_ten_files(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    files = [File(sha256="0" * 64, name="a.txt")] * 11
    refusal = course.refused("grace", grade=NewGrade(submission_id=submission, points=1, files=files))
    assert refusal.violations[0].description == "must be at most 10, you sent 11"


# --- release ---


def test_one_grade_is_released_alone(course: Course) -> None:
    a1 = assignment(course)
    ann, bob = course.submission("ann", a1), course.submission("bob", a1)
    grade(course, ann, points=17)
    grade(course, bob, points=12)
    response = course.accepted("grace", release=NewRelease(submission_id=ann))
    assert (response.released, response.item.grade.released) == (1, True)
    assert course.accepted("grace", release=NewRelease(submission_id=ann)).released == 0
    assert course.ids("ann", KIND_GRADE) == [ann]
    assert course.ids("bob", KIND_GRADE) == []
    told = [event.item.id for event in course.events("ann") if event.item.HasField("grade")]
    assert told == [ann]


def graded_twice(course: Course) -> tuple[str, str, str]:
    """Two attempts of Ann's, each with a draft, and the first of Bob's two, which alone is graded."""
    a1 = assignment(course)
    first, bob = course.submission("ann", a1), course.submission("bob", a1)
    grade(course, first, points=17)
    grade(course, bob, points=12)
    second = course.submission("ann", a1)
    course.submission("bob", a1)
    grade(course, second, points=9)
    return first, second, bob


def test_a_release_leaves_out_what_the_grade_of_a_later_attempt_has_taken_the_place_of(
    course: Course,
) -> None:
    first, second, bob = graded_twice(course)
    assert course.release("A1").released == 2
    assert course.ids("ann", KIND_GRADE) == [second]
    assert course.ids("bob", KIND_GRADE) == [bob]
    assert course.release("A1").released == 0
    assert course.accepted("grace", release=NewRelease(submission_id=first)).released == 1


def test_an_entry_of_earlier_rules_releases_the_drafts_of_every_attempt(course: Course) -> None:
    first, second, _ = graded_twice(course)
    earlier = course.accepted("grace", version=2, release=NewRelease(assignment_id="A1"))
    assert earlier.released == 3
    assert course.ids("ann", KIND_GRADE) == [first, second]


def test_a_grade_can_be_saved_and_released_in_one_act(course: Course) -> None:
    submission = course.submission("ann", assignment(course))
    assert grade(course, submission, points=17, release=True).released
    assert seen(course, "ann", submission).points == 17
    assert [event.item.id for event in course.events("ann") if event.item.HasField("grade")] == [submission]


def test_a_release_is_of_an_assignment_or_of_a_submission(course: Course) -> None:
    a1 = assignment(course)
    submission = course.submission("ann", a1)
    both = NewRelease(assignment_id=a1, submission_id=submission)
    assert course.refused("grace", release=both).reason == "INVALID_FIELD"
    assert course.refused("grace", release=NewRelease(submission_id=submission)).reason == "RULE"
    assert course.refused("grace", release=NewRelease(submission_id="S9")).reason == "NO_SUCH_ITEM"
