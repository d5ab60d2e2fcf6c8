"""What we ask the public web, and how we read its answers."""
