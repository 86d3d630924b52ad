"""Values of vocabulary expressions, with digits one can rely on.

In: an expression and exact values of its symbols. Out: a :class:`~helpers.digits.balls.Value`, a
fraction or a ball of Arb's, and whether it is proved to hold the value. Formulas and finite sums
always are; integrals and infinite sums are where their tails are bounded (`growth`), if asked.
"""
