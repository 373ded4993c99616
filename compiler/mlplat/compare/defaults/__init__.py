"""What an API server and the webhooks of the platform's products fill in: tables, each with its source."""
