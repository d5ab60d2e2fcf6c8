"""The detection rules as a scorer of rows; the product does not use it."""
