# Everything a developer types. `make` alone lists the targets.
# Needs Python 3.11 to 3.13, make and a package index; the rest is installed into .venv from uv.lock.

SHELL := /bin/sh
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
TRAIN_VENV := .venv-train
STAMP := $(VENV)/.stancewire-installed
ARTICLES ?= examples/articles
ARGS ?=
MINUTES ?= 1
ARTICLES_COUNT ?= 50000

export UV_PROJECT_ENVIRONMENT := $(VENV)

# The first interpreter on the path that is new enough and not too new; PYTHON=... overrides.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& { command -v $$python; break; }; done)

.PHONY: help install run test test-fast test-deploy train lint format audit fuzz overload soak bench rehearse drill chaos configuration dashboards picture schema lock clean

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(STAMP) ## install the locked packages into .venv
	@:

# A stamp keeps the second time quick: nothing is looked at unless the lock or the project file is newer.
$(STAMP): uv.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11, 3.12 or 3.13 on the path; install one or say make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Installing the locked packages into $(VENV) (about a minute the first time)"
	@test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV) \
		|| { echo "make: $(PYTHON) cannot create a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	@$(BIN)/uv sync --quiet --frozen --inexact --python $(BIN)/python
	@touch $@

run: $(STAMP) ## feed ARTICLES (files or folders) through a real server and real workers: make run ARTICLES=my/articles
	@$(BIN)/stancewire run $(ARTICLES) $(ARGS)

test: $(STAMP) ## run the tests, with a real server and real worker processes
	@$(BIN)/pytest -m "not deploy" $(ARGS)

test-deploy: $(STAMP) ## run the long tests of the deployment (Linux, root, Debian's prometheus)
	@$(BIN)/pytest -m deploy $(ARGS)

test-fast: $(STAMP) ## run the tests that start no server
	@$(BIN)/pytest -m "not integration" $(ARGS)

lint: $(STAMP) ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/mypy

audit: $(STAMP) ## look for unsafe code (bandit) and for known vulnerabilities of the locked packages (pip-audit)
	@$(BIN)/python -m deploy.audit

fuzz: $(STAMP) ## search for inputs that break decoding, cleaning or extraction: make fuzz MINUTES=10 (Linux)
	@$(BIN)/uv sync --quiet --frozen --inexact --group fuzz
	@$(BIN)/python -m tests.fuzz $(MINUTES)

format: $(STAMP) ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

overload: $(STAMP) ## feed faster than the workers are, and count: make overload MINUTES=10
	@$(BIN)/python -m bench.overload --minutes $(MINUTES) $(ARGS)

soak: $(STAMP) ## many articles through one worker process, looking at what it uses: make soak ARTICLES_COUNT=50000
	@$(BIN)/python -m bench.soak $(ARTICLES) --count $(ARTICLES_COUNT) $(ARGS)

bench: $(STAMP) ## every benchmark in a short run: make bench ARTICLES=feed.jsonl NEGOTIATIONS=talks.jsonl GOLD=folder
	@$(BIN)/python -m bench --feed $(ARTICLES) --negotiations $(or $(NEGOTIATIONS),$(ARTICLES)) $(if $(GOLD),--gold $(GOLD)) $(ARGS)

train: $(STAMP) ## fit the heads again: make train GOLD=folder/of/annotations (hours on two cores; needs the group `train`)
	@test -n "$(GOLD)" || { echo "make: say which annotations: make train GOLD=folder" >&2; exit 2; }
	@UV_PROJECT_ENVIRONMENT=$(TRAIN_VENV) $(BIN)/uv sync --quiet --frozen --group train
	@$(TRAIN_VENV)/bin/python -m training.recipe $(GOLD) $(ARGS)

rehearse: $(STAMP) ## start what docker-compose.yml starts, without a container engine, and check it (Linux, root)
	@$(BIN)/python -m deploy.rehearse $(ARGS)

drill: $(STAMP) ## cause each fault of the runbook in a running system and follow it (Linux, root)
	@$(BIN)/python -m deploy.drill $(ARGS)

chaos: $(STAMP) ## kill, freeze and cut everything for MINUTES and check that nothing is lost or doubled: make chaos MINUTES=2
	@$(BIN)/python -m chaos --minutes $(MINUTES) $(ARGS)

configuration: $(STAMP) ## write docs/configuration.md from the settings
	@$(BIN)/python -m deploy.configuration

dashboards: $(STAMP) ## write the Grafana dashboards and alerts from their one source
	@$(BIN)/python -m deploy.dashboards

picture: $(STAMP) ## draw docs/run.svg from a real run over the sample articles
	@$(BIN)/python docs/run_picture.py

schema: $(STAMP) ## write JSON Schema and AsyncAPI 3 to schemas/exports
	@$(BIN)/stancewire schema --output schemas/exports

lock: $(STAMP) ## resolve the dependencies anew into uv.lock
	@$(BIN)/uv lock

clean: ## remove what was built and measured, .venv included
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
