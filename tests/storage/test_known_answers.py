"""The words of known answers stand in their index as they stand in the rows, whatever replaces what."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peewee import SqliteDatabase

from storage.known_answers import know, search
from storage.models.questions import KnownAnswer, Query

pytestmark = pytest.mark.usefixtures("database")


def query(text: str = "Why?") -> int:
    row = Query.create(asker="ann", text=text, recipient=2, answered=True, delay_reported=False, asked_ms=0)
    return int(row.number)


def found(question: str) -> list[int]:
    return [row.query_id for row in search(question, 10)]


def check(database: SqliteDatabase) -> None:
    database.execute_sql(
        "INSERT INTO known_answer_index (known_answer_index, rank) VALUES ('integrity-check', 1)"
    )


def test_a_known_answer_is_found_by_the_words_of_question_and_answer(database: SqliteDatabase) -> None:
    one, two = query(), query()
    know(one, "How is a leader elected?", "By a majority.", 0, False, 1)
    know(two, "What is a majority?", "More than half.", 0, False, 1)
    assert found("Which leaders?") == [one]
    assert found("majorities") == [two, one]
    assert found("What is it?") == []
    check(database)


def test_what_takes_an_answers_place_takes_its_words_out_of_the_index(database: SqliteDatabase) -> None:
    one = query()
    know(one, "How is a leader elected?", "By lot.", 0, True, 1)
    know(one, "How is a leader elected?", "By a majority.", 1, False, 2)
    assert found("lot") == []
    assert found("majority") == [one]
    row = KnownAnswer.get_by_id(one)
    assert (row.answer, row.answer_place, row.published, row.known_ms) == ("By a majority.", 1, True, 2)
    check(database)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 3), st.text(max_size=40)), max_size=12))
def test_the_index_is_what_the_rows_say_after_any_changes(
    database: SqliteDatabase, changes: list[tuple[int, str]]
) -> None:
    with database.atomic() as transaction:
        numbers = [query(text) for text in ("one", "two", "three")]
        for place, (which, words) in enumerate(changes):
            know(numbers[which - 1], "Q " + words, words, place, False, place)
        check(database)
        transaction.rollback()
