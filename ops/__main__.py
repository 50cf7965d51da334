"""`python -m ops` is the `florin` command."""

from ops.cli import main

main()
