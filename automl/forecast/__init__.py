"""Forecasting tables: the past of a series as inputs, without looking ahead."""
