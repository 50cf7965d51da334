"""Says at the end of a run how many histories it was, and how fast."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in (*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")):
        if "histories" in (said := dict(report.user_properties)):
            terminalreporter.write_line(str(said["histories"]))
