"""Where a step is tried: contexts, points of its domains, witness laws."""
