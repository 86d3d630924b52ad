"""Values of vocabulary expressions, with digits one can rely on."""
