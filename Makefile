# The two commands are `make run` and `make test`; each does all the set-up it needs.
#
# Both install into one environment, from locks with hashes: requirements/run.txt is what running
# needs, requirements/dev.txt has the same versions of that and the developers' tools. So either
# command may come first. requirements/postgresql.txt is run.txt and the driver for PostgreSQL.
# Only wheels are installed: a build would fetch tools that no lock names.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.ready-to-run
READY := $(VENV)/.ready
UV := .venv-uv
SPECTRAL := $(VENV)/spectral/node_modules/.bin/spectral
PEERS := wiremock@3.13.2 mockserver-node@8.0.0 @mockoon/cli@9.9.0 @stoplight/prism-cli@5.16.0

PIP := -m pip install --quiet --disable-pip-version-check
LOCKED := --require-hashes --only-binary :all:
OURSELVES := --no-index --no-deps --no-build-isolation -e .
# two workers would compile every test in each run
unexport PYTHONDONTWRITEBYTECODE

QUICK := -m pytest -p no:schemathesis -n 2 --dist worksteal -m "not slow" \
	--ignore tests/contract --ignore tests/faults

.PHONY: run demo test docs slow faults contract linter examples lint types format check bench peers \
	million sizing lowest newest lock upgrade clean

run: $(RUNS)  ## the simulator and the pretend gateway on http://127.0.0.1:8080
	$(BIN)/simulator serve --watch $(ARGS)

demo: $(RUNS)  ## every shipped scenario, played and printed
	$(BIN)/simulator demo

test: $(READY)  ## the tests: under a minute
	$(BIN)/python $(QUICK) $(ARGS)

slow: $(READY)  ## the tests that start processes, wait, try many examples, or build packages
	$(BIN)/python -m pytest -n 2 -m slow --ignore tests/faults $(ARGS)

faults: $(READY)  ## kills, outages, bad gateways, mutants; with FAULTS=long half an hour of them
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

check: $(RUNS)  ## the shipped scenario files, and the cookbook
	$(BIN)/simulator check --strict scenarios cookbook

bench: $(READY)  ## how fast it is here, beside other mock servers (`make peers`) and yardsticks
	$(BIN)/python -m tests.bench $(ARGS)

peers:  ## the mock servers that `make bench` then compares with; they need npm and Java
	npm install --silent --no-audit --no-fund --ignore-scripts --prefix .venv-peers $(PEERS)

million: $(READY)  ## what a million waiting KCIs cost, on both databases: minutes
	$(BIN)/python -m tests.bench.million $(ARGS)

sizing: $(READY)  ## how much one sender sends, and two
	$(BIN)/python -m tests.bench.sizing $(ARGS)

# $(call environment,FOLDER): a virtual environment, or one line that says what is missing
define environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(1) || { echo "on Debian: apt-get install python3-venv"; exit 1; }
endef

lowest: $(UV)/.ready  ## the quick suite with the lowest versions that setup.cfg allows
	$(call environment,--clear .venv-lowest)
	requirements/uv.sh $(UV)/bin pip compile --quiet --resolution lowest-direct \
		--python .venv-lowest/bin/python --extra test setup.cfg $(UV)/build-system.in \
		--output-file .venv-lowest/requirements.txt
	.venv-lowest/bin/python $(PIP) --only-binary :all: -r .venv-lowest/requirements.txt
	.venv-lowest/bin/python $(PIP) $(OURSELVES)
	.venv-lowest/bin/python $(QUICK) $(ARGS)

newest:  ## the quick suite with the newest versions that setup.cfg allows
	$(call environment,--clear .venv-newest)
	.venv-newest/bin/python $(PIP) -e '.[test]'
	.venv-newest/bin/python -m pip freeze --exclude-editable
	.venv-newest/bin/python $(QUICK) $(ARGS)

# uv makes the locks: one file serves every Python and platform (pip-tools writes one for each), and
# the same tool finds the lowest versions. It is locked as well.
LOCK := requirements/uv.sh $(UV)/bin pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command 'make upgrade'

lock: $(UV)/.ready  ## the locks, after a change in setup.cfg: versions that still fit stay
	$(LOCK) $(RENEW) setup.cfg $(UV)/build-system.in --output-file requirements/run.txt
	$(LOCK) $(RENEW) --extra dev --constraints requirements/run.txt \
		setup.cfg $(UV)/build-system.in --output-file requirements/dev.txt
	$(LOCK) $(RENEW) --extra postgresql --constraints requirements/dev.txt \
		setup.cfg $(UV)/build-system.in --output-file requirements/postgresql.txt

upgrade: $(UV)/.ready  ## the locks with the newest versions of everything; read the difference
	echo uv | $(LOCK) --upgrade - --output-file requirements/uv.txt
	$(MAKE) lock RENEW=--upgrade

$(UV)/.ready: requirements/uv.txt pyproject.toml
	$(call environment,$(UV))
	$(UV)/bin/python $(PIP) $(LOCKED) -r requirements/uv.txt
	$(PYTHON) -c 'import tomllib; \
		system = tomllib.load(open("pyproject.toml", "rb"))["build-system"]; \
		print(*system["requires"], sep="\n")' >$(UV)/build-system.in
	@touch $@

$(RUNS): requirements/run.txt setup.cfg pyproject.toml
	$(call environment,$(VENV))
	$(BIN)/python $(PIP) $(LOCKED) -r requirements/run.txt
	$(BIN)/python $(PIP) $(OURSELVES)
	@touch $@

$(READY): requirements/dev.txt $(RUNS)
	$(BIN)/python $(PIP) $(LOCKED) -r requirements/dev.txt
	@touch $@

clean:
	rm -rf .venv .venv-* build dist *.egg-info
