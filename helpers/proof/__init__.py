"""What algebra and calculus can show: normal forms, signs, inequalities, identities."""
