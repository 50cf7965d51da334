from pathlib import Path

import pytest

from ops.check.requirement_files import compare

PINNED = """\
# made by a tool
boto3==1.44.5 \\
    --hash=sha256:aa
    # via -r requirements/run.in
jmespath==1.1.0 \\
    --hash=sha256:bb
    # via boto3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("requirements").mkdir()
    Path("requirements/run.txt").write_text(PINNED)
    return Path("requirements")


def found(folder: Path, asked: str) -> list[str]:
    (folder / "run.in").write_text(asked)
    return compare(folder / "run.in")


def test_files_in_step_differ_in_nothing(folder: Path) -> None:
    assert found(folder, "boto3\n") == []


def test_a_new_wish_is_missed(folder: Path) -> None:
    assert found(folder, "boto3\nRequests>=2\n") == ["requirements/run.txt: Requests>=2 is not pinned"]


def test_another_version_is_noticed(folder: Path) -> None:
    assert found(folder, "boto3==1.44.6\n") == ["requirements/run.txt: boto3==1.44.5 is not boto3==1.44.6"]


def test_a_wish_taken_back_is_noticed(folder: Path) -> None:
    assert found(folder, "jmespath\n") == [
        "requirements/run.txt: boto3 is pinned for requirements/run.in, which does not ask for it"
    ]


def test_a_pin_without_a_hash_is_noticed(folder: Path) -> None:
    (folder / "run.txt").write_text(PINNED.replace("    --hash=sha256:bb\n", ""))
    assert found(folder, "boto3\n") == ["requirements/run.txt: jmespath has no hash"]


def test_included_files_are_asked_for_too(folder: Path) -> None:
    (folder / "base.in").write_text("cryptography\n")
    assert found(folder, "-r base.in\nboto3\n") == ["requirements/run.txt: cryptography is not pinned"]


def test_a_file_that_was_never_pinned_is_named(folder: Path) -> None:
    (folder / "new.in").write_text("boto3\n")
    assert compare(folder / "new.in") == ["requirements/new.txt: missing"]
