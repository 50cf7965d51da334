"""`florin verify`: the judge of a bank. One list of invariants over a world read from anywhere."""
