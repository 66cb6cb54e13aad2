"""How a sentence opens: whether it reads by itself."""

import re

_LEANS = re.compile(
    r"(?:it|its|this|these|that|those|they|their|them|he|she|his|her|such|here|there|so|thus|hence|then|"
    r"therefore|however|but|and|or|also|instead|otherwise|moreover|furthermore|consequently|similarly|"
    r"likewise|conversely|again|nevertheless|nonetheless|still|in contrast|for example|for instance|"
    r"as a result|in this|in that|in addition|on the other hand|because of this|when this|if this)\b",
    re.IGNORECASE,
)


def leans_on_previous(sentence: str) -> bool:
    """Whether `sentence` opens with a pronoun or a connective, so that it reads only after the one before."""
    return _LEANS.match(sentence.lstrip("\"'“*_`(")) is not None
