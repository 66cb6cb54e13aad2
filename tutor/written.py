"""Answers that a model on another machine writes, held to the same quotes as the tutor's own."""

from collections.abc import Iterator, Sequence

from tutor.backends.protocol import Backend
from tutor.calibration import Calibrations
from tutor.candidates import find_candidates
from tutor.chat_prompt import NOT_COVERED
from tutor.compose import compose
from tutor.features import measure
from tutor.ground import Decision, Span, judge
from tutor.holding import hold, marked
from tutor.pipeline import Part, Pipeline, whole
from tutor.stop import Stop
from tutor.types import Answer, Mode, Policy, Question


class WrittenPipeline(Pipeline):
    """What is all quotes is QUOTED; else it is FREE, and what is no quote is marked. Where only hints are
    allowed, it is said where the quotes stand. Words tell how probable a quote is, for the model does not."""

    side_by_side = True

    def __init__(self, backend: Backend, calibrations: Calibrations) -> None:
        super().__init__(backend, calibrations.words_alone, Mode.FREE)

    def generates(self, question: Question) -> bool:
        """Always, also where only hints are allowed: they are of what would be quoted."""
        return True

    def parts(self, question: Question, stop: Stop) -> Iterator[Part]:
        """Raises Stopped, and as the backend does."""
        stop.check()
        best_last = sorted(question.passages, key=lambda passage: passage.score)
        texts = [f"{passage.heading}\n{passage.text}" for passage in best_last]
        reply = "".join(self._backend.generate(question.query, texts, stop))
        yield from whole(self._held(question, reply))

    def _held(self, question: Question, reply: str) -> Answer:
        pieces = () if reply.strip(" .\n\"'*").upper() == NOT_COVERED else hold(reply, question.passages)
        spans = tuple(piece.span for piece in pieces if piece.span is not None)
        if len(spans) < len(pieces) and question.policy is not Policy.HINT:
            return marked(pieces, question.passages)
        return compose(question.passages, self._decision(question, spans), question.policy)

    def _decision(self, question: Question, spans: Sequence[Span]) -> Decision:
        candidates = find_candidates(question.query, question.passages)
        judgement = judge(candidates, measure(question, candidates), self._calibrations.words)
        probable = {
            Span(each.passage, each.sentence.start, each.sentence.end): probability
            for each, probability in zip(candidates, judgement.probabilities, strict=True)
        }
        closest = max(probable, key=lambda span: probable[span], default=None)
        meant = spans or ([closest] if closest else [])
        confidence = max((probable.get(span, 0.0) for span in meant), default=0.0)
        return Decision(tuple(spans), confidence, closest.passage if closest else None)
