"""Transfers: money between customers' accounts now and by order, holds, and what staff undo."""
