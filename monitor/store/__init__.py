"""What Namesake remembers. The only SQL stands here, and rows never leave it."""
