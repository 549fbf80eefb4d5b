# What a developer does. Everything runs in .venv, which the first target that needs it makes;
# a machine needs only Python 3.11 or newer, pip and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

LONG := $(BIN)/python -m pytest -q -s -m campaign
FUZZ_SECONDS ?= 60

.PHONY: help venv demo test check lint types bench clean \
	campaign campaign-kill campaign-drills campaign-links campaign-linear campaign-faults campaign-power campaign-invariants campaign-fuzz

help:            ## this list
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  \1\t/' | expand -t 24

venv: $(READY)   ## the environment that all other targets use

# Where the distribution ships no ensurepip, the environment is made without pip and the machine's pip fills it.
$(READY): pyproject.toml constraints.txt
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	  $(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]'; \
	else \
	  $(PYTHON) -m venv --without-pip $(VENV) && \
	  $(PYTHON) -m pip --python $(BIN)/python install -q -c constraints.txt -e '.[dev]'; \
	fi
	@touch $(READY)

demo: $(READY)   ## a hub, a river flood that plays the other centres, and you as Point of Contact
	@$(BIN)/coordinator demo

test: $(READY)   ## every test, in some eight minutes on two cores
	@$(BIN)/python -m pytest -q

check: lint types  ## what must be clean before a change is kept

lint: $(READY)   ## style and the walls between the rooms
	@$(BIN)/ruff check .

types: $(READY)  ## strict types
	@$(BIN)/mypy

bench: $(READY)  ## every budget against its yardstick, on this machine (some twenty minutes)
	@$(BIN)/python -m benchmarks.run

campaign: campaign-kill campaign-drills campaign-links campaign-linear campaign-faults campaign-power campaign-invariants campaign-fuzz  ## the long versions of the tests (an hour or so)

campaign-kill: $(READY)  ## 300 times kill -9 of the hub under load from real clients
	@$(LONG) tests/end_to_end/test_kill.py

campaign-drills: $(READY)  ## 300 random drills with the expectations of a second reading of the rules
	@$(LONG) tests/end_to_end/test_random_drills.py

campaign-links: $(READY)  ## 10,000 cut links, each command decided exactly once
	@$(LONG) tests/end_to_end/test_cut_links.py

campaign-linear: $(READY)  ## eight clients, cut links and a killed hub: one order that all of them saw
	@$(LONG) tests/end_to_end/test_linear.py

campaign-faults: $(READY)  ## 2,000 calls to the disk that fail, one after the other
	@$(LONG) tests/faults/test_disk_faults.py

campaign-power: $(READY)  ## 1,000 power cuts, and the same with a careless journal, which must fail
	@$(LONG) tests/faults/test_power_cuts.py

campaign-fuzz: $(READY)  ## each fuzz target for a minute (FUZZ_SECONDS), by atheris where it is to be had
	@$(BIN)/python -m pip --version >/dev/null 2>&1 && $(BIN)/python -m pip install -q -c constraints.txt -e '.[fuzz]' \
	  || $(PYTHON) -m pip --python $(BIN)/python install -q -c constraints.txt -e '.[fuzz]' \
	  || echo "atheris cannot be installed here; the targets are driven by chance"
	@for target in frame command line roster text drill traffic export; do \
	  $(BIN)/python -m tests.fuzz.run $$target $(FUZZ_SECONDS) || exit 1; \
	done

campaign-invariants: $(READY)  ## long random runs of the core against its laws and a second reading of them
	@HYPOTHESIS_PROFILE=campaign $(BIN)/python -m pytest -q -o timeout=7200 tests/incident

clean:           ## remove what was built
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
