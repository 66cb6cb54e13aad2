"""The decision: which sentences answer, or none; made from numbers alone."""

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.tutor.conftest import CLOCKS, COURSE, ELECTION, LEXICAL, WordBackend, always, weighted
from tutor.calibration import Calibration
from tutor.candidates import find_candidates
from tutor.compose import NOT_COVERED, compose
from tutor.features import measure, with_reading
from tutor.ground import MAX_CHARS, MAX_SENTENCES, decide, judge
from tutor.pipeline import Pipeline
from tutor.reading import Likelihoods
from tutor.stop import Stop
from tutor.types import Answer, Mode, Passage, Policy, Question, Quote


def answer(
    query: str,
    passages: tuple[Passage, ...] = COURSE,
    calibration: Calibration = LEXICAL,
    policy: Policy = Policy.QUOTE,
) -> Answer:
    candidates = find_candidates(query, passages)
    rows = measure(Question(query, passages), candidates)
    return compose(passages, decide(judge(candidates, rows, calibration)), policy)


def test_the_sentence_that_answers_is_quoted_with_its_passage() -> None:
    made = answer("What is a Lamport clock?")
    assert made.mode is Mode.QUOTED
    assert made.quotes[0].passage == COURSE.index(CLOCKS)
    assert made.quotes[0].text == "A Lamport clock is a counter that orders events without a physical clock."


def test_a_sentence_that_opens_with_a_pronoun_brings_the_one_before() -> None:
    made = answer("Who sends heartbeats to other servers?")
    assert made.text.startswith(
        "A leader is the server that handles all client requests. It sends heartbeats to the other servers."
    )


def test_what_the_materials_do_not_cover_is_not_answered_and_the_closest_section_is_named() -> None:
    made = answer("How does photosynthesis store the energy of sunlight in a leader?")
    assert made.mode is Mode.ABSTAINED
    assert made.quotes == (Quote(0, "", 0, len(ELECTION.text)),), "a pointer, and no quote"
    assert made.text == (
        f"{NOT_COVERED} The closest section is “Leader election” (M1, section 2: Leader election)."
    )


@pytest.mark.parametrize("passages", [(), (Passage("M1", "Raft", "page 1", "", "", 1.0),)])
def test_with_nothing_to_quote_it_abstains(passages: tuple[Passage, ...]) -> None:
    made = answer("What is a leader?", passages)
    assert (made.mode, made.text, made.confidence) == (Mode.ABSTAINED, NOT_COVERED, 0.0)


def test_an_answer_keeps_to_three_sentences_and_six_hundred_characters() -> None:
    text = " ".join(
        f"The leader of term {number} is one server {'or another ' * 12}here." for number in range(9)
    )
    made = answer("What is the leader?", (Passage("M1", "Raft", "page 1", "Leader", text, 1.0),))
    assert made.mode is Mode.QUOTED
    assert len(made.quotes) <= MAX_SENTENCES
    assert sum(len(quote.text) for quote in made.quotes) <= MAX_CHARS


def test_a_further_sentence_is_added_only_when_it_is_nearly_as_probable() -> None:
    passages = (Passage("M1", "", "", "", "The blue box holds maps. The red box holds keys.", 1.0),)
    candidates = find_candidates("Which box?", passages)
    for other, quoted in ((-1.1, 2), (-4.0, 1)):
        rows = with_reading(
            measure(Question("Which box?", passages), candidates), Likelihoods((other, -1.0), -9.0, 2)
        )
        spans = decide(judge(candidates, rows, weighted(0.01, likelihood=2.0))).spans
        assert len(spans) == quoted
        assert spans[0].start == candidates[1].sentence.start, "the best comes first"


def test_a_model_whose_reading_weighs_nothing_is_not_asked(words: WordBackend) -> None:
    weightless = always(weighted(0.5, coverage=4.0, lexical=1.0))
    made = Pipeline(words, weightless, Mode.QUOTED).answer(
        Question("What is a Lamport clock?", COURSE), Stop()
    )
    assert made.mode is Mode.QUOTED
    assert words.asked == 0


def test_the_same_sentence_in_two_passages_is_quoted_once() -> None:
    made = answer("What is a Lamport clock?", (CLOCKS, CLOCKS))
    assert len({quote.text for quote in made.quotes}) == len(made.quotes)


def test_the_models_likelihood_decides_between_sentences_that_share_as_many_words() -> None:
    passages = (Passage("M1", "", "", "", "The red box holds keys. The blue box holds maps.", 1.0),)
    candidates = find_candidates("Which box?", passages)
    for likelier in (0, 1):
        totals = tuple(-1.0 if number == likelier else -9.0 for number in range(2))
        rows = with_reading(
            measure(Question("Which box?", passages), candidates), Likelihoods(totals, -9.0, 2)
        )
        decision = decide(judge(candidates, rows, weighted(0.1, likelihood=2.0)))
        assert decision.spans[0].start == candidates[likelier].sentence.start


def test_a_quotes_offsets_count_in_the_text_of_the_material() -> None:
    material = f"# Time\n\n{CLOCKS.text}"
    (quoted, *_) = answer("What is a Lamport clock?", (replace(CLOCKS, offset=8),)).quotes
    assert material[quoted.start : quoted.end] == quoted.text


def test_a_hint_names_the_section_that_would_have_been_quoted_and_none_of_its_words() -> None:
    quoted = answer("What is a Lamport clock?")
    hint = answer("What is a Lamport clock?", policy=Policy.HINT)
    assert hint.mode is Mode.HINT
    assert hint.text == "This is answered in “Logical clocks” (M2, page 4)."
    assert hint.quotes == (Quote(1, "", 0, len(CLOCKS.text)),), "the whole section, not the sentence"
    assert hint.confidence == quoted.confidence


def test_where_only_hints_are_allowed_it_abstains_from_the_same_questions() -> None:
    for query in ("How does photosynthesis store the energy of sunlight in a leader?", "What is a leader?"):
        silent = answer(query).mode is Mode.ABSTAINED
        assert (answer(query, policy=Policy.HINT).mode is Mode.ABSTAINED) == silent


def test_a_hint_to_passages_without_a_name_says_that_it_is_in_the_materials() -> None:
    nameless = (Passage("", "", "", "", CLOCKS.text, 1.0),)
    hint = answer("What is a Lamport clock?", nameless, policy=Policy.HINT)
    assert hint.text == "This is answered in the materials."


def test_a_short_answer_that_an_instructor_stands_by_is_quoted_as_a_whole() -> None:
    known = Passage("Q7", "FAQ", "", "How many servers are a quorum of five?", " Three! ", 1.0)
    always = weighted(0.1, passage_coverage=4.0)
    assert answer("How many servers are a quorum of five?", (known,), always).mode is Mode.ABSTAINED
    endorsed = replace(known, endorsed=True)
    made = answer("How many servers are a quorum of five?", (endorsed,), always)
    assert made.quotes == (Quote(0, "Three!", 1, 7),)


def test_an_endorsed_answer_is_a_candidate_however_many_sentences_share_more_words() -> None:
    filler = " ".join(f"The quorum of cluster {number} is a majority." for number in range(100))
    known = Passage("Q7", "FAQ", "", "How many servers are a quorum of five?", "Three.", 1.0, endorsed=True)
    candidates = find_candidates("What is a quorum?", (known, Passage("M1", "", "", "", filler, 1.0)))
    assert candidates[0].sentence.text == "Three."


def test_a_long_endorsed_answer_is_quoted_by_its_sentences() -> None:
    long = f"Three servers are a quorum of five. {'The others may be down, or slow, or both. ' * 20}"
    known = Passage("Q7", "FAQ", "", "", long, 1.0, endorsed=True)
    assert find_candidates("quorum", (known,))[0].sentence.text == "Three servers are a quorum of five."


def test_equal_input_gives_equal_answers() -> None:
    assert answer("What does a leader do?") == answer("What does a leader do?")


def test_at_most_forty_sentences_are_candidates_and_the_best_by_words_are_kept() -> None:
    filler = " ".join(f"Sentence {number} speaks about nothing at all." for number in range(100))
    passage = Passage("M1", "", "", "", f"{filler} A quorum is a majority of servers.", 1.0)
    candidates = find_candidates("What is a quorum?", (passage,))
    assert len(candidates) == 40
    assert candidates[-1].sentence.text == "A quorum is a majority of servers."


def test_a_question_of_the_material_is_never_quoted() -> None:
    made = answer("Who votes for a candidate?", (ELECTION,))
    assert not any(quote.text.endswith("?") for quote in made.quotes)


def test_grounding_imports_neither_torch_nor_transformers_nor_grpc() -> None:
    program = (
        "import sys, tutor.compose, tutor.ground, tutor.features, tutor.pipeline\n"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'grpc', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
