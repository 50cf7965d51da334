"""The values that the local bank gives to the parameters of `template.yaml`.

Only what must differ on one machine: short bounds instead of long ones, and addresses of the engine. Everything else
is the template's own default.
"""

from __future__ import annotations

import json

from domain.jurisdictions import JURISDICTIONS
from graph.exposure import Exposure
from ops.local.bank import LOCAL_STAGE

REGIONS_DEFAULT = ("us-east-1", "us-west-2")
ACH_WINDOW_SECONDS = 60
"""Between two cut-offs of a local bank, unless another figure is asked for."""


class RegionUnknown(Exception):
    """The bank has no jurisdiction for this region."""


def local_parameters(
    region: str,
    *,
    regions: list[str],
    engine_port: int,
    exposure: str = Exposure.OPEN.value,
    ach_window_seconds: int = ACH_WINDOW_SECONDS,
) -> dict[str, str]:
    """Values by name; a template takes those that it declares."""
    endpoints = {name: f"{api_address(name, engine_port=engine_port)}/graphql" for name in regions}
    return {
        "Stage": LOCAL_STAGE,
        "Exposure": exposure,
        "AllowedOrigins": "*",
        "Jurisdiction": jurisdiction_of(region),
        "CloseAfterSeconds": "15",
        "SignatureBoundSeconds": "5",
        "LeaseSeconds": "5",
        "SkewSeconds": "1",
        "WebhookToleranceSeconds": "300",
        "AchTimetable": f"every-{ach_window_seconds}",
        "RegionEndpoints": json.dumps(endpoints, separators=(",", ":")),
        "TokenKeysEndpoint": f"http://127.0.0.1:{engine_port}",
    }


def jurisdiction_of(region: str) -> str:
    for jurisdiction in JURISDICTIONS.values():
        if region in jurisdiction.regions:
            return jurisdiction.code
    known = [name for jurisdiction in JURISDICTIONS.values() for name in jurisdiction.regions]
    raise RegionUnknown(f"no bank lives in {region}; choose from {', '.join(known)}")


def api_address(region: str, *, engine_port: int) -> str:
    """Known before the API exists, because the template names its id. The default stage has no name in an address."""
    return f"http://127.0.0.1:{engine_port}/_aws/execute-api/florin-{region}"
