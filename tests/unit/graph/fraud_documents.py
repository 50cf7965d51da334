"""The documents by which fraud is asked about in tests."""

from typing import Final

REFUSAL: Final = (
    "__typename ... on Refusal { code message retryable } ... on InputInvalid { fields { path code message } }"
)
_VERSION: Final = "version scope kind number status author committedAt approvalId"


def _of_version(name: str, more: str = "") -> str:
    kind = f"{name[0].upper()}{name[1:]}"
    return f"""mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {REFUSAL}
      ... on {kind}Success {{ version {{ {_VERSION} {more} }} }} }} }}"""


REGISTER: Final = _of_version("registerFraudVersion", "lineage { codeVersion note }")
REDRAFT: Final = _of_version("redraftFraudVersion", "sha256")
COMMIT: Final = _of_version("commitFraudVersion")
DRY_RUN: Final = _of_version(
    "dryRunFraudRules", "dryRun { decisions changed before { decision count } spoke { code count } frauds by }"
)
START_SHADOW: Final = _of_version("startFraudShadow", "shadowRun { until days }")
STOP_SHADOW: Final = _of_version("stopFraudShadow")
PROMOTE: Final = _of_version("promoteFraudVersion", "promotedBy")
RETIRE: Final = _of_version("retireFraudVersion", "retired { by reason }")
REQUEST_PROMOTION: Final = f"""mutation($input: RequestFraudPromotionInput!) {{ requestFraudPromotion(input: $input) {{
  {REFUSAL} ... on FraudGateClosed {{ versionName missing }}
  ... on RequestFraudPromotionSuccess {{ approval {{ id group action fingerprint maker state }} }} }} }}"""
ROLL_BACK: Final = f"""mutation($input: RollBackFraudInput!) {{ rollBackFraud(input: $input) {{ {REFUSAL}
  ... on FraudVersionNotChampion {{ versionName champion }}
  ... on RollBackFraudSuccess {{ scoring {{ champions {{ kind version }} changedBy reason }} }} }} }}"""
ADD_ENTRY: Final = f"""mutation($input: AddFraudListEntryInput!) {{ addFraudListEntry(input: $input) {{ {REFUSAL}
  ... on FraudDocumentUnread {{ versionName }}
  ... on AddFraudListEntrySuccess {{ version {{ {_VERSION} }} approval {{ id fingerprint state }} }} }} }}"""
REMOVE_ENTRY: Final = f"""mutation($input: RemoveFraudListEntryInput!) {{ removeFraudListEntry(input: $input) {{
  {REFUSAL} ... on RemoveFraudListEntrySuccess {{ approval {{ id fingerprint state }} }} }} }}"""
SNOOZE: Final = f"""mutation($input: SnoozeFraudRuleInput!) {{ snoozeFraudRule(input: $input) {{ {REFUSAL}
  ... on FraudLimitReached {{ limit most }} ... on FraudRuleNotOverridable {{ scope rule }}
  ... on SnoozeFraudRuleSuccess {{ snoozes {{ rule reason by until over }} }} }} }}"""
END_SNOOZE: Final = f"""mutation($input: EndFraudSnoozeInput!) {{ endFraudSnooze(input: $input) {{ {REFUSAL}
  ... on EndFraudSnoozeSuccess {{ snoozes {{ rule }} }} }} }}"""
LABEL: Final = f"""mutation($input: LabelFraudInput!) {{ labelFraud(input: $input) {{ {REFUSAL}
  ... on LabelFraudSuccess {{ label {{ fraud said {{ fraud source code by }} }} }} }} }}"""

DECISION: Final = """query($id: ID!) { fraudDecision(subjectId: $id) {
  id subjectId scope customerId accountId payee terminal device amount { amount } decision score
  customerReasons { code sentence } staffReasons fallback askedAt decidedAt snoozed
  versions { rules { version sha256 } model { version } thresholds { version } lists { version } }
  features { name title type value } shadows { version decision score } replay { same decision score }
  rules { rule code title decision outcome text explanation } contributions { name title value }
  listed { list family entity counts } silenced label { fraud learntAt said { source by code } } caseId } }"""
DECISIONS: Final = """query($scope: FraudScope, $day: Date, $customer: ID, $account: ID, $decision: FraudVerdict,
    $first: Int! = 25, $after: Cursor) {
  fraudDecisions(scope: $scope, day: $day, customerId: $customer, accountId: $account, decision: $decision,
    first: $first, after: $after) { edges { node { subjectId decision } cursor }
    pageInfo { hasNextPage endCursor } } }"""
SCOPES: Final = """{ fraudScopes { scope champions { kind version since by agreedBy } previous { kind versions }
  shadows { kind version until } scoreThresholds { decision limit least most optional }
  amountThresholds { decision limit least most optional } boundsSigned
  bounds { number key document keptBy keptAt } changedAt changedBy reason } }"""
VERSIONS: Final = """query($scope: FraudScope!, $kind: FraudArtefactKind!, $status: FraudVersionStatus,
    $first: Int! = 25, $after: Cursor) {
  fraudVersions(scope: $scope, kind: $kind, status: $status, first: $first, after: $after) {
  edges { node { version status } cursor } pageInfo { hasNextPage endCursor } } }"""
GATES: Final = """query($scope: FraudScope!, $kind: FraudArtefactKind!) {
  fraudVersions(scope: $scope, kind: $kind, first: 50) { edges { node { version gate { missing { code } } } } } }"""
VERSION: Final = """query($version: String!) { fraudVersion(version: $version) { version status document
  rules { rule code text decision customerReason fallbackOnly ifInconclusive } lineage { codeVersion note
  parameters { name value } metrics { name value } } backtest { protocol folds { versionMillionths } }
  dryRun { decisions againstSha256 spoke { code count }
  complete examples { subjectId before after staffReasons } } shadowRun { days decisions agreementMillionths until }
  gate { passed missing { code message } } retired { reason by } promotedBy } }"""
GRAMMAR: Final = """{ fraudRuleGrammar {
  nodes { name symbol partsLeast partsMost takes gives } depthMax nodesMax rulesMax }
  fraudFeatures { name type title } }"""
ENTRIES: Final = """query($scope: FraudScope!, $list: FraudListName, $first: Int! = 25, $after: Cursor) {
  fraudListEntries(scope: $scope, list: $list, first: $first, after: $after) {
  edges { node { list family entity reason by until counts } } pageInfo { hasNextPage endCursor } } }"""
SNOOZES: Final = "query($id: ID!) { fraudSnoozes(customerId: $id) { rule reason by since until over } }"
SERIES: Final = """query($scope: FraudScope!, $from: Date!, $to: Date!) {
  fraudSeries(scope: $scope, from: $from, to: $to) {
  day count decisions { decision count } fallbacks volumes { amount currency } flagged frauds precisionMillionths
  recallMillionths unknownMillionths immature worstFeature featurePsiMillionths scorePsiMillionths cold } }"""
