# make run: set up everything and serve. make test: set up everything and test. `make help` lists the rest.
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
UV_VERSION := 0.13.8

.PHONY: help setup run test check format train bench quality chat lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## Python 3.10 environment with the locked dependencies

run: $(READY) ## set up, train if needed, load the directory, serve on http://127.0.0.1:5005
	$(PY) -m bot prepare
	$(PY) -m bot serve

test: $(READY) ## everything that needs no server
	$(PY) -m bot prepare
	$(PY) -m pytest -m "not server"

check: $(READY) ## format, lint, types, unit tests, content
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(PY) -m pytest tests/unit -q
	$(PY) -m bot check

format: $(READY) ## format and fix what can be
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

train: $(READY) ## train the model if the data changed
	$(PY) -m bot prepare

bench: $(READY) ## measure beside stock Rasa; writes docs/benchmarks
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

clean: ## remove the environment, the model and the database
	rm -rf $(VENV) models/*.tar.gz models/*.sha256 vigie.sqlite

$(READY): requirements.lock
	@sh .ci/setup $(VENV) $(UV_VERSION)
	@touch $(READY)
