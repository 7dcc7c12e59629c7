# Convscope: `make run` and `make test` need Python 3.11 or newer with pip and venv, and bring the rest.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# a new one of these means a new installation; without a change, nothing below needs the network
INPUTS := Makefile pyproject.toml constraints.txt hatch_build.py \
	package.json package-lock.json scripts/vendor.py
RUN := .venv/.installed
TEST := .venv/.installed-test
BENCH := .venv/.installed-bench
MUTANTS := .venv/.installed-mutants

.PHONY: help run test test-all bench mutants clean
.DEFAULT_GOAL := help

help:
	@echo "make run     install what is missing, start the server, print its address"
	@echo "             (more to say: make run ARGS='--port 8080 --open')"
	@echo "make test    every check: lint, types, import rules, JavaScript, Python, browser"
	@echo "             (more for pytest: make test ARGS='-k guard')"
	@echo "make test-all   these, and what is too heavy for every day"
	@echo "make bench   measure what BENCHMARKS.md tells"
	@echo "make mutants   change the code at random, and see which changes no test notices"
	@echo "             (more to say: make mutants ARGS='--number 60 --seed 2 --area recipe')"
	@echo "make clean   remove all that these have made"

run: $(RUN)
	@exec $(BIN)/convscope $(ARGS)

test: $(TEST)
	@$(BIN)/python scripts/test.py $(ARGS)

test-all: $(TEST)
	@$(BIN)/python scripts/test.py --all $(ARGS)

bench: $(BENCH)
	@$(BIN)/python -m benchmarks $(ARGS)

mutants: $(MUTANTS)
	@$(BIN)/python scripts/mutants.py $(ARGS)

clean:
	rm -rf .venv .peers node_modules static/vendor build dist test-results
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find app tests scripts benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# the browser packages are made by the build hook: where they are gone, install again
ifeq ($(wildcard static/vendor/.made-from),)
.PHONY: $(RUN) $(TEST) $(BENCH) $(MUTANTS)
endif

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 run"; exit 1; }
	@$(PYTHON) -m venv .venv || \
		{ echo "Python's venv is needed; on Debian: apt-get install python3-venv"; exit 1; }

$(RUN): $(INPUTS) | $(BIN)/python
	@echo "Installing Convscope into .venv: once, some minutes at most …"
	@$(PIP) install --quiet -c constraints.txt -e '.[heic]'
	@touch $@

$(TEST): $(INPUTS) | $(BIN)/python
	@echo "Installing Convscope and its test tools into .venv: once, some minutes at most …"
	@$(PIP) install --quiet -c constraints.txt -e '.[test]'
	@touch $(RUN) $@

$(BENCH): $(INPUTS) | $(BIN)/python
	@$(PIP) install --quiet -c constraints.txt -e '.[test,benchmarks]'
	@touch $(RUN) $(TEST) $@

$(MUTANTS): $(INPUTS) | $(BIN)/python
	@$(PIP) install --quiet -c constraints.txt -e '.[test,mutants]'
	@touch $(RUN) $(TEST) $@
