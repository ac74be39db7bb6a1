"""Fits the heads that the worker ships: nothing here is imported at run time."""
