"""How much does cleaning take on? The limits that keep one article from costing more than it is worth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CleaningLimits:
    """Bounds on one article; whatever crosses one of the character bounds is skipped with a reason."""

    max_body_characters: int = 4_000_000
    """Longest raw body that is looked at; a longer one is skipped as too long before any work."""
    max_text_characters: int = 200_000
    """Longest visible text, still with its residue; a longer one is skipped as too long."""
    min_text_characters: int = 60
    """Shortest cleaned text that can carry a position; a shorter one is skipped as too short."""
    max_nesting: int = 200
    """Depth of nested elements that is told apart; deeper ones count as part of the one at this depth."""
    max_metadata_characters: int = 400_000
    """How far into a page its metadata are looked for, and how long a JSON-LD block may be."""
    languages: frozenset[str] = frozenset({"en"})
    """Languages (ISO 639-1) that go on to extraction; empty lets every language pass."""


DEFAULT_LIMITS = CleaningLimits()
