"""Which district a thread works for, where a process has many of them."""

from contextvars import ContextVar

CURRENT_DISTRICT: ContextVar[str] = ContextVar("district", default="")
"""The name of its folder, which each line of the log carries; empty where there is one alone."""
