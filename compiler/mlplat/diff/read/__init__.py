"""The states that are compared, read from where they are: this is the only part of `diff` that touches the world."""
