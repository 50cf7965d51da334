"""ACH: the files, the rules and the journeys of entries that clear through the Automated Clearing House."""
