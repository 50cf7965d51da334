"""The list by hand: what people have sent to other banks' APIs, each with what this one answers.

The rows are asked of the function in memory (`tests/fuzz/test_by_hand.py`) and of the deployed bank
(`tests/stack/test_fuzz.py`).
"""

from typing import Final

from tests.fuzz.by_hand import bodies, days, documents, ids, lists, money, texts

ROWS: Final = tuple(row for part in (documents, bodies, money, ids, texts, days, lists) for row in part.rows())
