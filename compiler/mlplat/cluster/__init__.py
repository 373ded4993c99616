"""What a cluster holds, read and never written: through its API, or from a dump of it."""
