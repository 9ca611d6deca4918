# The two commands are `make run` and `make test`; each does all the set-up it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SPECTRAL := $(VENV)/spectral/node_modules/.bin/spectral
READY := $(VENV)/.ready

.PHONY: run demo test slow faults contract linter examples lint types docs format check bench million sizing clean

run: $(READY)  ## the simulator and the pretend gateway on http://127.0.0.1:8080
	$(BIN)/simulator serve $(ARGS)

demo: $(READY)  ## every shipped scenario, played and printed
	$(BIN)/simulator demo

test: $(READY)  ## the tests: under a minute
	$(BIN)/python -m pytest -p no:schemathesis -n 2 -m "not slow" --ignore tests/contract --ignore tests/faults $(ARGS)

slow: $(READY)  ## the tests that start processes, kill them, or build packages
	$(BIN)/python -m pytest -n 2 -m slow --ignore tests/faults $(ARGS)

faults: $(READY)  ## kills, outages, bad gateways, and six mutants; FAULTS=long make faults: half an hour of it
	$(BIN)/python -m pytest -n 2 tests/faults $(ARGS)

contract: $(READY)  ## Schemathesis, a linter and a client generator against our own OpenAPI
	SPECTRAL=$(wildcard $(CURDIR)/$(SPECTRAL)) $(BIN)/python -m pytest -n 2 tests/contract $(ARGS)

linter: $(SPECTRAL)  ## the OpenAPI linter that `make contract` then uses; it needs npm

$(SPECTRAL): | $(READY)
	npm install --silent --no-audit --no-fund --prefix $(VENV)/spectral @stoplight/spectral-cli@6

examples: $(READY)  ## the tests of the small gateway
	$(BIN)/python -m pytest -n 2 examples/small_gateway $(ARGS)

lint: $(READY)  ## style
	$(BIN)/ruff check simulator tests examples
	$(BIN)/ruff format --check simulator tests examples

types: $(READY)  ## static types
	$(BIN)/mypy

docs: $(READY)  ## config.yaml and the table of docs/configuration.md, from the table of settings
	$(BIN)/python -m simulator.config.pages

format: $(READY)
	$(BIN)/ruff format simulator tests examples
	$(BIN)/ruff check --fix simulator tests examples

check: $(READY)  ## the shipped scenario files
	$(BIN)/simulator check

bench: $(READY)  ## how fast it is here, beside yardsticks taken in the same run
	$(BIN)/python -m tests.bench $(ARGS)

million: $(READY)  ## what a million waiting KCIs cost, on both databases: minutes
	$(BIN)/python -m tests.bench.million $(ARGS)

sizing: $(READY)  ## how much one sender sends, and two
	$(BIN)/python -m tests.bench.sizing $(ARGS)

$(READY): setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "on Debian: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

clean:
	rm -rf $(VENV) build dist *.egg-info
