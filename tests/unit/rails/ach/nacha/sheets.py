"""Files written by hand: lines as they stand in a file, and controls added up column by column.

None of this uses the code under test, so that a wrong column cannot be wrong twice.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

FIXTURES: Final = Path(__file__).parents[4] / "fixtures" / "ach"
FILLER: Final = "9" * 94
HEADER: Final = "101 121042882 2313801042603151055A094101Federal Reserve Bank   My Bank Name           REF00001"
DEBIT_CODES: Final = ("26", "27", "28", "29", "36", "37", "38", "39", "46", "47", "48", "49", "55", "56", "57")
Batch = tuple[str, Sequence[str]]
"""A batch header, and the lines of its entries and addenda."""


def valid(name: str) -> bytes:
    return (FIXTURES / "valid" / name).read_bytes()


def invalid(name: str) -> bytes:
    return (FIXTURES / "invalid" / name).read_bytes()


def batch_header(sec: str, service_class: str = "200", *, description: str = "PAYMENT", number: int = 1) -> str:
    line = f"5{service_class}Acme Corporation                    1231380104{sec:3}{description:10}      260316   1"
    return f"{line}23138010{number:07d}"


def iat_header(sec: str = "IAT", indicator: str = "", service_class: str = "200") -> str:
    return f"5{service_class}{indicator:16}FF3               US1231380104{sec}TRADEPAYMTCADUSD260316   1231380100000001"


def control(batch: Batch) -> str:
    header, lines = batch
    entries = [line for line in lines if line[0] == "6"]
    routing_sum = sum(int(line[3:11]) for line in entries) % 10**10
    debit = sum(int(line[29:39]) for line in entries if line[1:3] in DEBIT_CODES)
    credit = sum(int(line[29:39]) for line in entries if line[1:3] not in DEBIT_CODES)
    sums = f"{len(lines):06d}{routing_sum:010d}{debit:012d}{credit:012d}"
    return f"8{header[1:4]}{sums}{header[40:50]}{'':25}{header[79:94]}"


def text(*batches: Batch, header: str = HEADER) -> str:
    """A whole file, with everything right that follows from its lines."""
    lines = [header]
    for batch in batches:
        lines += [batch[0], *batch[1], control(batch)]
    controls = [line for line in lines if line[0] == "8"]
    count = sum(int(line[4:10]) for line in controls)
    routing_sum = sum(int(line[10:20]) for line in controls) % 10**10
    debit, credit = (sum(int(line[start : start + 12]) for line in controls) for start in (20, 32))
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(f"9{len(controls):06d}{blocks:06d}{count:08d}{routing_sum:010d}{debit:012d}{credit:012d}{'':39}")
    lines += [FILLER] * (-len(lines) % 10)
    return "".join(f"{line}\n" for line in lines)


def data(*batches: Batch, header: str = HEADER) -> bytes:
    return text(*batches, header=header).encode("latin-1")


def entry(
    code: str,
    cents: int,
    *,
    middle: str = "ID 1           Receiver Name           ",
    addenda: int = 0,
    number: int = 1,
    account: str = "12345678",
    routing: str = "121042882",
) -> str:
    """An entry: `middle` is columns 40 to 78."""
    return f"6{code}{routing}{account:17}{cents:010d}{middle:39}{addenda}23138010{number:07d}"


def addenda_05(words: str, *, sequence: int = 1, number: int = 1) -> str:
    return f"705{words:80}{sequence:04d}{number:07d}"


def addenda_99(code: str, *, number: int = 1, information: str = "", date_of_death: str = "") -> str:
    return f"799{code}121042880000001{date_of_death:6}12104288{information:44}23138010{number:07d}"


def addenda_98(code: str, corrected: str, *, number: int = 1) -> str:
    return f"798{code}121042880000001      12104288{corrected:29}{'':15}23138010{number:07d}"


IAT_ADDENDA: Final = (
    "710ANN000000000000100000928383-23938          Maple Enterprises                        0000001",
    "711Acme Corporation                   15 West Place Street                             0000001",
    "712Jacobstown*PA\\                     US*19305\\                                        0000001",
    "713Wells Fargo                        01231380104                         US           0000001",
    "714Citadel Bank                       01121042882                         CA           0000001",
    "7159874654932139872121 Front Street                                                    0000001",
    "716Lettertown*AB\\                     CA*80014\\                                        0000001",
)
IAT_17: Final = "717This is an international payment                                                00010000001"
IAT_18: Final = "718Bank of France                     01456456456987987                   FR       00010000001"


def iat_entry(code: str, cents: int, *, count: int = 7) -> str:
    return f"6{code}121042882{count:04d}{'':13}{cents:010d}{'123456789':35}{'':4}1231380100000001"


def replaced(whole: bytes | str, line: int, column: int, put: str) -> bytes:
    """The file with other text from this line and column on, both counted from 1."""
    lines = (whole if isinstance(whole, str) else whole.decode("latin-1")).split("\n")
    at = lines[line - 1]
    lines[line - 1] = at[: column - 1] + put + at[column - 1 + len(put) :]
    return "\n".join(lines).encode("latin-1")
