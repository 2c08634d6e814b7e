"""What a reader sees: the HTML report, the terminal result and the notebook cards, from plain dictionaries.

Everything here reads `report.json`, `decision.json` or `profile.json` as data; no model and no dataset is opened.
"""
