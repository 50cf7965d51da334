"""Cases: what a person of the bank has to look at and decide, once, by a day, and sometimes with a second person."""
