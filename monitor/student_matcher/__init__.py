"""The student matcher: a process of its own that holds the roster's key and says very little."""
