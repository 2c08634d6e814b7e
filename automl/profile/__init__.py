"""What is in the data before any model."""
