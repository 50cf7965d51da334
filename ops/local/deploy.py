"""Puts the bank's stack on a running engine, once per region, with the working tree mounted.

Nothing is done for a region whose template, nested templates, parameters and place are those of its last deployment:
a second start of the bank then costs only the start of the engine.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ops.local.addresses import read_region
from ops.local.after_deploy import apply_what_was_dropped
from ops.local.aws import Clients
from ops.local.engine_process import ROOT, ask_engine
from ops.local.parameters import ACH_WINDOW_SECONDS, local_parameters
from ops.local.partners import provide_partners
from ops.local.stack import put_stack, resources_of, stack_status
from ops.local.template import Template, as_text, mount, parameters_of, read_definition, read_template

if TYPE_CHECKING:
    from ops.local.bank import LocalRegion

TEMPLATE = ROOT / "template.yaml"
STAMPS_FILE = "deployed.json"
STUB_KEY = "stub.zip"
OWN_SOURCES = ("deploy.py", "template.py", "after_deploy.py", "parameters.py", "partners.py", "stack.py")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a deployment goes and what it is made of."""

    folder: Path
    engine_port: int
    template: Path = TEMPLATE
    code: Path = ROOT
    ach_window_seconds: int = ACH_WINDOW_SECONDS

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.engine_port}"


def deploy(place: Place, *, regions: list[str], say: Say) -> dict[str, LocalRegion]:
    """Bring every region up to date, then answer with what stands there."""
    template = read_template(place.template)
    stamps = read_stamps(place.folder)
    changed = False
    for region in regions:
        clients = Clients(endpoint=place.endpoint, region=region)
        local = local_parameters(
            region, regions=regions, engine_port=place.engine_port, ach_window_seconds=place.ach_window_seconds
        )
        parameters = parameters_of(template, local)
        wanted = fingerprint(place, parameters)
        if stamps.get(region) == wanted and stack_status(clients) is not None:
            continue
        say(f"deploying {region}")
        deploy_region(clients, place, template=template, parameters=parameters)
        stamps[region] = wanted
        changed = True
    if changed:
        ask_engine(place.engine_port, "save")  # A stamp must not outlive the state that it speaks of.
        write_stamps(place.folder, stamps)
    return {
        region: read_region(Clients(endpoint=place.endpoint, region=region), engine_port=place.engine_port)
        for region in regions
    }


def deploy_region(clients: Clients, place: Place, *, template: Template, parameters: dict[str, str]) -> None:
    bucket = make_code_bucket(clients)
    nested: list[Template] = []

    def upload_nested(path: Path) -> str:
        child = read_template(path)
        nested.append(child)
        mounted = mount_here(child, folder=path.parent)
        return upload_template(clients, bucket, mounted, key=f"nested/{path.name}")

    def mount_here(found: Template, *, folder: Path) -> Template:
        return mount(
            found,
            folder=folder,
            code_bucket=bucket,
            code_key=STUB_KEY,
            python_path=python_path(place.code),
            nested_url=upload_nested,
            definition_key=partial(upload_definition, clients, bucket),
        )

    mounted = mount_here(template, folder=place.template.parent)
    put_stack(
        clients, template_url=upload_template(clients, bucket, mounted, key=place.template.name), parameters=parameters
    )
    apply_what_was_dropped(clients, templates=[template, *nested], found=list(resources_of(clients)))
    provide_partners(clients, place.folder)


def make_code_bucket(clients: Clients) -> str:
    """A bucket of the region with the stub that every function names as its code."""
    bucket = f"florin-local-code-{clients.region}"
    names = {found["Name"] for found in clients.s3.list_buckets()["Buckets"]}
    if bucket not in names:
        if clients.region == "us-east-1":  # The one region that S3 does not let one name.
            clients.s3.create_bucket(Bucket=bucket)
        else:
            clients.s3.create_bucket(
                Bucket=bucket,
                CreateBucketConfiguration={"LocationConstraint": clients.region},  # type: ignore[typeddict-item]  # any region
            )
    clients.s3.put_object(Bucket=bucket, Key=STUB_KEY, Body=stub_zip())
    return bucket


def upload_template(clients: Clients, bucket: str, mounted: Template, *, key: str) -> str:
    """Its address, as CloudFormation is given it."""
    clients.s3.put_object(Bucket=bucket, Key=key, Body=as_text(mounted).encode())
    return f"{clients.endpoint}/{bucket}/{key}"


def upload_definition(clients: Clients, bucket: str, path: Path) -> str:
    definition = read_definition(path)
    # Another text is another key: CloudFormation compares templates, and does not look into the bucket.
    key = f"machines/{hashlib.sha256(definition).hexdigest()}-{path.name}"
    clients.s3.put_object(Bucket=bucket, Key=key, Body=definition)
    return key


def stub_zip() -> bytes:
    """A zip that is not empty, the same in every run."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("MOUNTED"), "The code of this function is the working tree.\n")
    return buffer.getvalue()


def python_path(code: Path) -> str:
    """The working tree and the packages of the environment that runs this."""
    packages = [entry for entry in sys.path if entry.endswith("site-packages")]
    return os.pathsep.join([str(code), *packages])


def fingerprint(place: Place, parameters: dict[str, str]) -> str:
    """What a deployment depends on. Code is not in it: the working tree is mounted."""
    sources = [
        place.template,
        *sorted(path for path in (place.template.parent / "infra").rglob("*") if path.is_file()),
    ]
    sources += [Path(__file__).parent / name for name in OWN_SOURCES]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(f"{source.name}\0".encode() + hashlib.sha256(source.read_bytes()).digest())
    digest.update(json.dumps([parameters, place.endpoint, python_path(place.code)], sort_keys=True).encode())
    return digest.hexdigest()


def read_stamps(folder: Path) -> dict[str, str]:
    path = folder / STAMPS_FILE
    if not path.exists():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def write_stamps(folder: Path, stamps: dict[str, str]) -> None:
    (folder / STAMPS_FILE).write_text(json.dumps(stamps, indent=2) + "\n", encoding="utf-8")
