"""Payment rails: how money leaves the bank and comes in, one package for each rail."""
