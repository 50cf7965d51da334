"""Histories of ACH: money out and in under all that people, banks and dying processes do, drawn from one seed."""
