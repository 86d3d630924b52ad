"""The verdict on a step: every relation's check, made of proofs and trials."""
