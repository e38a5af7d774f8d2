# What a person does with this checkout. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON := .venv/bin/python
SHARED := -n auto --dist loadgroup --no-loadscope-reorder # one process per core; what is marked as one group stays together

.PHONY: help run stop stack stack-stop test test-stack test-compose bench check format assets lock clean-state

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | column -t -s "$$(printf '\t')"

run: ## set up what is missing and start Registratur; Ctrl-C stops it
	@scripts/bootstrap run && exec $(PYTHON) -m scripts.run up

stop: ## stop what `make run` started, from another terminal
	@if [ -x $(PYTHON) ]; then exec $(PYTHON) -m scripts.run stop; else echo "Nothing is running."; fi

stack: ## the same on Elasticsearch and MinIO (by URL, in containers, or of its own: Java 17, Maven, Go 1.24)
	@scripts/bootstrap run && exec $(PYTHON) -m scripts.stack.up

stack-stop: ## stop what `make stack` started
	@exec $(PYTHON) -m scripts.stack.up stop

test: ## set up what is missing and run every test (ARGS="-k word" for some)
	@scripts/bootstrap test && exec $(PYTHON) -m pytest $(SHARED) $(ARGS)

ON_THE_STACK := $(addprefix tests/e2e/test_,inbox.py finding.py document.py filing.py correcting.py splitting.py)

test-stack: ## conformance, integration, browser tests and bad days on real Elasticsearch and MinIO (builds MinIO and toxiproxy if need be)
	@scripts/bootstrap test && $(PYTHON) -m scripts.stack start && $(PYTHON) -m scripts.stack stop && \
	REGISTRATUR_TEST_STACK=1 $(PYTHON) -m pytest -rs tests/conformance tests/integration/search tests/integration/dms \
	$(ON_THE_STACK) tests/crash $(ARGS)

test-compose: ## try Dockerfile and docker-compose.yml on a Docker engine of their own (root; about ten minutes)
	@scripts/bootstrap compose && REGISTRATUR_TEST_COMPOSE=1 $(PYTHON) -m pytest -q tests/compose $(ARGS)

bench: ## measure speed against references, into bench/results.json (ARGS="text objects" for some parts; the machine quiet)
	@scripts/bootstrap test && exec $(PYTHON) -m bench $(ARGS)

check: ## format, lint, types, import directions, unit tests: under a minute, no servers
	@scripts/bootstrap test
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
	$(PYTHON) -m mypy .
	.venv/bin/lint-imports
	$(PYTHON) -m pytest $(SHARED) -p no:schemathesis -q tests/unit

format: ## put the source into its one format
	@scripts/bootstrap test
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .

assets: ## fetch fonts, styles and icons by their lock file
	@scripts/bootstrap run

lock: ## make the lock files anew from requirements/*.in and package.json
	@scripts/lock

clean-state: stop ## delete the database and all documents of this checkout, after asking
	@exec $(PYTHON) -m scripts.run.clean
