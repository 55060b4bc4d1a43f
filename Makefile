# Every task sets up what it needs, says what it does, and does nothing twice. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
BUNDLE := flyte_widgets/widgets/static/widget.bin
JS_SOURCES := $(shell find js/src -type f) $(wildcard js/*.mjs) js/package.json $(wildcard flyte_widgets/shared/*.json)
# Most tests wait for something, so there are more processes than cores. A file stays in one process: its tests share
# servers, a loop, a JupyterLab, a browser.
BROWSERS := -n 3 --dist loadfile
OTHERS := -n 4 --dist loadfile
EXTENSION := $(shell find js/labextension -type f)
.DEFAULT_GOAL := help
.PHONY: help demo test hosts faults check lint bench soak gallery docs screenshot dev build lock clean setup browser oldest-kernel
.DELETE_ON_ERROR:

help: ## list the tasks
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: ## open JupyterLab on the quickstart notebook, with real runs on the embedded backend
	@.ci/demo "$(PYTHON)"

test: setup browser oldest-kernel ## run all tests, those in a real browser included
	@cd js && npm run --silent test
	@$(BIN)/python -m pytest -m browser $(BROWSERS) $(ARGS)
	@$(BIN)/python -m pytest -m "not browser" $(OTHERS) $(ARGS)

hosts: setup browser ## try the widget in every notebook host, browser and ipykernel, and print what works where
	@.ci/browsers firefox webkit
	@$(BIN)/python -m tests.hosts.environments
	@rm -f .cache/hosts.json
	@$(BIN)/python -m pytest tests/hosts tests/browser/test_loss.py -m "hosts or long" $(ARGS)

faults: setup ## do to the watcher all that networks, proxies and backends do, and print what it said and when it was right
	@FLYTE_WIDGETS_TIMED=1 $(BIN)/python -m pytest tests/faults tests/backend/test_local_crash.py -m "long or not long" $(ARGS)

check: lint test ## run all checks: formatters, linters, types, tests

lint: setup ## run ruff, mypy, import-linter, biome and tsc
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@cd js && npm run --silent check

bench: setup browser ## measure against what a user would use instead
	@$(BIN)/python -m tests.benchmarks $(ARGS)

soak: setup ## work for a day in an hour, and see that nothing grows; ARGS="--minutes 10" for a short one
	@$(BIN)/python -m tests.soak $(ARGS)

gallery: setup browser ## draw every state of the widget without a kernel, into .cache/gallery, and check them all
	@cd js && npm run --silent gallery && ../$(BIN)/python gallery/shots.py ../.cache/gallery
	@$(BIN)/python -m pytest tests/browser/test_gallery.py -m long

docs: setup ## write docs/reference.md and docs/messages.md from the docstrings
	@$(BIN)/python -m tools.docs

screenshot: setup browser ## take the README's picture from the real widget in JupyterLab
	@$(BIN)/python notebooks/screenshot.py

dev: setup ## rebuild the front end on every change, and reload it in open notebooks
	@cd js && npm run --silent dev

build: $(BUNDLE) .cache/venv ## build the wheel and the sdist into dist/
	@$(BIN)/python -m build --outdir dist

lock: .cache/venv ## renew constraints.txt from the newest versions that pyproject.toml allows
	@.ci/lock

clean: ## remove what the other tasks made
	rm -rf .venv .cache dist js/node_modules $(dir $(BUNDLE))

setup: .cache/venv $(BUNDLE)

browser: .cache/venv
	@.ci/browsers chromium

# An ipykernel that hears no click while a cell runs, in an environment of its own: says so when it makes it.
oldest-kernel: .cache/venv
	@$(BIN)/python -m tests.hosts.environments ipykernel-6.31

.cache/venv: pyproject.toml constraints.txt hatch_build.py $(EXTENSION) | $(BUNDLE)
	@.ci/venv $(PYTHON)
	@mkdir -p .cache && touch $@

.cache/node: js/package.json js/package-lock.json
	@echo "Installing the front end's packages (js/node_modules)"
	@command -v npm >/dev/null || { echo "npm was not found: install Node.js 20 or newer."; exit 1; }
	@cd js && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p .cache && touch $@

$(BUNDLE): $(JS_SOURCES) .cache/node
	@echo "Building the front end"
	@cd js && npm run --silent build
