"""What to ask about whom, how often, and for how much."""
