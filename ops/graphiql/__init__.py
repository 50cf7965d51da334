"""The GraphiQL page of the local bank: its bundle, the small server behind it, and the example operations."""
