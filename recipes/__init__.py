"""Recipes as TOML files; installed as `automl.recipes`, listed by `automl recipes`."""
