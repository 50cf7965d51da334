"""The claims that the bank puts into its access tokens."""
