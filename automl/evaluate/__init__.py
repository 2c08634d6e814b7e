"""Metrics, their intervals and what a model gets wrong: on stored predictions only, never on a model."""
