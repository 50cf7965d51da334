"""ACH: files of the sponsor bank, and the journeys of entries out and in."""
