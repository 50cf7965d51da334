"""Reads a deployed region back from the engine: the addresses of its API, its user pool, its functions' settings."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from ops.local.bank import LocalRegion
from ops.local.parameters import api_address
from ops.local.stack import DeployFault, Resource, outputs_of, resources_of

if TYPE_CHECKING:
    from ops.local.aws import Clients

GRAPHQL_ROUTE = "POST /graphql"
GRAPHQL_HANDLER = "functions.graphql.handler.handler"
SETTING_PREFIX = "FLORIN_"
HEALTH_SECONDS = 30.0
FIRST_HEALTH_SECONDS = 120.0
"""The first call starts the function, on a machine that may be busy with as many as it has regions."""


def read_region(clients: Clients, *, engine_port: int) -> LocalRegion:
    found = list(resources_of(clients))
    base = api_address(clients.region, engine_port=engine_port)
    api = graphql_api(clients, found)
    if not base.endswith(f"/{api}"):
        raise DeployFault(f"{clients.region}: the API has the id {api}, which is not the one that its address says")
    environment = graphql_settings(clients, found)
    return LocalRegion(
        region=clients.region,
        jurisdiction=environment.get("FLORIN_JURISDICTION", ""),
        graphql=f"{base}/graphql",
        webhooks=f"{base}/webhooks",
        health=f"{base}/health",
        pool_id=the_one(found, "AWS::Cognito::UserPool", clients.region),
        client_id=the_one(found, "AWS::Cognito::UserPoolClient", clients.region),
        outputs=outputs_of(clients),
        environment=environment,
    )


def graphql_api(clients: Clients, found: list[Resource]) -> str:
    for resource in found:
        if resource.kind == "AWS::ApiGatewayV2::Api":
            routes = clients.apigateway.get_routes(ApiId=resource.physical)["Items"]
            if any(route["RouteKey"] == GRAPHQL_ROUTE for route in routes):
                return resource.physical
    raise DeployFault(f"{clients.region}: no API has the route {GRAPHQL_ROUTE}")


def graphql_settings(clients: Clients, found: list[Resource]) -> dict[str, str]:
    for resource in found:
        if resource.kind == "AWS::Lambda::Function":
            about = clients.functions.get_function_configuration(FunctionName=resource.physical)
            if about.get("Handler") == GRAPHQL_HANDLER:
                variables = about.get("Environment", {}).get("Variables", {})
                return {name: value for name, value in variables.items() if name.startswith(SETTING_PREFIX)}
    raise DeployFault(f"{clients.region}: no function has the handler {GRAPHQL_HANDLER}")


def the_one(found: list[Resource], kind: str, region: str) -> str:
    physical = [resource.physical for resource in found if resource.kind == kind]
    if len(physical) != 1:
        raise DeployFault(f"{region}: expected one {kind}, found {len(physical)}")
    return physical[0]


def health_fault(region: LocalRegion, *, seconds: float = HEALTH_SECONDS) -> str | None:
    """What is wrong with a region, or nothing.

    A function whose code was not found answers 200 too on the engine, with a text of its own; so the body is read.
    """
    try:
        with urllib.request.urlopen(region.health, timeout=seconds) as answer:  # noqa: S310 - written above
            body = answer.read().decode(errors="replace")
    except urllib.error.HTTPError as refused:
        return f"{region.region}: {region.health} answered {refused.code}: {refused.read(500).decode(errors='replace')}"
    except (urllib.error.URLError, OSError) as unreached:
        return f"{region.region}: {region.health} does not answer: {unreached}"
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("status") != "ok":
        return f"{region.region}: {region.health} answered {body[:200]!r}"
    return None
