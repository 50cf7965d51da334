"""The commands of `florin`, one module for each thing they are about."""
