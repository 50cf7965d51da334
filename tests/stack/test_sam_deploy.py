"""`sam build` and `sam deploy` put the bank on an engine as it is published, nothing patched and nothing mounted.

Everything else in the tests runs on a mounted working tree; this is the one proof that the packages, the template
and its nested stacks stand on their own. The build happens in a copy, so that the tree stays clean.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import boto3
import pytest
from botocore.exceptions import ClientError

from ops.check.bytecode import RUNTIMES, unusable
from ops.local.engine_process import claimed_port

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"
TABLES = (
    "accounts",
    "ach",
    "audit",
    "cases",
    "counterparties",
    "customers",
    "features",
    "fraud",
    "keys",
    "ledger",
    "notices",
    "partners",
    "payments",
    "published",
    "transfers",
)
PARTS = ("template.yaml", "samconfig.toml", "infra", "functions", "graph", "domain", "requirements")

ENGINE_START_SECONDS_MAX = 30
ENGINE_STOP_SECONDS_MAX = 20
COMMAND_SECONDS_MAX = 300
ANSWER_SECONDS_MAX = 30

STAND_IN = """
import json


def handler(event, context):
    known = {"GET /health": {"status": "ok"}, "POST /graphql": {"data": {"__typename": "Query"}}}
    return {"statusCode": 200, "body": json.dumps(known[event["routeKey"]])}
"""
"""The API's function as this proof needs it, in the copy alone, for a tree that has none yet."""

PACKED_ONCE = """
import shutil
from contextlib import contextmanager
from functools import cache
from tempfile import mkdtemp

from samcli.lib.package import utils

pack = utils.zip_folder


@cache
def packed(folder, zip_method):
    with pack(folder, zip_method) as (file, digest):
        return shutil.copy(file, mkdtemp()), digest


@contextmanager
def packed_once(folder, zip_method):
    yield packed(folder, zip_method)


utils.zip_folder = packed_once
"""
"""All functions share one folder, and SAM packs it anew for each of them: two seconds for the same bytes each time."""

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Deployed:
    """What one build and one deployment left behind."""

    endpoint: str
    artifact: Path
    outputs: dict[str, str]

    def create_another_stack(self, **parameters: str) -> None:
        """A second stack from the very template that was deployed."""
        cloudformation, s3 = self.client("cloudformation"), self.client("s3")
        template = cloudformation.get_template(StackName="florin", TemplateStage="Original")["TemplateBody"]
        if "another" not in {found["Name"] for found in s3.list_buckets()["Buckets"]}:
            s3.create_bucket(Bucket="another")
        s3.put_object(Bucket="another", Key="template", Body=template.encode())
        cloudformation.create_stack(
            StackName="another",
            TemplateURL=f"{self.endpoint}/another/template",
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )

    def client(self, service: str) -> Any:
        return client(service, endpoint=self.endpoint)

    def call(self, path: str, *, body: str | None = None, token: str | None = None) -> tuple[int, str]:
        request = urllib.request.Request(  # noqa: S310 - the scheme is written in the fixture
            f"{self.endpoint}/_aws/execute-api/{self.outputs['ApiId']}{path}",
            data=None if body is None else body.encode(),
            headers={"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {}),
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS_MAX) as answer:  # noqa: S310 - as above
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with claimed_port() as port, engine_on(port, tmp_path_factory.mktemp("engine")) as found:
        yield found


@contextmanager
def engine_on(port: int, folder: Path) -> Iterator[str]:
    """The engine as its makers ship it, without our launcher."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    with (folder / "log").open("wb") as log:
        engine = subprocess.Popen(
            [ROOT / ".venv/engine/bin/python", "-m", "ministack"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", engine, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        engine.send_signal(signal.SIGTERM)
        try:
            engine.wait(ENGINE_STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            engine.kill()
            engine.wait()


def wait_until_ready(endpoint: str, engine: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + ENGINE_START_SECONDS_MAX
    while time.monotonic() < deadline and engine.poll() is None:
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2):  # noqa: S310 - as above
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the engine did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="module")
def deployed(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    copy = tmp_path_factory.mktemp("copy")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            shutil.copy(ROOT / part, copy / part)
    handler = copy / "functions/graphql/handler.py"
    if not handler.exists():
        handler.write_text(STAND_IN)
    sam("build", folder=copy, endpoint=endpoint)
    sam(
        "deploy",
        "--no-confirm-changeset",
        "--resolve-s3",
        "--parameter-overrides",
        f"TokenKeysEndpoint={endpoint}",
        folder=copy,
        endpoint=endpoint,
    )
    stack = client("cloudformation", endpoint=endpoint).describe_stacks(StackName="florin")["Stacks"][0]
    return Deployed(
        endpoint=endpoint,
        artifact=copy / ".aws-sam/build/GraphqlFunction",
        outputs={output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]},
    )


def sam(*arguments: str, folder: Path, endpoint: str) -> None:
    uv = ROOT / ".venv/uv/bin/uv"
    beside = folder / ".beside"
    beside.mkdir(exist_ok=True)
    (beside / "sitecustomize.py").write_text(PACKED_ONCE, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_"))}
    done = subprocess.run(
        [ROOT / ".venv/tools/bin/sam", *arguments],
        cwd=folder,
        env=inherited
        | {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "SAM_CLI_TELEMETRY": "0",
            "PYTHONPATH": str(beside),
            "TMPDIR": str(beside),
            "__SAM_CLI_APP_DIR": str(folder / ".sam"),
            "FLORIN_PYTHON": str(ROOT / ".venv/engine/bin/python"),
        }
        | ({"UV": str(uv)} if uv.exists() else {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=COMMAND_SECONDS_MAX,
        check=False,
    )
    output = done.stdout.decode(errors="replace")
    assert done.returncode == 0, f"sam {arguments[0]} failed:\n{output[-4000:]}"


def client(service: str, *, endpoint: str) -> Any:
    session: Any = boto3.Session("test", "test", region_name=REGION)  # Any, so that a service may be a variable.
    return session.client(service, endpoint_url=endpoint)


def sign_in(deployed: Deployed, *, name: str, person: str, group: str) -> str:
    """A new user of the pool, and the access token that the pool gives out."""
    cognito = deployed.client("cognito-idp")
    pool, app, password = deployed.outputs["PoolId"], deployed.outputs["PoolClientId"], "Correct-horse-7"
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=name,
        UserAttributes=[{"Name": "custom:person", "Value": person}],
        MessageAction="SUPPRESS",
    )
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)
    answer = cognito.initiate_auth(
        ClientId=app,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    token: str = answer["AuthenticationResult"]["AccessToken"]
    return token


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


class TestTheArtifact:
    def test_it_holds_the_code_and_nothing_of_the_tooling(self, deployed: Deployed) -> None:
        names = {path.name for path in deployed.artifact.iterdir()}
        assert {"functions", "graph", "domain"} <= names
        assert not names & {"ops", "tests", "infra", "console", "requirements", "template.yaml", "bin"}

    def test_it_holds_the_run_requirements_and_no_others(self, deployed: Deployed) -> None:
        lines = (ROOT / "requirements/run.txt").read_text(encoding="utf-8").splitlines()
        required = {line.split("==")[0].replace("-", "_").lower() for line in lines if "==" in line and line[0] != "#"}
        installed = {path.name.split("-")[0].lower() for path in deployed.artifact.glob("*.dist-info")}
        assert installed <= required
        assert {"strawberry_graphql", "pynamodb", "joserfc", "aws_lambda_powertools"} <= installed

    def test_every_module_has_bytecode_that_its_runtime_uses(self, deployed: Deployed) -> None:
        # The engine runs functions on its own Python.
        named = [str(ROOT / ".venv/engine/bin/python"), "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"]
        engine = subprocess.run(named, capture_output=True, text=True, check=True).stdout.strip()
        assert (deployed.artifact / "functions/graphql/handler.py").is_file()
        assert list(unusable(deployed.artifact, RUNTIMES[engine])) == []

    def test_a_module_whose_bytecode_is_missing_would_be_seen(self, deployed: Deployed, tmp_path: Path) -> None:
        copy = tmp_path / "artifact"
        shutil.copytree(deployed.artifact / "domain", copy / "domain")
        (lost,) = (copy / "domain/__pycache__").glob("money.*.pyc")
        lost.unlink()
        (runtime,) = (found for found in RUNTIMES.values() if found.tag in lost.name)
        assert list(unusable(copy, runtime)) == ["domain/money.py: no bytecode"]


class TestTheStack:
    def test_health_answers_with_our_own_body(self, deployed: Deployed) -> None:
        # A function whose package was not found answers 200 on the engine too, with a text of the engine.
        status, body = deployed.call("/health")
        assert status == 200
        assert json.loads(body)["status"] == "ok"

    def test_every_table_of_the_region_stands(self, deployed: Deployed) -> None:
        tables = deployed.client("dynamodb").list_tables()["TableNames"]
        assert tables == sorted(f"florin-{name}-{REGION}" for name in TABLES)

    def test_a_partner_that_is_not_known_is_told_so_in_the_standard_shape(self, deployed: Deployed) -> None:
        status, body = deployed.call("/webhooks/acme/ach.file.acknowledged", body="{}")
        assert status == 404
        assert json.loads(body)["type"] == "urn:florin:problem:unknown-partner"

    def test_without_a_token_the_api_is_closed(self, deployed: Deployed) -> None:
        status, _ = deployed.call("/graphql", body='{"query":"{__typename}"}')
        assert status == 401

    def test_an_access_token_names_the_person_and_opens_the_api(self, deployed: Deployed) -> None:
        token = sign_in(deployed, name="ada", person="cus_ada", group="customer")
        claims = claims_of(token)
        assert claims["person"] == "cus_ada"
        assert claims["cognito:groups"] == ["customer"]
        assert claims["client_id"] == deployed.outputs["PoolClientId"]
        status, body = deployed.call("/graphql", body='{"query":"{__typename}"}', token=token)
        assert (status, json.loads(body)["data"]) == (200, {"__typename": "Query"})


class TestTheRules:
    """A stage on AWS is refused before anything is made when one of its bounds is not safe."""

    SAFE: ClassVar[dict[str, str]] = {
        "Stage": "prod",
        "CloseAfterSeconds": "360",
        "SignatureBoundSeconds": "300",
        "LeaseSeconds": "60",
        "SkewSeconds": "5",
        "StepSeconds": "60",
        "FraudSeconds": "30",
        "FeatureReadMilliseconds": "300",
        "StepUpSeconds": "300",
        "ReviewSeconds": "86400",
        "FileSeconds": "1800",
        "AcknowledgementSeconds": "3600",
        "AchTimetable": "fedach",
    }

    @pytest.mark.parametrize(
        ("parameter", "value"),
        [
            ("CloseAfterSeconds", "300"),
            ("SignatureBoundSeconds", "5"),
            ("LeaseSeconds", "5"),
            ("SkewSeconds", "1"),
            ("TokenKeysEndpoint", "http://127.0.0.1:4566"),
        ],
    )
    def test_an_unsafe_bound_is_named_and_nothing_is_made(self, deployed: Deployed, parameter: str, value: str) -> None:
        with pytest.raises(ClientError, match=parameter):
            deployed.create_another_stack(**(self.SAFE | {parameter: value}))
