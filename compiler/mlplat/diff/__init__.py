"""What a change does to a platform: two states of it compared object by object, with the impact of every change."""
