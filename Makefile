# The two commands of the book are `make book` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help book test coverage lint ci plain lab serve execute execute-check lock bench sweep mutants binder pdf versions links new-claim new-chapter new-family check-page clean

# The newest supported Python that is found; PYTHON=python3.12 chooses another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& { echo $$p; break; }; done)
# Where Python may leave no compiled modules beside the sources, every kernel and every worker would
# compile SymPy and SciPy again: they are kept with what the build makes.
ifdef PYTHONDONTWRITEBYTECODE
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/_build/.bytecode
endif
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and was not found" >&2; exit 1; }
	@$(PYTHON) tools/environment.py $(VENV)

book: $(READY) ## execute every chapter, check it, build the website into _build/html
	@$(BIN)/python -m tools.build

test: $(READY) ## build, then run everything that must hold
	@$(BIN)/python -m tools.test

coverage: $(READY) ## the same, and measure which lines of helpers nothing runs
	@$(BIN)/python -m tools.test --coverage

lint: $(READY) ## ruff, the order of the rooms, types, spelling, without running anything
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@$(BIN)/codespell

# What a clean checkout must pass; .ci/run and the workflow run this list.
CHECKS := lint test execute-check binder
ci: $(READY) ## everything that a clean checkout must pass
	@for check in $(CHECKS); do echo "==> make $$check"; \
		$(MAKE) --no-print-directory $$check BINDER=--any-python || exit 1; done

plain: ## the README's way without make, in an environment of its own
	@$(PYTHON) tools/environment.py _build/plain
	@export PATH="$(CURDIR)/_build/plain/bin:$$PATH" && jupyter-book build . && pytest --nbval-lax -m "not pinned"

LAB ?=
lab: $(READY) ## open JupyterLab on the book's index
	@test "$$(id -u)" != 0 || test -n "$(LAB)" || { \
		echo "JupyterLab does not start for root unless it is told to: make lab LAB=--allow-root" >&2; exit 1; }
	@$(BIN)/jupyter lab $(LAB) book/index.ipynb

PORT ?= 8000
serve: $(READY) ## show the built site on http://127.0.0.1:8000 (PORT=...)
	@$(BIN)/python -m tools.site_server $(PORT)

execute: $(READY) ## run the notebooks and store their normalised outputs
	@$(BIN)/python -m tools.execute
	@$(BIN)/python -m tools.picture

execute-check: $(READY) ## the same, and fail if that changes a stored notebook
	@$(BIN)/python -m tools.execute --check

lock: $(READY) ## compile the pins from pyproject.toml, all or one (PACKAGE=...)
	@$(BIN)/python -m tools.lock $(PACKAGE)

bench: $(READY) ## speed against peers, page weight, build time
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	@$(BIN)/python benchmarks/numerics.py
	@$(BIN)/python benchmarks/redraw.py
	@$(BIN)/python benchmarks/reading.py
	@$(BIN)/python benchmarks/site.py

sweep: $(READY) ## all families of SciPy: entropies, divergences and fits, right or wrong
	@$(BIN)/python -W ignore -m tools.sweep $(FAMILIES)

mutants: $(READY) ## break every step of every derivation: the checks must notice
	@$(BIN)/python -m tools.mutants

binder: $(READY) ## rehearse the Binder build without a container engine
	@$(BIN)/python -m tools.binder_rehearsal $(BINDER)

pdf: $(READY) ## the book as one PDF, _build/pdf/book.pdf
	@$(BIN)/python -m tools.pdf

RESOLUTION ?= highest
versions: ## test with the highest or lowest-direct allowed versions (RESOLUTION=...)
	@echo "==> _build/$(RESOLUTION): the $(RESOLUTION) versions that pyproject.toml allows"
	@$(PYTHON) -m venv _build/$(RESOLUTION)
	@_build/$(RESOLUTION)/bin/python -m pip install --quiet uv
	@_build/$(RESOLUTION)/bin/python -m uv pip install --quiet --resolution $(RESOLUTION) \
		--python _build/$(RESOLUTION)/bin/python -e '.[book,lab,test]'
	@_build/$(RESOLUTION)/bin/python -m pytest --nbval-lax helpers tests book -m "not pinned" \
		--ignore=tests/test_lab.py --ignore-glob='tests/test_site_*'

check-page: $(READY) ## run the whole book in the page's own checker (PARTS="proof starts steps")
	@$(BIN)/python -m tools.check_page $(PARTS)

links: $(READY) ## ask every address that the book names whether it still answers
	@$(BIN)/jupyter-book build . --builder linkcheck

new-claim: $(READY) ## begin a claim: make new-claim NAME=a-name CHAPTER=proof
	@$(BIN)/python -m tools.scaffold claim "$(NAME)" "$(CHAPTER)"

new-chapter: $(READY) ## begin a chapter: make new-chapter NAME=a_name
	@$(BIN)/python -m tools.scaffold chapter "$(NAME)"

new-family: $(READY) ## begin a family of distributions: make new-family NAME=Weibull
	@$(BIN)/python -m tools.scaffold family "$(NAME)"

clean: ## remove what was built, keep .venv
	rm -rf _build .pytest_cache .ruff_cache .hypothesis .coverage htmlcov
