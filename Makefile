# Everything sets up what it needs. Exact versions with their hashes stand in the two locks.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
RUNTIME := .venv/runtime.stamp
DEV := .venv/dev.stamp
SOURCES := abm tests benchmarks docs migrations wsgi.py

# The machine's own certificates and pip's package index count for uv too.
export UV_SYSTEM_CERTS := 1
index = $(or $(UV_DEFAULT_INDEX),$(PIP_INDEX_URL),$(shell $(BIN)/pip config get global.index-url 2>/dev/null))
uv = $(if $(index),UV_DEFAULT_INDEX='$(index)') $(UV)

# Exactly what a lock lists, compiled to bytecode (else pandas alone costs a second), and this checkout.
define install
	$(uv) pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python $(1)
	$(uv) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
endef

.PHONY: help setup setup-dev run test machine faults check bench screenshots browser format lock migration clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: setup ## the demonstration, at http://127.0.0.1:8000
	$(BIN)/abm demo
	$(BIN)/abm serve --demo

test: setup-dev browser ## all tests, on SQLite and PostgreSQL, and in a browser where there is one
	$(BIN)/pytest -n logical --dist worksteal

machine: setup-dev ## at least 10,000 random steps with lists and campaigns, each on each database
	MACHINE=long $(BIN)/pytest tests/targets/test_state_machine.py tests/campaigns/test_state_machine.py

faults: setup-dev ## 500 times at once: edit, propose and sign; 120 reviews opened and closed by two; 50 kills each while people log and weeks freeze
	FAULTS=long $(BIN)/pytest tests/faults tests/agreement/test_races.py

check: setup-dev ## style, types, layers, templates, security, migrations
	$(BIN)/ruff format --check $(wildcard $(SOURCES))
	$(BIN)/ruff check $(wildcard $(SOURCES))
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/bandit --quiet --severity-level medium --configfile pyproject.toml --recursive abm # ruff looks at the low ones
	$(BIN)/python -m tests.migrations_in_step

bench: setup-dev ## speed and memory, side by side with a plain page
	$(BIN)/python -m benchmarks

screenshots: setup-dev browser ## take the pictures of the documentation anew
	$(BIN)/python -m docs.screenshots

format: setup-dev ## bring code into the one form
	$(BIN)/ruff check --fix --exit-zero $(wildcard $(SOURCES))
	$(BIN)/ruff format $(wildcard $(SOURCES))

migration: setup-dev ## draft a migration from the models: make migration name="add something"
	@test -n "$(name)" || { echo 'Say what changes: make migration name="add something"'; exit 1; }
	$(BIN)/python -m abm.kit.migrate "$(name)"
	$(BIN)/ruff format --quiet migrations

compile = $(uv) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url pyproject.toml \
	--extra postgres --extra pdf --group build
lock: setup ## resolve the versions anew; upgrade=1 takes the newest that pyproject.toml allows
	$(compile) $(if $(upgrade),--upgrade) --output-file requirements.lock
	$(compile) $(if $(upgrade),--upgrade) --group dev --constraints requirements.lock --output-file requirements-dev.lock

setup: $(RUNTIME) ## what the application needs
setup-dev: $(DEV) ## what its developers need

$(UV): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Accountable needs Python 3.11 or newer: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.txt
	@touch $@

# An environment that has the development tools keeps them: their lock holds all of the other one.
$(RUNTIME): requirements.lock pyproject.toml $(UV)
	$(call install,$(if $(wildcard $(DEV)),requirements-dev.lock,requirements.lock))
	@touch $@

$(DEV): requirements-dev.lock requirements.lock pyproject.toml $(UV)
	$(call install,requirements-dev.lock)
	@touch $@ $(RUNTIME)

# Chromium on PATH (its headless shell takes half the time of the whole); else Debian's when root; else Playwright's own.
browser: setup-dev ## a browser for the browser tests
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null \
	|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update --quiet \
	     && { apt-get install --quiet --yes --no-install-recommends chromium-headless-shell \
	          || apt-get install --quiet --yes --no-install-recommends chromium; }; } \
	|| $(BIN)/playwright install chromium \
	|| echo "No Chromium here, and none could be installed: the browser tests will be skipped."

clean: ## take away the environment and all caches; your data in instance/ stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist
