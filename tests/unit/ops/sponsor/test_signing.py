"""How the sponsor bank signs: by the standard's own example, under the secret of its local bank."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops.sponsor.signing import SecretMissing, headers, signed_headers

# The example of the page "Verifying webhooks" of Standard Webhooks.
ID = "msg_loFOjxBNrRLzqYUf"
AT = datetime.fromtimestamp(1731705121, UTC)
SECRET = "whsec_plJ3nmyCDGBKInavdOK15jsl"
BODY = b'{"event_type":"ping","data":{"success":true}}'
SIGNATURE = "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="


def folder_with(path: Path, document: object) -> Path:
    (path / "partners.json").write_text(json.dumps(document))
    return path


def test_the_example_of_the_standard_is_signed_as_it_says() -> None:
    found = headers(base64.b64decode(SECRET.removeprefix("whsec_")), BODY, message_id=ID, at=AT)
    assert found == {
        "content-type": "application/json",
        "webhook-id": ID,
        "webhook-timestamp": "1731705121",
        "webhook-signature": SIGNATURE,
    }


def test_the_secret_is_the_one_of_the_region(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"us-east-1": {"sponsor": {"secret": SECRET, "private_key": "whsk_x"}}})
    found = signed_headers(folder, "us-east-1", BODY, message_id=ID, at=AT, forged=False)
    assert found["webhook-signature"] == SIGNATURE
    with pytest.raises(SecretMissing):
        signed_headers(folder, "us-west-2", BODY, message_id=ID, at=AT, forged=False)


def test_a_forged_signature_has_the_form_of_one_and_is_another(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"us-east-1": {"sponsor": {"secret": SECRET}}})
    found = signed_headers(folder, "us-east-1", BODY, message_id=ID, at=AT, forged=True)["webhook-signature"]
    assert len(found) == len(SIGNATURE)
    assert found != SIGNATURE


@pytest.mark.parametrize("document", [None, {}, {"us-east-1": {}}, {"us-east-1": {"sponsor": {}}}])
def test_without_a_secret_nothing_is_signed(tmp_path: Path, document: object) -> None:
    if document is not None:
        folder_with(tmp_path, document)
    with pytest.raises(SecretMissing, match="us-east-1"):
        signed_headers(tmp_path, "us-east-1", BODY, message_id=ID, at=AT, forged=False)
