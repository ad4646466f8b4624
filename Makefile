# One tested way to do each thing. Needed before: make, git and a Python 3.11-3.13. `make` alone lists the targets.
# `make test ARGS="tests/test_board.py -k digest"` hands ARGS on to what the target runs.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

# Some machines forbid Python to keep what it has compiled: every command would take ten times as long to start.
unexport PYTHONDONTWRITEBYTECODE

PORT ?= 8501
ARGS ?=
UV ?= uv

bin := .venv/bin
# Installs the pins of file $(1), into .venv or as $(2) says, with options $(3): wheels only, and only those whose hash
# is in git, so that nothing is built and no code of a package runs at install. `--no-user` is for machines that set
# pip's `user`.
pip_install = $(bin)/python -m pip $(2) install --quiet --quiet --no-input --no-user --disable-pip-version-check \
	--only-binary=:all: --require-hashes $(3) --requirement $(1) || { echo "The packages of $(1) could not be installed (see above). \
	They come from the index that pip is set to use, as wheels for Linux on x86_64 or aarch64 with glibc 2.28 or newer \
	and for macOS 13 or newer on Apple silicon." >&2; exit 1; }
# Extras stay in the pins, for those who install with another pip.
uv_compile := $(UV) pip compile --universal --python-version 3.11 --fork-strategy fewest --no-build --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-emit-find-links --quiet --custom-compile-command "make requirements" $(ARGS)

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r target does; do \
		printf '  make %-13s %s\n' "$$target" "$$does"; done

# Setting up. Two stamps: the site's packages, and on top of them those of tests and checks. Each is written last, so
# that an install which was cut short begins again, from an empty .venv when the site's requirements have changed.
# The pip that Python brings installs one package, the pinned pip, which installs everything else in every environment.

.PHONY: install
install: .venv/.dev ## make .venv and install everything pinned (quick when nothing changed)
	@echo ".venv is ready."

.venv/.runtime: requirements-pip.txt requirements.txt
	@for python in python3.13 python3.12 python3.11 python3; do \
		"$$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue; \
		echo "Making .venv with $$("$$python" --version); its packages take a minute or two the first time."; \
		exec "$$python" -m venv --clear .venv; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 with its venv module was found: install one (on Debian and Ubuntu: apt-get install python3-venv), then run make again." >&2; \
	exit 1
	@$(call pip_install,requirements-pip.txt)
	@$(call pip_install,requirements.txt)
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	@echo "Installing the packages of tests and checks."
	@$(call pip_install,requirements-dev.txt)
	@touch $@

# Environments of their own: inspect-ai holds fsspec below the version that the site runs on, Gradio is only what the
# benchmarks compare it with, and mlcroissant asks for a package without a wheel, which its pins replace (hence --no-deps).
.PHONY: inspect
inspect: .venv-inspect/.ready ## make .venv-inspect, in which logs of Inspect AI are imported

.venv-%/.ready: requirements-%.txt | .venv/.runtime
	@echo "Making .venv-$*."
	@$(bin)/python -m venv --clear --without-pip .venv-$*
	@$(call pip_install,$<,--python .venv-$*,$(if $(filter croissant,$*),--no-deps))
	@touch $@

# Using it.

.PHONY: run
run: .venv/.runtime ## serve the site on PORT (8501)
	@exec $(bin)/python -m leaderboard serve --port $(PORT) $(ARGS)

LABELS ?= ../shared/data
DATE ?= $(shell date -u +%F)
leaderboard := $(bin)/python -m leaderboard
built := .build/results
keys := .build/keys/one .build/keys/two

# The embedded release, by the steps that maintainers take, with two keys that are thrown away at the end. The vault is
# filled again in the order and on the dates of the committed ledger, then with the boards that are new since, dated
# DATE. The committed releases keep their files and numbers, are signed by the new keys, and one release is added.
.PHONY: results
results: .venv/.runtime ## sign the embedded releases again and add one, from LABELS (../shared/data) and the ledger
	@rm -rf .build && mkdir -p $(built) .build/keys && cp -r results/boards $(built)
	@$(leaderboard) build-board --labels $(LABELS) --adopt results --vault .build/vault --date $(DATE) --clock-checked
	@MEDHARM_PASSPHRASE="$$($(bin)/python -c 'import secrets; print(secrets.token_hex())')" && export MEDHARM_PASSPHRASE && \
	publish() { \
		$(leaderboard) release sign .build/draft --results $(built) --root .build/root.json $(foreach key,$(keys),--key $(key)) && \
		$(leaderboard) release publish .build/draft --results $(built) --root .build/root.json; \
	} && \
	$(leaderboard) trust keygen $(keys) && \
	$(leaderboard) attest --all --vault .build/vault $(foreach key,$(keys),--key $(key)) && \
	$(leaderboard) trust init --results $(built) --out .build/draft --build-keys --owner-threshold 2 \
		$(foreach key,$(keys),--owner $(key).pub --reviewer $(key).pub) --release-key .build/keys/one.pub && \
	publish && \
	$(leaderboard) release draft --vault .build/vault --results $(built) --out .build/draft --date $(DATE) --build-keys \
		--adopt results && \
	publish
	@rm -rf .build/keys
	@$(leaderboard) check --results $(built) --root .build/root.json
	@rm -rf results/repository leaderboard/release/trusted && mkdir leaderboard/release/trusted
	@mv $(built)/repository results/repository && mv .build/root.json .build/floor leaderboard/release/trusted

# Making sure of it.

.PHONY: test
test: .venv/.dev .venv-inspect/.ready .venv-croissant/.ready ## run every test but the soak ones, browser tests included
	@CHROMIUM="$$($(bin)/python tests/browser/chromium.py)" && export CHROMIUM && \
		$(bin)/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)

.PHONY: check
check: .venv/.dev ## lint, formatting, types, who imports whom, spelling
	$(bin)/ruff check --quiet --output-format concise
	$(bin)/ruff format --check --output-format concise
	$(bin)/mypy --no-error-summary
	$(bin)/lint-imports --no-logo
	$(bin)/codespell

.PHONY: format
format: .venv/.dev ## mend what ruff can mend
	$(bin)/ruff check --quiet --fix
	$(bin)/ruff format --quiet

.PHONY: coverage
coverage: .venv/.dev .venv-inspect/.ready .venv-croissant/.ready ## run the tests and list the branches that none of them takes
	@CHROMIUM="$$($(bin)/python tests/browser/chromium.py)" && export CHROMIUM && \
		$(bin)/python -m pytest --numprocesses 2 --dist loadfile --cov --cov-report=term-missing $(ARGS)

.PHONY: soak
soak: .venv/.dev .venv-inspect/.ready .venv-gradio/.ready ## run the long forms of tests that CI leaves out
	@CHROMIUM="$$($(bin)/python tests/browser/chromium.py)" && export CHROMIUM && \
		$(bin)/python -m pytest -m soak --timeout 7200 --hypothesis-profile soak --capture no $(ARGS)

.PHONY: bench
bench: .venv/.dev .venv-gradio/.ready ## measure speed and memory, and the ranking beside the same in Gradio
	@CHROMIUM="$$($(bin)/python tests/browser/chromium.py)" && export CHROMIUM && $(bin)/python -m benchmarks $(ARGS)

.PHONY: canary
canary: .venv/.runtime ## try the newest Streamlit, in .venv-canary, with the tests of what the site uses beside its interface
	@echo "Making .venv-canary."
	@$(bin)/python -m venv --clear --without-pip .venv-canary
	@$(call pip_install,requirements-dev.txt,--python .venv-canary)
	@$(bin)/python -m pip --python .venv-canary install --quiet --no-input --no-user --disable-pip-version-check \
		--only-binary=:all: --upgrade streamlit
	@.venv-canary/bin/python -c 'import streamlit; print("Streamlit", streamlit.__version__)'
	@MEDHARM_CANARY=1 .venv-canary/bin/python -m pytest tests/site/streamlit/test_internals.py $(ARGS)

.PHONY: screenshots
screenshots: .venv/.dev ## draw every page at three widths, light and dark, into docs/screenshots
	@CHROMIUM="$$($(bin)/python tests/browser/chromium.py)" && export CHROMIUM && \
		$(bin)/python -m tests.browser.screenshots $(ARGS)

# Keeping it up.

# The texts that readers see. No line numbers and no dates: the same sources make the same file.
locale := leaderboard/site/locale
extract := extract --mapping-file pyproject.toml --no-location --omit-header --sort-output --width 120 leaderboard/site pages
.PHONY: messages
messages: .venv/.dev ## collect the texts of the site into its catalogue, and update and compile its translations
	@mkdir -p $(locale)
	@$(bin)/pybabel --quiet $(extract) --output-file $(locale)/site.pot
	@if ls $(locale)/*/LC_MESSAGES >/dev/null 2>&1; then \
		$(bin)/pybabel --quiet update --domain site --input-file $(locale)/site.pot --output-dir $(locale) \
			--ignore-pot-creation-date --no-fuzzy-matching --width 120 && \
		$(bin)/pybabel --quiet compile --domain site --directory $(locale); \
	fi

platforms := x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin
.PHONY: requirements
requirements: ## compile the pinned requirements, and see that all platforms have wheels (newer ones: ARGS=--upgrade); needs uv
	@command -v $(UV) >/dev/null || { echo "make requirements needs uv: pip install uv in an environment of its own, then make requirements UV=path/to/uv." >&2; exit 1; }
	$(uv_compile) requirements-pip.in --output-file requirements-pip.txt
	$(uv_compile) requirements.in --output-file requirements.txt
	$(uv_compile) requirements-dev.in --output-file requirements-dev.txt
	$(uv_compile) requirements-inspect.in --output-file requirements-inspect.txt
	$(uv_compile) requirements-gradio.in --output-file requirements-gradio.txt
	echo jsonpath-rw | $(uv_compile) --excludes /dev/stdin requirements-croissant.in --output-file requirements-croissant.txt
	@for file in requirements*.txt; do for platform in $(platforms); do for version in 3.11 3.12 3.13; do \
		$(UV) pip compile --quiet --no-deps --no-build --python-platform $$platform --python-version $$version $$file >/dev/null || \
			{ echo "$$file cannot be installed on $$platform with Python $$version." >&2; exit 1; }; \
	done; done; done

.PHONY: clean
clean: ## remove .venv and every cache that make left
	rm -rf .venv .venv-canary .venv-croissant .venv-gradio .venv-inspect .coverage .coverage.* htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
