"""What an earlier build found out, kept in the user's cache folder: a thing that may be lost at any time."""
