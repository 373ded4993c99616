"""Exit statuses; one table in the README says the same."""

CLEAN = 0
"""Nothing to report."""
ERROR = 1
"""A finding is an error, output is stale, or the command could not be carried out (usage included)."""
DIFFERENCES = 2
"""`drift` and `diff --exit-code` found differences."""
INCOMPLETE = 3
"""Something could not be read, so nothing can be said of it."""
BUG = ERROR
"""A failure of our own is an error like any other to a script."""
