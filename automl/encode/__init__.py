"""Typed rows to arrays. Every encoder is fitted on training rows only; its state is JSON and arrays, never a pickle."""
