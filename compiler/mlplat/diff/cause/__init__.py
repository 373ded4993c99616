"""Which lines of the specifications made a change: found by undoing one difference of them at a time (ADR 10)."""
