"""The content words of a text, as retrieval and coverage count them."""

import re

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SUFFIXES = ("ations", "ation", "ings", "ing", "ions", "ion", "ies", "ed", "es", "s", "e", "y", "ly")
_STOP_WORDS = frozenset(
    _WORD.findall(
        """
        a about after all also am an and any are as at be because been before being between both but by
        can could define defined describe did do does doing done down during each explain few for from
        further give given had has have having he her here hers him his how i if in into is it its itself
        just like many me mean meaning means meant more most much must my name need needed no nor not
        now of off on one only or other our out over own please same say she should so some such tell term
        than that the their them then there these they this those through to too under up us used using very
        was we were what when where which while who whom whose why will with word work works would you
        your
        """
    )
)


def terms(text: str) -> list[str]:
    """Lower-cased, lightly stemmed content words of `text`, in order, repeats kept."""
    return [stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS]


def stem(word: str) -> str:
    """`word` without its commonest English endings, so that "elects", "elected" and "election" agree."""
    word = word.removesuffix("'s").removesuffix("’s")
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word[: -len(suffix)]
    return word
