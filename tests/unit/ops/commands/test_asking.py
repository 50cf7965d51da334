import json

import pytest

from ops.commands.asking import BadInput, judge, parse_variables


class TestVariables:
    def test_an_object_is_taken(self) -> None:
        assert parse_variables('{"id": "acc_1"}') == {"id": "acc_1"}

    @pytest.mark.parametrize("text", ["", "[1]", '"x"', "{id: 1}"])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(BadInput):
            parse_variables(text)


class TestJudging:
    def test_data_alone_is_success(self) -> None:
        assert judge('{"data": {"a": 1}}') == (json.dumps({"data": {"a": 1}}, indent=2), False)

    @pytest.mark.parametrize(
        "body", ['{"errors": [{}]}', '{"data": null, "errors": [{}]}', '{"message": "no"}', "<html>"]
    )
    def test_anything_else_is_failure(self, body: str) -> None:
        assert judge(body)[1]
