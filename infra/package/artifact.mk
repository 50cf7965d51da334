# The one artifact of all functions: the run requirements, the code, and bytecode. `sam build` calls it from the root
# of the repository, through the Makefile of the platform it builds for, with ARTIFACTS_DIR set.
#
# Bytecode is compiled with unchecked hashes. Packages date every file 1980 and /var/task is read-only, so bytecode that
# is checked by date is refused and every cold start compiles everything again: twice the time to import.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

UV ?= $(firstword $(wildcard .venv/uv/bin/uv) uv)

# The services that the roles of infra/roles.yaml allow, and sts. Botocore brings all four hundred: leaving them out
# makes the artifact four times smaller and the first client three times quicker.
SERVICES := dynamodb events kms s3 scheduler secretsmanager sqs stepfunctions sts

build-%:
	$(UV) pip install --quiet --require-hashes --only-binary :all: --no-deps $(PLATFORM) \
		--target '$(ARTIFACTS_DIR)' --requirement requirements/run.txt
	find '$(ARTIFACTS_DIR)/botocore/data' -mindepth 1 -maxdepth 1 -type d \
		$(foreach service,$(SERVICES),! -name $(service)) -exec rm -r {} +
	rm -rf '$(ARTIFACTS_DIR)/bin'
	cp -R functions graph domain '$(ARTIFACTS_DIR)'
	find '$(ARTIFACTS_DIR)' -name __pycache__ -type d -prune -exec rm -r {} +
	$(PYTHON) -m compileall -q -j 0 --invalidation-mode unchecked-hash \
		-s '$(ARTIFACTS_DIR)' -p /var/task '$(ARTIFACTS_DIR)'
