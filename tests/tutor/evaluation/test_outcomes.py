"""What a response is worth: found again in the pages, counted by hand."""

from dataclasses import replace

import pytest

from tutor.evaluation.baselines import TopSentence, TwoStage, silent_below
from tutor.evaluation.course import Course
from tutor.evaluation.figures import figures
from tutor.evaluation.gold import Gold, Key
from tutor.evaluation.outcomes import Outcome, judge
from tutor.evaluation.questions import Asked
from tutor.evaluation.systems import Response
from tutor.types import Passage, Quote

SPRING = "Spring tides come when Sun and Moon pull in one line."
NEAP = "Neap tides come when they pull at right angles."
TIDES = Asked("q1", "sea", "When are spring tides?", True, ("tides.md",), (SPRING,), "")
NOTHING = Asked("q2", "sea", "How high are the tides in Rome?", False, (), (), "near_miss")


def gold(course: Course, asked: Asked) -> Gold:
    return Key(course).gold(asked)


def quoting(course: Course, text: str, confidence: float = 0.9) -> Response:
    """An answer that quotes `text` from the passage that holds it."""
    passage = next(each for each in course.passages if text in each.text)
    start = passage.offset + passage.text.index(text)
    return Response((), confidence, text, ((passage, Quote(0, text, start, start + len(text))),), 0.1, 0.2)


def outcome(course: Course, asked: Asked, response: Response) -> Outcome:
    return judge(asked, response, gold(course, asked), course.texts)


def test_a_course_holds_each_page_below_the_folder_and_finds_the_passages_of_a_question(sea: Course) -> None:
    assert sorted(sea.documents.values()) == ["more/waves.md", "tides.md"]
    found = sea.ask("Where does a wave break?").passages
    assert sea.documents[found[0].material_id] == "more/waves.md"
    for passage in (*found, *sea.passages):
        text = sea.texts[passage.material_id]
        assert text[passage.offset : passage.offset + len(passage.text)] == passage.text


def test_gold_is_found_where_it_stands_whatever_markup_the_page_has(sea: Course) -> None:
    sentence = "The **Moon** pulls harder on the near side of the Earth than on the far side."
    found = gold(sea, replace(TIDES, gold_sentences=(sentence,)))
    (section,) = {place for _, place in found.sections}
    passages = [each for each in sea.passages if found.in_passage(each)]
    assert [each.heading for each in passages] == ["Why they come"]
    assert passages[0].place == section
    assert found.holds("The Moon pulls harder on the near side of the Earth than on the far side.")
    assert not found.holds("The difference raises bulges.")


@pytest.mark.parametrize("name", ["more/waves.md", "waves.md", "waves"])
def test_a_page_is_named_by_path_name_or_name_without_ending(sea: Course, name: str) -> None:
    found = gold(sea, replace(TIDES, gold_docs=(name,), gold_sentences=("Wind makes waves",)))
    assert {sea.documents[material] for material in found.materials} == {"more/waves.md"}
    assert found.passages


def test_a_gold_sentence_that_is_quoted_is_right_cited_and_grounded(sea: Course) -> None:
    made = outcome(sea, TIDES, quoting(sea, SPRING))
    assert (made.answered, made.right, made.served) == (True, True, True)
    assert (made.cited, made.cited_gold, made.cited_grounded) == (1, 1, 1)


def test_its_neighbour_is_wrong_although_it_stands_in_the_same_paragraph(sea: Course) -> None:
    made = outcome(sea, TIDES, quoting(sea, NEAP))
    assert (made.right, made.served, made.cited_gold) == (False, False, 1)


def test_a_quote_that_its_page_does_not_have_at_its_offsets_is_not_grounded(sea: Course) -> None:
    response = quoting(sea, SPRING)
    ((passage, quote),) = response.quotes
    moved = replace(quote, start=quote.start + 1, end=quote.end + 1)
    assert outcome(sea, TIDES, replace(response, quotes=((passage, moved),))).cited_grounded == 0


def test_an_answer_that_says_more_than_its_quotes_is_not_grounded(sea: Course) -> None:
    response = quoting(sea, SPRING)
    assert outcome(sea, TIDES, replace(response, text=f"{SPRING} So they say.")).cited_grounded == 0


def test_a_free_answer_is_right_when_it_shares_half_of_its_words_with_gold(sea: Course) -> None:
    free = Response((), 0.0, "When sun and moon pull in one line.", (), 0.1, 0.2)
    assert outcome(sea, TIDES, free).right
    assert not outcome(sea, TIDES, replace(free, text="In summer, when the sun is high.")).right


def test_silence_serves_a_question_that_nothing_answers_and_any_answer_is_wrong(sea: Course) -> None:
    silent = Response((), 0.1, "", (), 0.1, 0.2)
    assert outcome(sea, NOTHING, silent).served
    assert not outcome(sea, NOTHING, quoting(sea, SPRING)).served
    assert not outcome(sea, TIDES, silent).served


def test_the_figures_of_four_questions_are_what_one_counts_by_hand(sea: Course) -> None:
    asked = [replace(each, id=str(number)) for number, each in enumerate([TIDES, TIDES, TIDES, NOTHING])]
    responses = [
        quoting(sea, SPRING, 0.9),
        quoting(sea, NEAP, 0.8),
        replace(quoting(sea, SPRING, 0.2), text="", quotes=()),
        quoting(sea, NEAP, 0.5),
    ]
    made = figures([outcome(sea, *pair) for pair in zip(asked, responses, strict=True)])
    assert made["answered_answerable"] == 2 / 3
    assert made["right_answerable"] == 1 / 3
    assert made["wrong_unanswerable"] == 1.0
    assert made["effective_accuracy"] == (1 - 2) / 4
    assert made["groundedness"] == 1.0
    assert made["citation_precision"] == 2 / 3
    assert made["auroc"] == 2 / 3
    assert made["by_kind"] == {"near_miss": {"auroc": 2 / 3, "wrong": 1.0}}
    assert made["sentence_at_1"] is None, "nothing was ranked"


def test_bm25_takes_the_best_sentence_of_all_pages_and_two_stages_that_of_the_best_passage(
    sea: Course,
) -> None:
    question = sea.ask("When do spring tides come?")
    for system in (TopSentence(sea.passages), TwoStage()):
        response = system.respond(question)
        assert response.text == SPRING
        made = outcome(sea, TIDES, response)
        assert (made.right, made.gold_ranks[0], made.first_in_section, made.cited_grounded) == (
            True, 0, True, 1,
        )  # fmt: skip


def test_the_threshold_lets_four_fifths_of_the_answerable_be_answered() -> None:
    passage = Passage("M1", "", "", "", SPRING, 1.0)
    sure = [0.9, 0.8, 0.7, 0.6, 0.5, 0.95, 0.1]
    responses = [
        Response((), each, SPRING, ((passage, Quote(0, SPRING, 0, len(SPRING))),), 0, 0) for each in sure
    ]
    kept = silent_below(responses, [True] * 5 + [False] * 2)
    assert [bool(each.text) for each in kept] == [True, True, True, True, False, True, False]
