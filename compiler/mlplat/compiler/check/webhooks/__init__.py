"""What the admission webhooks of components refuse, beyond schemas and CEL rules."""
