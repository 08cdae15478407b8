# Wardloop: every command of the house. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
export PYTHON
# tests and demo need no screen; `make run` decides by itself
QT := QT_QPA_PLATFORM=offscreen
# one process a core; who is done takes from the other
BOTH := -n auto --dist worksteal

.PHONY: help setup run check test test-long bench lint fix pin

help: ## list these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## build .venv, install what is missing (quick when nothing changed)
	@packaging/setup.sh

run: setup ## set everything up and open Wardloop on a demo ward
	@packaging/run.sh

lint: setup # format, rules, types, imports
	@.venv/bin/ruff format --check --quiet . || { echo 'not formatted: run `make fix`'; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy client domain rules storage tests packaging
	@.venv/bin/lint-imports --no-logo --no-cache >.imports.log || { cat .imports.log; exit 1; }
	@grep '^Contracts' .imports.log; rm -f .imports.log

check: lint ## lint, types, imports, quick tests (unit but its laws, spec) within a minute
	@$(QT) HYPOTHESIS_PROFILE=quick $(PY) -m pytest -q $(BOTH) tests/unit tests/spec --ignore=tests/unit/laws

test: lint ## everything that must hold for a commit, within 15 minutes
	@$(QT) $(PY) -m pytest -q $(BOTH) --cov --cov-report=json:.coverage.json --cov-report=
	@$(PY) packaging/check_coverage.py .coverage.json

test-long: lint ## the long tests: more examples, bigger wards, killed processes
	@$(PY) -m pip install -q --disable-pip-version-check --root-user-action ignore --require-hashes --no-deps \
		-r requirements-fuzz.txt || echo 'test-long: no atheris here, fuzzing by coverage is left out'
	@$(QT) HYPOTHESIS_PROFILE=long $(PY) -m pytest -q -n auto -m long

bench: setup ## measure, write tests/bench/README.md, compare with the ratchet
	@$(QT) $(PY) tests/bench/run.py $(RAISE)

fix: setup ## format and mend what the linter can mend
	@.venv/bin/ruff check --quiet --fix . ; .venv/bin/ruff format --quiet .

pin: setup ## resolve the ranges of pyproject.toml anew and write the pins
	@$(PY) packaging/pin.py
