"""Course text is cut without loss and found by the words of a question, whatever the question holds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peewee import SqliteDatabase

from storage.models.course import Material, MaterialText, Passage
from storage.passages import (
    PASSAGE_CHARACTERS_MAX,
    PASSAGE_WORDS,
    Section,
    add_passages,
    cut,
    materials_with,
    question_terms,
    search,
)

pytestmark = pytest.mark.usefixtures("database")


def material(title: str, *sections: Section) -> int:
    row = Material.create(
        title=title,
        topic="",
        file="0" * 64,
        file_name="a.md",
        media_type="",
        author="grace",
        passages=0,
        published_ms=0,
    )
    add_passages(row.number, sections)
    return int(row.number)


def words(count: int) -> str:
    return " ".join(f"word{number}" for number in range(count)) + "."


def test_paragraphs_are_gathered_up_to_about_a_hundred_and_twenty_words() -> None:
    text = "\n\n".join([words(50), words(60), words(40), words(70)])
    assert [len(passage.split()) for _, passage in cut(text)] == [110, 110]


def test_a_passage_begins_and_ends_with_a_paragraph() -> None:
    paragraphs = [words(80), words(80), words(150)]
    assert [passage for _, passage in cut("\n\n\n".join(paragraphs))] == paragraphs


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    passages = [passage for _, passage in cut(" ".join([words(45)] * 6))]
    assert [len(passage.split()) for passage in passages] == [90, 90, 90]
    assert all(passage.endswith(".") for passage in passages)


def test_text_without_borders_is_cut_between_words_or_at_the_limit() -> None:
    assert [len(passage.split()) for _, passage in cut("word " * 300)] == [120, 120, 60]
    assert [len(passage) for _, passage in cut("x" * 4_500)] == [2_000, 2_000, 500]


@given(st.text(st.sampled_from("ab .!\n\t\r\u2028\x00é"), max_size=3_000) | st.text(max_size=500))
def test_cutting_loses_no_word_and_keeps_every_offset(text: str) -> None:
    passages = list(cut(text))
    end = 0
    for offset, passage in passages:
        assert text[offset : offset + len(passage)] == passage
        assert passage.strip()
        assert len(passage) <= PASSAGE_CHARACTERS_MAX
        assert not text[end:offset].strip(), "left out between passages"
        end = offset + len(passage)
    assert not text[end:].strip()


def test_a_large_text_is_cut_in_proportion_to_its_length() -> None:
    """Two mebibytes without a border are some thousand passages, not minutes of work."""
    assert len(list(cut("ab " * 700_000))) == 700_000 // PASSAGE_WORDS + 1


def test_every_passage_stands_in_the_materials_text_at_its_offset() -> None:
    number = material("Raft", Section("page 1", "One", words(200)), Section("page 2", "", " \n" + words(90)))
    text = MaterialText.get_by_id(number).text
    passages = list(Passage.select().where(Passage.material == number))
    assert [passage.place for passage in passages] == ["page 1", "page 1", "page 2"]
    for passage in passages:
        assert text[passage.offset : passage.offset + len(passage.text)] == passage.text


def test_the_best_passage_comes_first_with_its_material_and_place() -> None:
    material("Clocks", Section("page 1", "Skew", "Clocks drift apart and are synchronised."))
    raft = material("Raft", Section("page 3", "Voting", "A leader is elected by a majority of the voters."))
    found = search("Who is elected as leader?", 5)
    assert (found[0].material, found[0].material_title, found[0].place) == (raft, "Raft", "page 3")
    assert found[0].score > 0
    assert [passage.score for passage in found] == sorted((p.score for p in found), reverse=True)


def test_words_are_found_in_their_other_forms() -> None:
    material("Raft", Section("page 1", "", "Elections need voters."))
    assert len(search("electing a voter", 5)) == 1


def test_a_heading_weighs_more_than_the_text() -> None:
    for heading, text in (("Notes", "On quorum and others here."), ("Quorum", "On notes and others here.")):
        material("Raft", Section(heading, heading, text))
    assert [passage.place for passage in search("quorum", 5)] == ["Quorum", "Notes"]


def test_no_more_passages_come_than_asked_for() -> None:
    material("Raft", *(Section(f"page {n}", "", f"A leader number {n}.") for n in range(9)))
    assert len(search("leader", 5)) == 5


def test_a_question_without_a_telling_word_finds_nothing() -> None:
    material("Raft", Section("page 1", "", "What is the and of it?"))
    for question in ("", "  ", "What is it?", "?!*", '"""', "the"):
        assert search(question, 5) == []


def test_operators_in_a_question_are_words_like_others() -> None:
    material("Raft", Section("page 1", "", "A leader is near."))
    for question in (
        "leader AND",
        "leader NEAR(x",
        'leader"',
        "heading:leader",
        "leader*",
        "-leader",
        "^leader + {x}",
        "leader'; DROP TABLE passage; --",
        "(leader",
        "leader\x00null",
    ):
        assert [passage.text for passage in search(question, 5)] == ["A leader is near."], question


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_no_question_raises(question: str) -> None:
    search(question, 5)
    terms = question_terms(question)
    if terms:
        list(materials_with(terms).tuples().iterator())


def test_a_very_long_question_is_answered_from_its_first_words() -> None:
    material("Raft", Section("page 1", "", "A leader."))
    assert len(search("leader " + words(5_000), 5)) == 1


def test_the_index_holds_what_the_passages_hold(database: SqliteDatabase) -> None:
    material("Raft", Section("page 1", "Voting", words(300)))
    database.execute_sql("INSERT INTO passage_index (passage_index) VALUES ('integrity-check')")
