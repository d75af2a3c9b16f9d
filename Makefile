# `make` lists the targets. Every one sets up .venv by itself; nothing is installed outside of it,
# but for Debian's chromium, which `make test` needs.

PYTHON ?= python3
STORE ?= graphs/fabgrid.db

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TRAIN := .venv-train
FABGRID := $(BIN)/fabgrid
PIP_INSTALL := -m pip install -qq --disable-pip-version-check --no-compile

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test lint format bench model wheel docs pictures lock chromium clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

# ---------------------------------------------------------------- setting up

define CHECK_PYTHON
command -v $(PYTHON) >/dev/null || { \
  echo "make: there is no $(PYTHON); install Python 3.11 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "make: $$($(PYTHON) --version) is too old; fabgrid needs 3.11 or newer: make PYTHON=python3.12" >&2; exit 1; }; \
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
  echo "make: $(PYTHON) lacks the venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
endef

setup: $(READY)  ## Set up .venv from requirements.lock

# The lock is complete, so pip need not resolve anything: --no-deps saves half of the time.
$(READY): requirements.lock pyproject.toml
	@$(CHECK_PYTHON)
	@echo "setting up $(VENV): about 130 packages, a minute or two"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP_INSTALL) --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

lock: $(READY)  ## Pin the newest allowed versions in requirements.lock
	@UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --group dev --extra cluster --extra remote --extra serve pyproject.toml \
	  -o requirements.lock

# ---------------------------------------------------------------- the main job

demo: $(READY)  ## Read corpus/ into a graph, check it, draw it, and show what it holds
	@$(FABGRID) ingest corpus --store $(STORE) --prune
	@$(FABGRID) validate --store $(STORE)
	@$(FABGRID) render --store $(STORE) -o graphs/fabgrid.html
	@$(FABGRID) stats --store $(STORE) --top 10
	@$(FABGRID) why Nvidia suppliedBy TSMC --store $(STORE) --limit 1
	@$(FABGRID) why Microsoft investsIn OpenAI --store $(STORE) --limit 1
	@$(FABGRID) why "Dominion Energy" serves Virginia --store $(STORE) --limit 1
	@printf '\n%s\n' "Next:" \
	  "  open graphs/fabgrid.html in a browser and click an edge: it shows its sentences" \
	  "  $(FABGRID) query suppliers --bind company=Nvidia" \
	  "  $(FABGRID) show TSMC" \
	  "  $(FABGRID) path OpenAI TSMC"

# ---------------------------------------------------------------- checks

test: lint chromium  ## Lint and run every test
	@$(BIN)/python -m pytest

lint: $(READY)  ## Check style, types, import contracts and the ontology
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy --strict src
	@$(BIN)/lint-imports --no-logo
	@$(FABGRID) check

format: $(READY)  ## Lay out the code and repair what ruff can
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

# The browser tests look for $$CHROMIUM, chromium or google-chrome; without one they are skipped.
chromium:
	@if [ -n "$$CHROMIUM" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "make: no Chromium found: the browser tests are skipped (set CHROMIUM to its path)" >&2; exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=; \
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root=sudo; \
	else echo "make: the browser tests are skipped; to run them: sudo apt-get install chromium" >&2; exit 0; fi; \
	echo "installing chromium for the browser tests"; \
	$$as_root apt-get update -qq && \
	DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null

bench: $(READY)  ## Measure speed and memory (see benchmarks/)
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

# ---------------------------------------------------------------- things to ship

# training/README.md tells what the steps do and how to add annotations; torch stays out of .venv.
# What `model` goes on from; with START= from nothing but MiniLM, which gives a weaker model.
START ?= training/start.pt
model: $(TRAIN)/.ready  ## Train the models anew and put them into src/fabgrid/nlp/model (three quarters of an hour)
	@OMP_WAIT_POLICY=PASSIVE KMP_BLOCKTIME=0 $(TRAIN)/bin/python training/train.py training/articles \
	  $(if $(START),--start $(START)) --out build/model
	@$(TRAIN)/bin/python training/export.py build/model/model.pt
	@$(TRAIN)/bin/python training/loglinear.py training/articles
	@$(TRAIN)/bin/python training/confidence.py frames training/articles
	@$(TRAIN)/bin/python training/convert.py gold build/calibration training/calibration/*.ann
	@$(TRAIN)/bin/python training/confidence.py weights build/calibration

$(TRAIN)/.ready: pyproject.toml
	@$(CHECK_PYTHON)
	@test -x $(TRAIN)/bin/python || $(PYTHON) -m venv $(TRAIN)
	@$(TRAIN)/bin/python $(PIP_INSTALL) -e '.[train]'
	@touch $@

wheel: $(READY)  ## Build dist/*.whl and dist/*.tar.gz
	@$(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	@ls dist

docs: $(READY)  ## Write docs/cli.md anew
	@$(BIN)/python docs/generate.py

pictures: $(READY) chromium  ## Take the README's pictures of the page anew, after make demo
	@$(BIN)/python docs/pictures.py $(STORE)

clean:  ## Remove what was built; keep .venv
	rm -rf dist build graphs/fabgrid.db graphs/fabgrid.html .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -r {} +
