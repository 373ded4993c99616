"""A report as people and programs read it: one file a format."""
