"""Publishing documents: all of what is named or nothing, and every fault with its place."""

import json
from pathlib import Path

import pytest

from graph.published import PUBLISHED, kept, texts
from graph.requests import id_of
from ops import documents
from ops.commands.documents import DocumentsRefused

VIEWER = "query Viewer { viewer { person } }"
ACCOUNTS = "query Accounts($first: Int!) { accounts(first: $first) { edges { node { id } } } }"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "published.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "operations"
    found.mkdir()
    return found


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, file: Path, application: str = "web") -> list[str]:
    with pytest.raises(DocumentsRefused) as told:
        documents.publish([folder], application, file=file)
    assert not file.exists()
    return str(told.value).splitlines()


class TestPublishing:
    def test_files_are_taken_byte_for_byte(self, folder: Path, file: Path) -> None:
        write(folder, "viewer.graphql", VIEWER + "\n\n")
        write(folder, "deep/accounts.graphql", ACCOUNTS)

        new = documents.publish([folder], "web", file=file)

        assert {one.operation for one in new} == {"Viewer", "Accounts"}
        assert texts(file) == {id_of(VIEWER + "\n\n"): VIEWER + "\n\n", id_of(ACCOUNTS): ACCOUNTS}
        assert all(one.compiled for one in new)

    def test_manifests_of_both_kinds_are_taken(self, folder: Path, file: Path) -> None:
        bare = id_of(VIEWER).removeprefix("sha256:")
        of_apollo = {"format": "apollo-persisted-query-manifest", "operations": [{"id": bare, "body": VIEWER}]}
        write(folder, "persisted-documents.json", json.dumps({id_of(ACCOUNTS): ACCOUNTS}))
        write(folder, "manifest.json", json.dumps(of_apollo))

        documents.publish([folder], "web", file=file)

        assert set(texts(file)) == {id_of(VIEWER), id_of(ACCOUNTS)}

    def test_what_older_versions_use_stays(self, folder: Path, file: Path) -> None:
        path = write(folder, "viewer.graphql", VIEWER)
        documents.publish([path], "web", file=file)
        newer = VIEWER.replace("person", "person region")
        path.write_text(newer, encoding="utf-8")

        assert [one.text for one in documents.publish([path], "web", file=file)] == [newer]
        assert documents.publish([path], "web", file=file) == []
        assert set(texts(file)) == {id_of(VIEWER), id_of(newer)}

    def test_everything_that_is_wrong_is_told_and_nothing_is_published(self, folder: Path, file: Path) -> None:
        write(folder, "a.graphql", VIEWER)
        write(folder, "b.graphql", "query B {\n  nothing\n}")
        write(folder, "c.graphql", "query C {")
        write(folder, "d.graphql", "{ viewer { person } }")
        write(folder, "e.graphql", VIEWER.replace("Viewer", "E1") + VIEWER.replace("Viewer", "E2"))
        write(folder, "f.graphql", "query F { __schema { types { name } } }")
        write(folder, "g.json", json.dumps({id_of("other"): VIEWER, "md5": VIEWER}))
        write(folder, "h.json", "[")
        write(folder, "i.graphql", VIEWER + "#")

        told = refused(folder, file)

        expected = (
            ("b.graphql:2:3", "Cannot query field 'nothing'"),
            ("c.graphql:1:10", "Syntax Error"),
            ("d.graphql", "one operation"),
            ("e.graphql", "one operation"),
            ("f.graphql", "published as a file"),
            ("g.json", "hash is not that of its text"),
            ("g.json", "'md5'"),
            ("h.json", "no JSON"),
            ("Viewer", "two documents"),
        )
        for place, what in expected:
            assert any(place in line and what in line for line in told), (place, what, told)
        assert len(told) == len(expected)

    def test_limits_hold_for_published_documents_too(self, folder: Path, file: Path) -> None:
        write(folder, "a.graphql", "query A { " + " ".join(f"a{n}: __typename" for n in range(30)) + " }")

        (told,) = refused(folder, file)

        assert "more than 10 root fields" in told

    def test_an_empty_folder_is_no_release(self, folder: Path, file: Path) -> None:
        assert refused(folder, file) == ["there is no document in what was named"]

    @pytest.mark.parametrize("name", ["", "Web", "../web", "web app", "1web", "w" * 41])
    def test_an_application_has_a_plain_name(self, folder: Path, file: Path, name: str) -> None:
        write(folder, "viewer.graphql", VIEWER)

        assert refused(folder, file, name)


class TestWithdrawing:
    def test_takes_back_what_is_named_or_all(self, folder: Path, file: Path) -> None:
        write(folder, "viewer.graphql", VIEWER)
        write(folder, "accounts.graphql", ACCOUNTS)
        documents.publish([folder], "web", file=file)
        documents.publish([write(folder, "ios.graphql", VIEWER + " ")], "ios", file=file)

        assert documents.withdraw("web", [id_of(VIEWER), id_of(VIEWER + " ")], file=file) == 1
        assert documents.withdraw("web", file=file) == 1
        assert [one.application for one in kept(file)] == ["ios"]


class TestChecking:
    def test_says_which_would_fail_under_the_schema_of_now(self, folder: Path, file: Path) -> None:
        write(folder, "viewer.graphql", VIEWER)
        documents.publish([folder], "web", file=file)
        assert documents.check(file=file) == []
        file.write_text(file.read_text(encoding="utf-8").replace("person", "nobody"), encoding="utf-8")

        (told,) = documents.check(file=file)

        assert told.startswith("web Viewer")
        assert "Cannot query field 'nobody'" in told

    def test_the_repository_s_own_are_good(self) -> None:
        assert documents.check(file=PUBLISHED) == []
