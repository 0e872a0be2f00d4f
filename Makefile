# Every chore is one command; `make` alone lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
IMAGES ?=
PYTHONS ?=
ANY_TORCH ?=
REAL ?=
BIN := .venv/bin
# Node may be the one that set-up installed into .venv.
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
WEB := browser_harness/web
LANES := $(PYTHON) -m scripts.lanes
OTHERS = $(if $(ANY_TORCH),--any-torch) $(addprefix --python=,$(PYTHONS))
LOCKED := --generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast test-all test-pythons lanes bench check format fuzz operators defaults real gate-times results goldens lock clean

help: ## list the chores
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: ## install everything that is pinned, and see to a browser
	@$(PYTHON) scripts/setup.py

demo: setup ## convert, verify, judge, report and bundle the default release; IMAGES=folder adds images
	@$(BIN)/xport demo $(if $(IMAGES),--images "$(IMAGES)")

test: setup check ## the checks, and the tests that people run: lanes web, fast, test and page, 25 minutes
	@$(LANES) web fast test page

test-fast: setup ## the tests that need no browser and train nothing, 3 minutes
	@$(LANES) fast

test-all: ## every check and every lane of tests/lanes.toml, as in CI
	@$(LANES) --ci $(OTHERS)

test-pythons: ## a part of the tests on each of PYTHONS="…", or on the other Pythons of 3.11 to 3.13 on PATH
	@$(LANES) pythons $(OTHERS)

test-%: setup # one lane
	@$(LANES) $*

lanes: ## list the lanes of the tests and their budgets; `make test-LANE` runs one
	@$(LANES) --plan

bench: setup ## measure the project's own promises of speed, memory and tf.grad; a missed one is exit code 1
	@$(BIN)/xport targets releases/full-width.toml --out build/bench

check: setup ## formatting, lint, types and import contracts, Python and TypeScript
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(WITH_NODE) npm --prefix $(WEB) run --silent check

format: setup ## format Python and TypeScript
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .
	@$(WITH_NODE) npm --prefix $(WEB) run --silent format

fuzz: setup ## thousands of random modules through the whole conversion; writes docs/fuzz.md
	@$(BIN)/python -m tests.fuzz_modules --count 5000 --write

operators: setup ## ONNX's own operator tests on WebGL, all of them; writes docs/operators.md
	@$(BIN)/python -m tests.browser.writer.backend_run

defaults: setup ## train the checkpoints of phantoms again (about two hours), into reference/defaults
	@$(BIN)/python -m reference.training defaults

real: setup ## train the networks of real films again, from a folder REAL=… (reference/data/films.py says what it holds)
	@$(BIN)/python -m reference.training real --from "$(or $(REAL),REAL)"

gate-times: demo ## time the default release's gate: anew, unchanged, one model changed, more probes
	@$(BIN)/python scripts/gate_times.py

results: demo ## docs/results.md from the demo's evidence, and from what `make bench` and `make gate-times` measured
	@$(BIN)/python scripts/results.py build/demo/evidence.json \
	  $(if $(wildcard build/bench/bench.json),--bench build/bench/bench.json) \
	  $(if $(wildcard build/gate-times/times.json),--gate build/gate-times/times.json)

goldens: setup ## rewrite the files that tests compare with (docs/, screenshots); review the diff
	@$(BIN)/python scripts/goldens.py

lock: ## resolve the locks anew, keeping pins that still fit (needs uv and a CPU build of torch)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 $(LOCKED) \
	  --constraint requirements-torch.lock --no-emit-package torch --excludes requirements-cuda.txt \
	  -o requirements.lock
	printf 'flask>=3\nflask-cors>=5\nmoto[s3]>=5.2\ns3fs>=2025.3\n' | \
	  uv pip compile - --python-version 3.11 $(LOCKED) --constraint requirements.lock --override requirements.lock \
	  $$(sed -n 's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p' requirements.lock) -o requirements-s3.lock
	$(PYTHON) -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['optional-dependencies']['tensorflow'], sep='\n')" | \
	  uv pip compile - --python-version 3.11 $(LOCKED) -o xport/toolchains/tensorflow.lock

clean: ## remove everything that was built, but not .venv
	rm -rf build $(WEB)/dist
