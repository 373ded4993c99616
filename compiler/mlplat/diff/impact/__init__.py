"""What a change of an object does to what runs: a table for each kind, whose every row names its source."""
