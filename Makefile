# make run      start Linli with the demo district     options: PORT=8000 LINLI_HOME=.linli HOST=127.0.0.1
# make install  the same without starting: .venv, packages, front end
# make test     all checks and all tests               options: ARGS="tests/areas -x" SERVER=15 (an installed PostgreSQL)
# make bench    measurements, as ratios                option:  ARGS="divisions"
# make lint     the checks alone
# make format   put the code into shape
# make clean    remove what was built; the data stays

.PHONY: run install test bench lint format clean
.DEFAULT_GOAL := run

LINLI_HOME ?= $(CURDIR)/.linli
ARGS ?=
# `make test SERVER=15`: the tests that use the database, on the PostgreSQL 15 of the system's packages.
SERVER ?=
# HOST is a variable that some shells set by themselves, so it counts only when it was given to make.
ifeq ($(origin HOST),command line)
export LISTEN := $(HOST)
endif
export PORT

# The first Python that runs and is new enough; one that was installed by name before whatever `python3` is.
PYTHONS = .venv/bin/python python3.13 python3.12 python3.11 python3.14 python3 python
FIND = for name in $(PYTHONS); do \
	if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	exec "$$name" tools/bootstrap.py

run: export LINLI_HOME := $(LINLI_HOME)
run:
	@$(FIND) run; fi; done; $(NO_PYTHON)

test: export SERVER := $(SERVER)
test:
	@$(FIND) test $(ARGS); fi; done; $(NO_PYTHON)

install bench lint format:
	@$(FIND) $@ $(ARGS); fi; done; $(NO_PYTHON)

NO_PYTHON = echo "✗ 没有找到 Python 3.11 或更新的版本。请先安装（例如 apt install python3 python3-venv）。" >&2; exit 1

clean:
	rm -rf .venv .make.lock frontend/node_modules src/linli/core/static/dist build src/*.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	find src tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} +
