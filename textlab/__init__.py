"""The library that the notebooks import: data, vocabulary, batches, training, attribution, checks."""
