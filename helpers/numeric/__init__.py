"""Numbers from arrays and SciPy's distributions, in floating point; never imports SymPy."""
