"""Search: Keras Tuner suggests, the executor runs each trial, the journal records it."""
