"""What is the article in a message's body? Cleaning of HTML and scraped text, with a way back to the raw body."""

from worker.cleaning.article import CleanedArticle, Dateline, Line, LineKind, RemovalReason, Removed
from worker.cleaning.clean import clean
from worker.cleaning.limits import CleaningLimits

__all__ = ["CleanedArticle", "CleaningLimits", "Dateline", "Line", "LineKind", "RemovalReason", "Removed", "clean"]
