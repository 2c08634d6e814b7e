"""The parts of the benchmark of the decision (`benchmarks/decision.py`)."""
