"""The seed: a small believable bank, made by the real services with a clock that is an argument."""
