"""Which forms does a verb or noun of the lexicon take in a text? English regular inflection, irregulars given."""

from collections.abc import Mapping, Sequence

_VOWELS = frozenset("aeiou")
_SIBILANTS = ("s", "x", "z", "ch", "sh")


def verb_forms(lemma: str, *, irregular: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the surface forms of a verb. Of a phrasal verb ("rule out") the first word is inflected."""
    head, _, rest = lemma.partition(" ")
    tail = f" {rest}" if rest else ""
    past = irregular.get(head) or (_past(head),)
    return frozenset(form + tail for form in (head, _third_person(head), _participle(head), *past))


def noun_forms(lemma: str, *, irregular: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return singular and plural of a noun. Of a compound ("walk out") the last word is inflected."""
    rest, _, head = lemma.rpartition(" ")
    prefix = f"{rest} " if rest else ""
    plural = irregular.get(head) or (_third_person(head),)
    return frozenset(prefix + form for form in (head, *plural))


def _third_person(word: str) -> str:
    if word.endswith(_SIBILANTS):
        return word + "es"
    if _ends_in_consonant_y(word):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith("o") and word[-2:-1] not in _VOWELS else "s")


def _past(word: str) -> str:
    if word.endswith("e"):
        return word + "d"
    if _ends_in_consonant_y(word):
        return word[:-1] + "ied"
    return _doubled(word) + "ed"


def _participle(word: str) -> str:
    if word.endswith("ie"):
        return word[:-2] + "ying"
    if word.endswith("e") and not word.endswith(("ee", "oe", "ye")):
        return word[:-1] + "ing"
    return _doubled(word) + "ing"


def _doubled(word: str) -> str:
    """Double the last consonant of a short stressed syllable: stop, plan, ban, permit."""
    short = len(word) >= 3 and word[-1] not in _VOWELS | set("wxyh") and word[-2] in _VOWELS and word[-3] not in _VOWELS
    one_syllable = sum(letter in _VOWELS for letter in word) == 1
    return word + word[-1] if short and (one_syllable or word.endswith(("mit", "fer", "pel", "veto"))) else word


def _ends_in_consonant_y(word: str) -> bool:
    return word.endswith("y") and word[-2:-1] not in _VOWELS
