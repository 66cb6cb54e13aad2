"""One question from passages to answer, in parts as they are made: sources, then text, then the whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tutor.backends.protocol import Backend
from tutor.calibration import Calibration, Calibrations
from tutor.candidates import Candidate, find_candidates
from tutor.compose import compose, pointer
from tutor.features import Features, measure, with_reading
from tutor.ground import Judgement, decide, judge
from tutor.reading import Asked, Reading
from tutor.stop import Stop
from tutor.types import Answer, Mode, Policy, Question, Quote


@dataclass(frozen=True, slots=True)
class Sources:
    """What the answer will rest on."""

    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The candidates of a question that the model is to read, likeliest by their words first."""

    question: Question
    candidates: tuple[Candidate, ...]
    features: tuple[Features, ...]

    @property
    def asked(self) -> Asked:
        headings = [passage.heading for passage in self.question.passages]
        evidence = ((headings[each.passage], each.in_context) for each in self.candidates)
        return Asked(self.question.query, tuple(evidence))

    def judged(self, words: Calibration) -> Judgement:
        """With nothing read."""
        return judge(self.candidates, self.features, words)


SHORTLISTED = 12
"""What a context of 512 tokens has room for."""

Part = Sources | Text | Answer
"""The pieces of an answer; the last one of a complete answer is the `Answer`."""


class Pipeline:
    """Answers with one backend; used by one thread at a time. Greedy: equal questions, equal answers."""

    side_by_side = False
    """Whether it may be used by several threads: it is another machine that works."""

    def __init__(self, backend: Backend, calibrations: Calibrations, mode: Mode) -> None:
        """`mode`: QUOTED or FREE."""
        self.model = backend.name
        self.mode = mode
        self._backend = backend
        self._calibrations = calibrations

    def generates(self, question: Question) -> bool:
        """Whether the answer is written freely; where only hints are allowed, nothing is."""
        return self.mode is Mode.FREE and question.policy is not Policy.HINT

    def parts(self, question: Question, stop: Stop) -> Iterator[Part]:
        """Raises Stopped between two pieces of work once `stop` is told."""
        if self.generates(question):
            yield from self._free(question, stop)
        else:
            (judgement,) = self.judge([question], stop)
            yield from quoted(question, judgement)

    def answer(self, question: Question, stop: Stop) -> Answer:
        """The whole answer; raises Stopped."""
        whole = [part for part in self.parts(question, stop) if isinstance(part, Answer)]
        return whole[-1]

    def by_words(self, question: Question) -> Answer:
        """What the words alone say, for when there is no time for the model. From any thread."""
        judgement = shortlist(question, self._calibrations.words).judged(self._calibrations.words)
        return replace(compose(question.passages, decide(judgement), question.policy), by_words=True)

    def judge(self, questions: Sequence[Question], stop: Stop) -> list[Judgement]:
        """How probable each question's likeliest sentences are, all of them read together; raises Stopped.

        A model whose reading weighs nothing is not asked.
        """
        shortlists = []
        for question in questions:
            stop.check()
            shortlists.append(shortlist(question, self._calibrations.words))
        if not self._calibrations.read:
            return [each.judged(self._calibrations.words) for each in shortlists]
        asked = [each.asked for each in shortlists if each.candidates]
        readings = iter(self._backend.read(asked, stop) if asked else ())
        return [
            self._judged(each, next(readings)) if each.candidates else each.judged(self._calibrations.words)
            for each in shortlists
        ]

    def _judged(self, found: Shortlist, reading: Reading) -> Judgement:
        features = with_reading(found.features, reading)
        return judge(found.candidates, features, self._calibrations.of(reading))

    def _free(self, question: Question, stop: Stop) -> Iterator[Part]:
        """Freely generated, with no claim to be right: its confidence is 0 and its sources carry no quote."""
        stop.check()
        best_last = sorted(question.passages, key=lambda passage: passage.score)
        texts = [passage.text for passage in best_last]
        sources = tuple(pointer(number, passage) for number, passage in enumerate(question.passages))
        yield Sources(sources)
        pieces = []
        for piece in self._backend.generate(question.query, texts, stop):
            pieces.append(piece)
            yield Text(piece)
        yield Answer(Mode.FREE, "".join(pieces).strip(), sources, 0.0)


def quoted(question: Question, judgement: Judgement) -> Iterator[Part]:
    """The parts of an answer that was judged."""
    return whole(compose(question.passages, decide(judgement), question.policy))


def whole(answer: Answer) -> Iterator[Part]:
    """The parts of an answer that is all there."""
    yield Sources(answer.quotes)
    yield Text(answer.text)
    yield answer


def shortlist(question: Question, words: Calibration) -> Shortlist:
    """The SHORTLISTED candidates that are the most probable by their words alone."""
    candidates = find_candidates(question.query, question.passages)
    features = measure(question, candidates)
    kept = judge(candidates, features, words).ranking[:SHORTLISTED]
    return Shortlist(question, tuple(candidates[at] for at in kept), tuple(features[at] for at in kept))
