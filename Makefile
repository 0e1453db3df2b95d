# make setup | run | test | mutants | lint | safety-report | lock | clean | help. Needs git, make and python3; `setup` installs the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready
LOCK   := image_build/requirements.lock
MUTANTS_LOCK := image_build/mutants.lock
PIP    := $(BIN)/python -m pip --disable-pip-version-check --require-virtualenv -q

.PHONY: help setup run test mutants lint safety-report lock clean
.DELETE_ON_ERROR:

help:
	@echo "make run    the appliance with a simulated device: in a window, in the terminal, or by itself"
	@echo "make test   all tests"
	@echo "make mutants  changes safety/ and treatment/ in every place and counts what the tests miss (about an hour)"
	@echo "make lint   ruff and mypy --strict"
	@echo "make safety-report  hardware/safety-report.md: what is not yet shown of this version is run, for hours"
	@echo "make setup  system packages and .venv (the others do it when needed)"
	@echo "make lock   choose newest versions within the bounds of setup.cfg and lock them"
	@echo "make clean  remove .venv and caches"

setup: $(STAMP)

# Wheels only: nothing is compiled, and nothing of a dependency runs at install. The lock is the whole set (--no-deps):
# pip before 23.3 takes `coverage[toml]` for another package than the locked `coverage`, and asks for the newest.
$(STAMP): $(LOCK) setup.cfg pyproject.toml image_build/packages.txt
	@sh image_build/packages.sh install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --require-hashes --no-deps --only-binary=:all: -r $(LOCK)
	PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation -e .
	$(PIP) check
	@touch $@

run: setup
	@$(BIN)/ionto demo

test: setup
	@$(BIN)/python -m pytest

mutants: $(VENV)/.mutants
	@$(BIN)/python tests/mutants.py

$(VENV)/.mutants: $(STAMP) $(MUTANTS_LOCK)
	$(PIP) install --require-hashes --no-deps --only-binary=:all: -r $(MUTANTS_LOCK)
	@touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict appliance

# Evidence is kept in hardware/safety-evidence and used again while the sources are the same: it may be stopped and go on.
safety-report: setup
	@$(BIN)/ionto safety-report

# One lock for CPython 3.11 and later, x86_64 and aarch64. uv is wanted here only, in a venv of its own.
lock:
	$(PYTHON) -m venv --clear $(VENV)-lock
	$(VENV)-lock/bin/python -m pip --disable-pip-version-check -q install uv
	$(VENV)-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-config \
	    --no-emit-index-url --no-header --extra dev setup.cfg -o $(LOCK)
	sed -n '/^mutants =/,/^$$/s/^    //p' setup.cfg | $(VENV)-lock/bin/uv pip compile --quiet --upgrade --universal \
	    --python-version 3.11 --generate-hashes --no-config --no-emit-index-url --no-header --no-deps --no-annotate \
	    --constraint $(LOCK) - -o $(MUTANTS_LOCK)
	rm -rf $(VENV)-lock

clean:
	rm -rf $(VENV) $(VENV)-lock build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage* mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
