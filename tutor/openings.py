"""How a sentence opens, and whether it defines: the patterns that candidates and features share."""

import re

_LEANS = re.compile(
    r"(?:it|its|this|these|that|those|they|their|them|he|she|his|her|such|here|there|so|thus|hence|then|"
    r"therefore|however|but|and|or|also|instead|otherwise|moreover|furthermore|consequently|similarly|"
    r"likewise|conversely|again|nevertheless|nonetheless|still|in contrast|for example|for instance|"
    r"as a result|in this|in that|in addition|on the other hand|because of this|when this|if this)\b",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    r"^[\"'“*_`]*(?:an?\s|the\s)?[\w*_`'’()\- ]{2,60}?[\"'”*_`]*,?\s"
    r"(?:is|are|means|refers? to|is called|are called|is defined as|describes|denotes|consists? of)\s"
    r"|\b(?:is called|are called|is known as|are known as|is defined as|is termed|refers to)\s",
    re.IGNORECASE,
)
_ASKS_DEFINITION = re.compile(
    r"^\W*(?:what(?:'s|\s+(?:is|are|does|do))|define|who (?:is|are|was)|describe)\b", re.IGNORECASE
)


def leans_on_previous(sentence: str) -> bool:
    """Whether `sentence` opens with a pronoun or a connective, so that it reads only after the one before."""
    return _LEANS.match(sentence.lstrip("\"'“*_`(")) is not None


def defines(sentence: str) -> bool:
    """Whether `sentence` has the shape of a definition: "X is", "X refers to", "this is called"."""
    return _DEFINES.search(sentence) is not None


def asks_definition(query: str) -> bool:
    return _ASKS_DEFINITION.match(query) is not None
