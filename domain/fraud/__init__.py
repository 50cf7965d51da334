"""Fraud: every payment is judged before money leaves. Here by a small set of rules."""
