"""One module a section of the report: `build(report)` returns what its template of the same name shows.

A section that has nothing to show returns {'missing': why}. `lead` is the sentence a hurried reader takes away.
"""
