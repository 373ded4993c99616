"""Where a live cluster differs from what is declared, who wrote it, when, and from which line it comes."""
