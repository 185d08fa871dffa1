# Courtside's commands. `make setup` needs Python 3.11 or newer, Node 20 or newer and a package registry;
# every other target sets up what it needs first.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTHON_READY := .venv/.ready
NODE_READY := node_modules/.package-lock.json
# The banner of Node's end of life says nothing that a user could act on here.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export UV_PYTHON_DOWNLOADS := never
# Waiting threads that spin make the boosters many times slower on few cores.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: help setup demo check test package images bases bench format clean

help: ## List the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: $(PYTHON_READY) $(NODE_READY) ## Install the locked Python and Node packages
	@:

demo: setup ## Run the whole loop on the embedded AWS; ARGS="--keep" passes options on
	@$(BIN)/courtside demo $(ARGS)

check: setup ## Lint, format, types, import directions, lock file, shell scripts
	@scripts/check

test: setup ## Every test, the fast ones first
	@$(BIN)/pytest --numprocesses logical --dist loadfile --doctest-modules courtside/core courtside/api tests/unit tests/infra $(ARGS)
	@$(BIN)/pytest --numprocesses logical --dist loadfile tests/integration tests/e2e $(ARGS)

package: setup ## Build wheel and sdist, install them with plain pip, use them there
	@$(BIN)/pytest tests/packaging $(ARGS)

images: setup ## Build the images (Docker or podman), list what is in them, run them
	@$(BIN)/python -m images
	@$(BIN)/pytest tests/images $(ARGS)

bases: ## Pin the images that ours are built on to the digests their tags have now
	@scripts/renew-bases

bench: setup ## Run every benchmark; each prints JSON
	@for file in benchmarks/*.py; do $(BIN)/python $$file; done

format: setup ## Format the sources
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

clean: ## Remove what setup and builds made
	rm -rf .venv .tools node_modules cdk.out demo-out images-out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(PYTHON_READY): pyproject.toml uv.lock
	@scripts/require-python
	@echo "Installing the locked Python packages into .venv: about 200 of them, 1.8 GB; a minute where they are near, longer on a slow line."
	@uv="$$(scripts/find-uv)"; began=$$SECONDS; "$$uv" sync --frozen --quiet; echo "Python packages: done in $$((SECONDS - began)) s."
	@touch $@

$(NODE_READY): package.json package-lock.json
	@scripts/require-node
	@echo "Installing the CDK's command into node_modules: 40 MB, some seconds."
	@npm ci --silent --no-audit --no-fund --no-progress
	@touch $@
