# Every word a developer needs. `make` alone lists them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

# Three environments that cannot be one: the engine pins another graphql-core, the template tools another boto3.
ENVIRONMENTS := dev engine tools
STAMPS := $(ENVIRONMENTS:%=.venv/%/.installed)
UV := .venv/uv/bin/uv
BIN := .venv/dev/bin
LOCK := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	--custom-compile-command 'make lock'
REGIONS ?= us-east-1,us-west-2
REPORTS := .local/reports
PYTEST := $(BIN)/pytest
WEB := examples/web
ASL := ops/check/asl

# Bytecode is kept: hundreds of processes start in a run, and each would compile the same modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up down web check fmt lock bench clean ci install
.PHONY: test test-unit test-contract test-simulation test-crash test-concurrency test-fuzz test-drills test-fraud test-stack
.PHONY: drills unit-full simulate crash concurrency fuzz mutate fraud-bench proof
.PHONY: each-check check-types check-findings check-template check-nested check-state-machines check-example-app
.PHONY: check-published check-schema check-imports check-lint check-format check-requirement-files check-event-schemas
.PHONY: check-webhooks

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## --- the local bank

up: .venv/dev/.installed .venv/engine/.installed ## Start the local bank (REGIONS=us-east-1,us-west-2,eu-west-1)
	@./florin up --regions '$(REGIONS)'

down: ## Stop the local bank; its data stays
	@if [ -x $(BIN)/python ]; then ./florin down; else echo "nothing is installed, so nothing runs"; fi

web: .venv/dev/.installed .venv/engine/.installed $(WEB)/node_modules/.installed ## The example banking app, in a browser on the local bank
	@./florin status >/dev/null 2>&1 || ./florin up --regions '$(REGIONS)'
	@folder=$$(realpath -m "$${FLORIN_FOLDER:-.local}") && cd $(WEB) && npm run --silent build \
		&& FLORIN_FOLDER="$$folder" exec npm run --silent serve

bench: .venv/dev/.installed .venv/engine/.installed ## Measure what things cost and keep it in tests/bench/results (NAME=wire for one)
	@$(BIN)/python -m tests.bench $(NAME)

## --- checks and tests

check: $(STAMPS) $(WEB)/node_modules/.installed $(ASL)/node_modules/.installed ## Lint, format, types, imports, requirement files, schema, template and its security
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target --keep-going each-check
	@echo "all checks passed"

# Two at once, the long ones first. Each says its name when it is done.
each-check: check-types check-findings check-template check-nested check-state-machines check-example-app
each-check: check-published check-schema check-imports check-lint check-format check-requirement-files
each-check: check-event-schemas check-webhooks

check-types:
	@$(BIN)/mypy --no-error-summary; echo "types"
check-findings:
	@$(BIN)/python -m ops.check.template_findings; echo "checkov, cdk-nag"
check-template:
	@AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 .venv/tools/bin/sam validate --lint --template template.yaml; echo "template"
check-nested:
	@.venv/tools/bin/cfn-lint infra/*.yaml; echo "nested templates"
check-state-machines:
	@$(BIN)/python -m ops.check.state_machines; echo "state machines"
check-example-app:
	@cd $(WEB) && npm run --silent check; echo "example app"
check-published:
	@./florin documents check; echo "published documents"
check-schema:
	@./florin schema --check; echo "schema"
check-imports:
	@mkdir -p $(REPORTS) && $(BIN)/lint-imports --no-logo >$(REPORTS)/imports 2>&1 || { cat $(REPORTS)/imports; exit 1; }; echo "imports"
check-lint:
	@$(BIN)/ruff check --quiet .; echo "lint"
check-format:
	@$(BIN)/ruff format --check --quiet .; echo "format"
check-requirement-files:
	@$(BIN)/python -m ops.check.requirement_files; echo "requirement files"
check-event-schemas:
	@$(BIN)/python -m ops.event_schemas --check; echo "event schemas"
check-webhooks:
	@$(BIN)/python -m ops.webhook_description --check; echo "webhooks"

test: test-unit test-contract test-simulation test-crash test-concurrency test-fuzz test-drills test-fraud test-stack ## Run every suite

test-unit: .venv/dev/.installed ## Rules, services, tooling: no engine
	@mkdir -p $(REPORTS) && $(PYTEST) tests/unit $(wildcard tests/access) -n 2 --junitxml=$(REPORTS)/unit.xml

test-contract: .venv/dev/.installed .venv/engine/.installed ## One contract, every store
	@mkdir -p $(REPORTS) && $(PYTEST) tests/contract -n 2 --junitxml=$(REPORTS)/contract.xml

test-simulation: .venv/dev/.installed ## Histories under faults, each from one seed
	@mkdir -p $(REPORTS) && $(PYTEST) tests/simulation -n 2 --junitxml=$(REPORTS)/simulation.xml

test-crash: .venv/dev/.installed .venv/engine/.installed ## A seeded share of the kill points
	@mkdir -p $(REPORTS) && $(PYTEST) tests/crash -n 2 --junitxml=$(REPORTS)/crash.xml

test-concurrency: .venv/dev/.installed .venv/engine/.installed ## One storm of eight processes, double-clicks and races
	@mkdir -p $(REPORTS) && $(PYTEST) tests/concurrency --junitxml=$(REPORTS)/concurrency.xml

test-fuzz: .venv/dev/.installed ## Requests nobody should send, to a bank in memory
	@mkdir -p $(REPORTS) && $(PYTEST) tests/fuzz -n 2 --junitxml=$(REPORTS)/fuzz.xml

test-drills: .venv/dev/.installed ## Something breaks on purpose, and the bank in memory copes
	@mkdir -p $(REPORTS) && $(PYTEST) tests/drills -n 2 --junitxml=$(REPORTS)/drills.xml

test-fraud: .venv/train/.installed ## The fraud model on a small draw: features, training, measuring, the document that judges
	@mkdir -p $(REPORTS) && OMP_WAIT_POLICY=PASSIVE .venv/train/bin/pytest tests/fraud --confcutdir=tests/fraud --junitxml=$(REPORTS)/fraud.xml

test-stack: $(STAMPS) ## The deployed bank through its API
	@mkdir -p $(REPORTS) && $(PYTEST) tests/stack -n 2 --junitxml=$(REPORTS)/stack.xml

drills: test-drills ## The same by its own name; `./florin drill NAME` prints one

ci: ## What must pass before anything lands
	@bash .ci/run

fmt: .venv/dev/.installed ## Format and sort imports
	@$(BIN)/ruff check --quiet --fix-only . && $(BIN)/ruff format .

## --- the same at length

unit-full: .venv/dev/.installed .venv/engine/.installed ## All that the quick suites try a share of: every shape of the access matrix, every example (a quarter of an hour)
	@mkdir -p $(REPORTS) && FLORIN_FULL=1 $(PYTEST) tests/unit tests/access tests/contract tests/crash tests/drills -n 2

simulate: .venv/dev/.installed ## N simulated histories of the ledger and N of ACH on two processes (N=10000)
	@$(BIN)/python -m ops.simulation.run --histories $(or $(N),10000) --processes 2 --first-seed $(or $(FIRST_SEED),1)
	@$(BIN)/python -m ops.simulation.ach.run --histories $(or $(N),10000) --processes 2 --first-seed $(or $(FIRST_SEED),1)

crash: .venv/dev/.installed .venv/engine/.installed ## Every kill point of every use case that writes (about an hour)
	@$(BIN)/python -m tests.crash.run
	@FLORIN_DEATHS=full $(PYTEST) -n 2 tests/unit/rails/ach/test_killed_anywhere.py tests/unit/rails/ach/test_incoming_faults.py

concurrency: .venv/dev/.installed .venv/engine/.installed ## Storms of eight processes, double-clicks and races, in full
	@FLORIN_CONCURRENCY=full $(PYTEST) tests/concurrency

fuzz: $(STAMPS) ## Thousands of new requests, in memory and to the deployed bank (about fifteen minutes)
	@FLORIN_FUZZ=full $(PYTEST) --hypothesis-profile=full -o faulthandler_timeout=0 tests/fuzz tests/stack/test_fuzz.py \
		tests/unit/test_money.py tests/unit/test_ids.py tests/unit/accounts/test_numbers.py \
		tests/unit/graph/test_cursors.py tests/unit/graph/test_scalars.py tests/unit/transfers/test_schedule.py

mutate: .venv/mutation/.installed ## Mistakes planted in the ledger and in money, each to be noticed (MODULE=domain/ledger/rules.py)
	@.venv/mutation/bin/python -m ops.mutation.run $(if $(MODULE),--module $(MODULE),--write) $(if $(KEEP),--keep) --processes $(or $(PROCESSES),2)

fraud-bench: .venv/train/.installed ## The fraud model on five full draws, held to its figures (half an hour)
	@OMP_WAIT_POLICY=PASSIVE PYTHONPATH=. .venv/train/bin/python -P -m ops.fraud.bench

## --- all of it

proof: $(STAMPS) ## Every check, suite and long target, and one table of how they went (hours)
	@$(BIN)/python -m ops.proof --write

## --- environments

install: $(STAMPS) ## Install the three environments

lock: $(UV) ## Resolve requirements/*.in again into pinned, hashed files (UPGRADE=1 takes newer versions)
	@for name in uv run dev engine tools mutation train; do \
		echo "requirements/$$name.txt"; \
		$(LOCK) $(if $(UPGRADE),--upgrade) requirements/$$name.in -o requirements/$$name.txt; \
	done

clean: down ## Stop the bank and remove environments, caches and local data
	@rm -rf .venv .local .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache ops/graphiql/web/node_modules $(ASL)/node_modules $(WEB)/node_modules $(WEB)/dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(WEB)/node_modules/.installed: $(WEB)/package.json $(WEB)/package-lock.json $(WEB)/.npmrc
	@command -v npm >/dev/null || { echo "the example app needs Node.js 20.19 or newer, and npm" >&2; exit 1; }
	@echo "installing the example app's packages"
	@cd $(WEB) && npm ci --no-progress --silent
	@touch $@

$(ASL)/node_modules/.installed: $(ASL)/package.json $(ASL)/package-lock.json $(ASL)/.npmrc
	@command -v npm >/dev/null || { echo "the check of the state machines needs Node.js 20.19 or newer, and npm" >&2; exit 1; }
	@cd $(ASL) && npm ci --no-progress --silent
	@touch $@

$(UV): requirements/uv.txt
	@python=$$(sh ops/choose-python) && echo "environments use $$python" && "$$python" -m venv --clear .venv/uv
	@.venv/uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/%/.installed: requirements/%.txt $(UV)
	@echo "installing the environment $*"
	@python=$$(.venv/uv/bin/python -c 'import sys; print(sys._base_executable)') \
		&& { .venv/$*/bin/python -c '' 2>/dev/null || $(UV) venv --quiet --clear --python "$$python" .venv/$*; } \
		&& $(UV) pip sync --quiet $(if $(filter tools,$*),,--compile-bytecode) --python .venv/$*/bin/python $<
	@touch $@
