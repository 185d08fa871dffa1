# Courtside's commands. `make setup` needs Python 3.11 or newer, Node 20 or newer and a package registry;
# every other target sets up what it needs first.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTHON_READY := .venv/.ready
NODE_READY := node_modules/.package-lock.json
# A user here cannot act on the banner about Node's end of life.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export UV_PYTHON_DOWNLOADS := never
# On few cores, threads that spin while they wait make the boosters many times slower.
export OMP_WAIT_POLICY := PASSIVE
# So many stages run beside each other in the tests; each takes up to 5 GB of memory, most of it for its warm functions.
STAGES := 3
# With a stage, files begin in the order of their names: by default those of few tests begin last, and they are the longest.
FILES := --dist loadfile --no-loadscope-reorder

.PHONY: help setup demo check test faults package images bases bench format clean

help: ## List the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(PYTHON_READY) $(NODE_READY) ## Install the locked Python and Node packages
	@:

demo: setup ## Run the whole loop on the embedded AWS; ARGS="--keep" passes an option
	@$(BIN)/courtside demo $(ARGS)

check: setup ## Check lint, format, types, import directions, lock file and shell scripts
	@scripts/check

test: setup ## Run every test, the fast ones first
	@$(BIN)/pytest --numprocesses logical --dist loadfile --doctest-modules courtside/core courtside/api tests/unit tests/infra $(ARGS)
	@$(BIN)/pytest --numprocesses $(STAGES) $(FILES) tests/e2e tests/integration tests/faults $(ARGS)

faults: setup ## Run every fault that a stage must survive; the record is faults-out/record.json
	@$(BIN)/pytest --numprocesses $(STAGES) $(FILES) tests/faults --faults all \
		--faults-record faults-out/record.json $(ARGS)

package: setup ## Build wheel and sdist, install them with plain pip and try them
	@$(BIN)/pytest tests/packaging $(ARGS)

images: setup ## Build the images (Docker or podman), list their contents and run them
	@$(BIN)/python -m images
	@$(BIN)/pytest tests/images $(ARGS)

bases: ## Pin the images that ours are built on to the digests their tags have now
	@scripts/renew-bases

bench: setup ## Run every benchmark; each prints JSON
	@for file in benchmarks/*.py; do $(BIN)/python $$file; done

format: setup ## Format the sources
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

clean: ## Remove what setup and builds made
	rm -rf .venv .tools node_modules cdk.out demo-out faults-out images-out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(PYTHON_READY): pyproject.toml uv.lock
	@scripts/require-python
	@echo "Installing about 200 locked Python packages (1.8 GB) into .venv; this takes a minute, or longer on a slow network."
	@uv="$$(scripts/find-uv)"; began=$$SECONDS; "$$uv" sync --frozen --quiet; echo "Python packages: done in $$((SECONDS - began)) s."
	@touch $@

$(NODE_READY): package.json package-lock.json
	@scripts/require-node
	@echo "Installing the CDK's command (40 MB) into node_modules; this takes some seconds."
	@npm ci --silent --no-audit --no-fund --no-progress
	@touch $@
