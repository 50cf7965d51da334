"""What a command may be unable to do, for reasons that a person can act on."""

from __future__ import annotations

from ops.commands.ach import AchRefused
from ops.commands.asking import BadInput
from ops.commands.documents import DocumentsRefused
from ops.commands.drilling import DrillRefused
from ops.commands.fraud import EnvironmentMissing
from ops.commands.governing import GovernanceRefused
from ops.commands.sponsor import SponsorRefused
from ops.fraud.records import RecordRefused
from ops.graphiql.build import BuildFailed
from ops.graphiql.tokens import TokenRefused
from ops.graphiql.upstream import UpstreamSlow, UpstreamUnreachable
from ops.graphiql.users import UsersMissing
from ops.local.bank import BankMissing
from ops.local.engine_process import EngineFault
from ops.local.parameters import RegionUnknown
from ops.local.partners import PartnerMissing
from ops.local.stack import DeployFault
from ops.local.start import StartFault
from ops.local.template import TemplateFault

REFUSALS = (
    AchRefused,
    BadInput,
    BankMissing,
    BuildFailed,
    DeployFault,
    DocumentsRefused,
    DrillRefused,
    EngineFault,
    EnvironmentMissing,
    GovernanceRefused,
    PartnerMissing,
    RecordRefused,
    RegionUnknown,
    SponsorRefused,
    StartFault,
    TemplateFault,
    TokenRefused,
    UpstreamSlow,
    UpstreamUnreachable,
    UsersMissing,
)
