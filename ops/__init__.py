"""The `florin` command and everything that serves people who run or check a bank."""
