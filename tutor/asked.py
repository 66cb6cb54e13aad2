"""What a question asks for, read off its words: the names in it, and the kind of answer it expects."""

import re

from tutor.terms import stem, terms

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_NUMBER = re.compile(
    r"\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|half|none"
    r"|few|several|many|majority)\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"\d|\b(?:when|once|after|before|until|during|while|if|as soon as)\b", re.IGNORECASE)
_REASON = re.compile(
    r"\b(?:because|since|so|to|for|due|therefore|reason|as a result|in order)\b", re.IGNORECASE
)
_EXPECTED = (
    (re.compile(r"\bhow (?:many|much|long|old|far|often|large|big)\b", re.IGNORECASE), _NUMBER),
    (re.compile(r"\b(?:when|(?:what|which) (?:year|date))\b", re.IGNORECASE), _TIME),
    (re.compile(r"^\W*why\b", re.IGNORECASE), _REASON),
)
_ASKS_WHAT = re.compile(
    r"^\W*(?:what\b|define\b|explain what\b|how (?:is|are)\b.*\bdefined\b)", re.IGNORECASE
)
_SAYS_WHAT = re.compile(
    r"\b(?:is|are|was|were|means?|refers? to|known as|called|defined as|denotes?|consists? of|describes?)\b",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)


def names(query: str) -> frozenset[str]:
    """The terms of `query` that are written like names: a capital after the first word, "gRPC", "2PC"."""
    return frozenset(
        stem(word.lower())
        for number, word in enumerate(_WORD.findall(query))
        if terms(word) and (_is_name(word[1:]) or (_is_name(word[0]) and (number or word[0].isdigit())))
    )


def fits(query: str, sentence: str) -> float:
    """1 when `sentence` holds the kind of thing `query` asks for (a number, a time, a reason, a name that
    the question does not have), 0 when it does not, 0.5 when the question expects no particular kind."""
    for asks, holds in _EXPECTED:
        if asks.search(query):
            return float(holds.search(sentence) is not None)
    if _ASKS_WHO.search(query):
        asked = frozenset(terms(query))
        return float(any(stem(word.lower()) not in asked for word in _capitalised(sentence)))
    return 0.5


def defines(query: str, sentence: str) -> float:
    """How much the subject of `sentence` is what `query` asks the meaning of, 0 to 1; 0 where it asks for
    something else, or the sentence says of nothing what it is."""
    says = _SAYS_WHAT.search(sentence)
    if says is None or not _ASKS_WHAT.search(query):
        return 0.0
    asked, subject = frozenset(terms(query)), frozenset(terms(sentence[: says.start()]))
    return len(asked & subject) / max(1, len(asked | subject))


def _capitalised(sentence: str) -> list[str]:
    """Words with a capital, except the first word, which always has one."""
    return [word for word in _WORD.findall(sentence)[1:] if word[0].isupper()]


def _is_name(letters: str) -> bool:
    return any(letter.isupper() or letter.isdigit() for letter in letters)
