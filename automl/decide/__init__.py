"""Which model family the data needs: probes, the posterior over families, the verdict."""
