"""What the model looks at."""
