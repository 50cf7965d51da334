"""The bank in memory that sends and collects by ACH, for stories."""

from ops.simulation.ach_world import LEADER, MARIA, MONDAY, RDFI, SECOND, SUPPLIER, AchWorld, staff_of, wish

__all__ = ["LEADER", "MARIA", "MONDAY", "RDFI", "SECOND", "SUPPLIER", "AchBank", "staff_of", "wish"]

AchBank = AchWorld
