# `make` alone prints this list. Each target does its own set-up; nothing is needed but make and Python 3.11 or newer.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@# Two branches meet in generated/ without conflicts (docs/guide/merging.md). Not in a tarball, nor in another's repository.
	@if [ -e .git ]; then git config --local merge.mlplat.driver true || true; fi
	@touch $@

.PHONY: setup
setup: $(READY) ## make .venv with mlplat and all that its tests need

.PHONY: build
build: $(READY) ## compile the example platform: specs in environments/, output in generated/
	@$(BIN)/mlplat build

.PHONY: lint
lint: $(READY) ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: test
test: $(READY) lint ## everything that this machine can run; what needs a control plane says so when it is skipped
	$(BIN)/python -m pytest -n 2 --dist loadgroup -rs

.PHONY: fast
fast: $(READY) ## the tests that take seconds
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not cluster"

.PHONY: check
check: test ## what CI runs
	$(BIN)/mlplat build --check

.PHONY: bless
bless: $(READY) ## rewrite golden files from what the code does now; look at the diff before you commit it
	MLPLAT_BLESS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow and not cluster"
	$(BIN)/mlplat build
	$(BIN)/mlplat schema
	$(BIN)/python scripts/generate_docs.py

.PHONY: schemas
schemas: $(READY) ## distil the tables of Kubernetes and CRD schemas again: make schemas CRDS=folder
	$(BIN)/python scripts/generate_tables.py --crds $(CRDS)

.PHONY: bench
bench: $(READY) ## time the compiler on a synthetic platform (benchmarks/README.md)
	$(BIN)/python benchmarks/platform.py
