"""Drills: something breaks on purpose, and what must happen then is asserted step by step, in any bank alike."""
