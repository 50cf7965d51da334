"""The engine's own process: MiniStack with a few mends, periodic saves and a door for its keeper.

These modules run in `.venv/engine`, apart from everything else, and import nothing of the bank.
"""
