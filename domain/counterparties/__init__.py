"""Counterparties: customers' accounts at other banks, proved before money goes there, for every rail."""
