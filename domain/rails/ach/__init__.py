"""ACH: entries in files, exchanged with a sponsor bank."""
