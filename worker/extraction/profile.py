"""How thorough is extraction? As right as it gets, or more than twice as fast."""

from enum import StrEnum


class Profile(StrEnum):
    """Which labeller says where parties stand."""

    DEFAULT = "default"
    """The learned heads, as right as it gets."""
    FAST = "fast"
    """Words, terms and cues without heads, and only likely sentences parsed."""
