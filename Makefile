# make grade and make test work on a machine that has Python 3.10-3.12 and make: each makes .venv when it is missing.
#   PYTHON=python3.11   the Python for .venv (default: the first of 3.11, 3.12, 3.10 that runs)
#   TORCH_INDEX=URL     another package index for torch, such as the one with its CPU-only wheels
#   PYTHON_CURRENT=python3.13   the Python for .venv-current, which make test-current makes (default: as PYTHON)
#   PYTHON_HOSTED=python3.13    the Python for .venv-hosted, which make test-hosted makes
#   SUBMISSIONS=DIR OUT=DIR   what make grade grades, and where its reports go

ifndef PYTHON
PYTHON := $(shell for v in 3.11 3.12 3.10; do \
	for p in python$$v $$HOME/.pyenv/versions/$$v.*/bin/python python3 python; do \
	"$$p" -c "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != tuple(map(int, '$$v'.split('.'))))" 2>/dev/null \
	&& echo "$$p" && exit; done; done)
endif
TORCH_INDEX ?=
SUBMISSIONS ?= examples/submitted
OUT ?= out
BIN := .venv/bin
READY := .venv/ready

# The current lane: the torch of the day, without torchtext, in a virtual environment of its own.
PYTHON_CURRENT ?= $(PYTHON)
CURRENT := .venv-current/bin
CURRENT_READY := .venv-current/ready
# What the torch of the day could change: data, training, attribution, public checks, the worker and the judge.
CORE := tests/test_versions.py tests/test_portable.py tests/textlab \
	tests/autograder/wire tests/autograder/sandbox tests/autograder/judge

# What a hosted notebook has, without our packages.
PYTHON_HOSTED ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13.*/bin/python) python3.13)
HOSTED_READY := .venv-hosted/ready

.PHONY: setup grade test test-all test-current test-hosted mutants attacks kills fuzz lint release student validate calibrate bench datasets examples lock clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.10, 3.11 or 3.12 with venv was found: torchtext works with no other."; \
		echo "Install one (Debian, Ubuntu: apt-get install python3 python3-venv) or name one: make setup PYTHON=/path/to/python3.11"; \
		exit 1; fi
	@echo "Making .venv with $$($(PYTHON) --version); the first time takes some minutes, in which nothing is printed."
	[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@if [ -n "$(TORCH_INDEX)" ]; then \
		grep '^torch==' requirements.lock | xargs $(BIN)/pip install --quiet --index-url "$(TORCH_INDEX)" \
		&& grep -v -e '^nvidia-' -e '^triton' -e '^torch==' requirements.lock > .venv/cpu.lock \
		&& $(BIN)/pip install --quiet --requirement .venv/cpu.lock; \
	else $(BIN)/pip install --quiet --requirement requirements.lock; fi
	@PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --no-deps --editable .
	@sh autograder/sandbox/install.sh
	@touch $(READY)
	@echo "Ready: the commands autograder, textlab and jupyter are in $(BIN)."

grade: $(READY)
	$(BIN)/autograder grade $(SUBMISSIONS) --out $(OUT)

test: $(READY)
	$(BIN)/python -m pytest -m "not slow"

test-all: $(READY)
	$(BIN)/python -m pytest

test-current: $(CURRENT_READY)
	$(CURRENT)/python -m pytest -m "not slow" $(CORE)

$(CURRENT_READY): requirements-current.lock pyproject.toml
	@$(PYTHON_CURRENT) -c "import sys; sys.exit(sys.version_info[:2] < (3, 11))" || { \
		echo "The current lane needs Python 3.11, 3.12 or 3.13: make test-current PYTHON_CURRENT=/path/to/python3.13"; exit 1; }
	@echo "Making .venv-current with $$($(PYTHON_CURRENT) --version); the first time takes some minutes."
	[ -x $(CURRENT)/python ] || $(PYTHON_CURRENT) -m venv .venv-current
	$(CURRENT)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	@if [ -n "$(TORCH_INDEX)" ]; then \
		grep '^torch==' requirements-current.lock | xargs $(CURRENT)/pip install --quiet --index-url "$(TORCH_INDEX)"; fi
	$(CURRENT)/pip install --quiet --requirement requirements-current.lock
	@PYTHONWARNINGS=ignore $(CURRENT)/pip install --quiet --no-deps --editable .
	@sh autograder/sandbox/install.sh
	@touch $(CURRENT_READY)

test-hosted: $(READY) $(HOSTED_READY)
	$(BIN)/python -m pytest -s tests/test_hosted.py

$(HOSTED_READY): requirements-hosted.txt
	@$(PYTHON_HOSTED) -c "import sys; sys.exit(sys.version_info[:2] != (3, 13))" || { \
		echo "Hosted notebooks have Python 3.13: make test-hosted PYTHON_HOSTED=/path/to/python3.13"; exit 1; }
	@echo "Making .venv-hosted; the first time takes some minutes and about 5 GB, less with TORCH_INDEX."
	rm -rf .venv-hosted
	$(PYTHON_HOSTED) -m venv .venv-hosted
	@if [ -n "$(TORCH_INDEX)" ]; then \
		grep '^torch==' requirements-hosted.txt | xargs .venv-hosted/bin/pip install --quiet --index-url "$(TORCH_INDEX)"; fi
	.venv-hosted/bin/pip install --quiet --requirement requirements-hosted.txt
	@touch $(HOSTED_READY)

# Submissions that try to steal marks or to stop the class; writes their table into docs/security.md.
attacks: $(READY)
	$(BIN)/python -m tests.attacks

# Workers, judges and whole runs are killed at random moments; the reports have to come out the same.
#   KILLS=20
KILLS ?= 200
kills: $(READY)
	$(BIN)/python -m tests.kills --kills $(KILLS)

# What reads strangers' bytes, fed with changed ones by Atheris, which is installed here only.
#   MINUTES=5   for each of the four readers
MINUTES ?= 20
fuzz: $(READY)
	$(BIN)/pip install --quiet atheris==3.0.0
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

# Right and wrong answers, graded as a class is; docs/kill-matrix.md says which check catches what. About 15 minutes.
#   MATRIX=FILE   write the matrix as JSON, too
mutants: $(READY)
	$(BIN)/python -m tests.kill_matrix $(if $(MATRIX),--json $(MATRIX))

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# assignment/ from solutions/
release: $(READY)
	$(BIN)/autograder release

# The solution must get full marks, the untouched release none.
validate: $(READY)
	$(BIN)/autograder validate

# Trains right and weak models over 30 seeds (half an hour on two idle cores; known ones are not repeated), then writes
# autograder/thresholds.json and docs/calibration.md.
calibrate: $(READY)
	$(BIN)/autograder calibrate

# How fast it is, beside nbgrader and otter-grader; writes docs/benchmarks.md. About 25 minutes on two cores.
#   PEERS=N   how many submissions these two grade (default: 2)
PEERS ?= 2
bench: $(READY)
	$(BIN)/python -m benchmarks.throughput --peers $(PEERS)

# A zip for students: notebooks, textlab, corpus, environment.
student: $(READY)
	$(BIN)/autograder student --out build/student.zip

# The embedded corpus, the hidden reviews and the word vectors, to the same bytes.
datasets: $(READY)
	$(BIN)/python datasets/build.py

# examples/submitted from solutions/
examples: $(READY)
	$(BIN)/python examples/make_class.py

# Both locks from pyproject.toml, for all supported Pythons. The current one leaves the CUDA packages out: which ones
# are needed depends on the build of torch, and torch pins them itself.
COMPILE = $(BIN)/uv pip compile --quiet --universal --no-annotate --no-header --extra grading --extra cluster --extra dev
lock: $(READY)
	$(BIN)/pip install --quiet uv
	$(COMPILE) --python-version 3.10 --extra classic pyproject.toml --output-file requirements.lock
	$(COMPILE) --python-version 3.11 --extra current pyproject.toml | \
		grep -v -e '^nvidia-' -e '^cuda-' -e '^triton' > requirements-current.lock

# Leaves out/, where reports and marks lie.
clean:
	rm -rf .venv .venv-current .venv-hosted build
