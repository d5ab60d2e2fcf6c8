# Needs make and Python >= 3.11 with venv. Everything is installed inside this folder, once, from
# versions and hashes that constraints.txt names; after that no network is needed.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

CANDIDATES = python3 python3.14 python3.13 python3.12 python3.11
RECENT = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for one in $(CANDIDATES); do \
	$$one -c '$(RECENT)' 2>/dev/null && echo $$one && break; done)

VENV = .venv
BIN = $(VENV)/bin
# What is installed belongs to these versions and to this place: a copy elsewhere installs its own.
KEY := $(shell { pwd -P; cat pyproject.toml constraints.txt; } | cksum | cut -d ' ' -f 1)
INSTALLED = $(VENV)/.installed-$(KEY)
# The demo is shown without what tests, checks, documents and builds Namesake, and without extras.
RUNNABLE = $(VENV)/.runnable-$(KEY)
# A package is built without what tests and checks it.
BUILDABLE = $(VENV)/.buildable-$(KEY)
# What is imported is compiled then; most of what is installed never is.
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet

# make test REAL=1 leaves nothing out: what is missing is installed, as root, or the run fails.
REAL ?=
export NAMESAKE_REAL = $(REAL)

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: $(RUNNABLE) ## Show the whole job in a made-up district
	@$(BIN)/python -m monitor demo

.PHONY: test
test: check machine ## Check and test everything that this machine allows; REAL=1 as root: everything
	@tests/run.sh

.PHONY: check
check: $(INSTALLED) ## Check format, lint, types, imports and the subjects of new commits
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.house.subjects

.PHONY: machine
machine: $(INSTALLED)
ifeq ($(REAL),1)
	@tests/real/install.sh
endif

.PHONY: soak
soak: $(INSTALLED) ## Run the long tests whole; make test runs a tenth of them
	@NAMESAKE_SOAK=1 $(BIN)/python -m pytest -m soak -o faulthandler_timeout=0

.PHONY: mutants
mutants: $(INSTALLED) ## Count the small faults in the rules that no test notices: a seeded sample
	@$(BIN)/python -m tests.bench.mutants

.PHONY: bench
bench: $(INSTALLED) ## Measure ours beside other programs and renew docs/developers/benchmark.md; needs Linux, and the network once
	@$(BIN)/python -m tests.bench.benchmark

.PHONY: screenshots
screenshots: $(INSTALLED) ## Make the pictures of the README from the demo; needs Chromium
	@$(BIN)/python -m docs.pictures

.PHONY: sources
sources: $(INSTALLED) ## Renew the pages of sources, configuration and commands from the program
	@$(BIN)/python -m docs.sources
	@$(BIN)/python -m docs.question_costs
	@$(BIN)/python -m docs.configuration
	@$(BIN)/python -m docs.commands

.PHONY: procurement
procurement: $(INSTALLED) ## Renew the pages of docs/procurement that come from the program
	@$(BIN)/python -m docs.procurement_pages

.PHONY: docs
docs: $(INSTALLED) ## Build the documents as a site into build/docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "It is in build/docs. To search in it: python3 -m http.server --directory build/docs"

.PHONY: wheel
wheel: $(BUILDABLE) ## Build the wheel for pipx into dist/
	@$(BIN)/python -m hatchling build --target wheel --directory dist

.PHONY: deb
deb: $(BUILDABLE) ## Build the Debian package into dist/; fetches the libraries for each Python once
	@$(BIN)/python systemd/deb/build.py

.PHONY: resolvable
resolvable: $(INSTALLED) ## See that every library has wheels for each Python and processor; needs the network
	@$(BIN)/python systemd/deb/build.py --resolve

.PHONY: image
image: deb ## Build the container image localhost/namesake from the Debian package; needs podman or docker
	@$$(command -v podman || command -v docker) build -t localhost/namesake:latest \
		--build-arg PACKAGE=namesake_$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)_*.deb \
		-f systemd/container/Containerfile dist

.PHONY: images
PINNED = systemd/container/Containerfile systemd/container/compose.yaml \
	systemd/container/fleet-compose.yaml systemd/searxng-compose.yaml
# podman names the image of this machine's processor, too; what is pinned must fit every machine.
images: ## Pin the images of others to their digests of today; needs podman or docker, and their registry
	@engine=$$(command -v podman || command -v docker) && \
	for image in $$(grep -ohE 'docker\.io/[a-z/]+:[a-z0-9.-]+' $(PINNED) | sort -u); do \
		$$engine pull --quiet $$image >/dev/null && \
		one=$$($$engine image inspect --format '{{.Digest}}' $$image 2>/dev/null); \
		digest=$$($$engine image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' $$image \
			| sed 's/.*@//' | { grep -vxF -e "$$one" -e '' || echo "$$one"; } | head -n 1) && \
		sed -i -E "s#$$image(@sha256:[0-9a-f]+)?#$$image@$$digest#" $(PINNED) || exit 1; \
	done

.PHONY: coverage
coverage: $(INSTALLED) ## Run the tests once more, slower, and show what they do not reach
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest --quiet
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

.PHONY: lock
# pip is left out: sqlite-utils names it for a command of its own, and nothing here imports it.
# Nor does it import these, which others of its libraries name for uses that it has not.
UNIMPORTED = --no-emit-package markdown-it-py --no-emit-package mdurl --no-emit-package pycparser \
	--no-emit-package pygments
COMPILE = uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-package pip
lock: ## Renew constraints.txt and what production takes of it; needs uv
	@$(COMPILE) --upgrade --group dev pyproject.toml --output-file constraints.txt
	@$(COMPILE) --constraint constraints.txt --no-annotate --extra oidc --group build pyproject.toml \
		--output-file requirements.txt
	@echo pillow | $(COMPILE) --constraint constraints.txt --no-annotate - \
		--output-file requirements-photos.txt
	@echo apprise | $(COMPILE) --constraint constraints.txt --no-annotate - \
		--output-file requirements-notify.txt
	@$(COMPILE) --constraint constraints.txt --no-annotate $(UNIMPORTED) pyproject.toml \
		--output-file requirements-demo.txt
	@printf 'procrastinate\npsycopg[binary]\npsycopg-pool\n' | $(COMPILE) --constraint constraints.txt \
		--no-annotate - --output-file requirements-fleet.txt

.PHONY: clean
clean: ## Remove all that was installed or made here
	rm -rf $(VENV) .cache .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache build dist mutants namesake-demo
	find monitor scrapers reports tests -name __pycache__ -prune -exec rm -rf {} +

# Demo and tests share one environment: what tests is added to what runs.
# A uv that cannot (too old, or set up for other places than pip is) leaves the work to pip.
$(RUNNABLE):
	@test ! -L $(VENV) || { \
		echo "$(VENV) is a link, and installing would empty what it leads to: remove the link, or" \
			"run what you need by $(BIN)/python -m."; exit 1; } >&2
	@echo "Installing into $(VENV), once"
	@{ command -v uv >/dev/null && $(MAKE) with-uv; } || $(MAKE) with-pip
	@touch $@

$(INSTALLED): $(RUNNABLE)
	@echo "Installing what tests, checks and documents it, once; this takes a minute"
	@$(call ADD,$(ALL))
	@touch $@

$(BUILDABLE): $(RUNNABLE)
	@$(call ADD,$(LOCKED) -r requirements.txt)
	@touch $@

ADD = if $(BIN)/python -c 'import pip' 2>/dev/null; then $(PIP) install --no-compile $(1); \
	else uv pip install --quiet --python $(BIN)/python $(1); fi
LOCKED = --require-hashes --no-deps
ALL = $(LOCKED) -r constraints.txt
TO_RUN = $(LOCKED) -r requirements-demo.txt

.PHONY: with-uv
with-uv:
	@uv venv --quiet --clear --python '$(or $(PYTHON),>=3.11)' $(VENV)
	@uv pip install --quiet --python $(BIN)/python $(TO_RUN)
	@$(BIN)/python -c "$$LINK_OURSELVES"

# As an editable install does, without what builds one.
define LINK_OURSELVES
import pathlib, sys, sysconfig, tomllib
project = tomllib.loads(pathlib.Path("pyproject.toml").read_text("utf-8"))["project"]
site = pathlib.Path(sysconfig.get_path("purelib"))
(site / "namesake.pth").write_text(f"{pathlib.Path.cwd()}\n", "utf-8")
about = site / f"namesake_monitor-{project['version']}.dist-info"
about.mkdir(exist_ok=True)
named = f"Name: {project['name']}\nVersion: {project['version']}\n"
(about / "METADATA").write_text(f"Metadata-Version: 2.4\n{named}", "utf-8")
groups = {"console_scripts": project["scripts"], **project["entry-points"]}
points = [f"[{group}]\n" + "".join(f"{name} = {at}\n" for name, at in found.items())
          for group, found in groups.items()]
(about / "entry_points.txt").write_text("".join(points), "utf-8")
program = pathlib.Path(sysconfig.get_path("scripts"), "namesake")
program.write_text(f"#!{sys.executable}\nfrom monitor.cli.main import main\n\nmain()\n", "utf-8")
program.chmod(0o755)
endef
export LINK_OURSELVES

# To unpack the pip that comes with Python takes a tenth of the time that pip takes to install itself.
UNPACK_PIP = import ensurepip, pathlib, sysconfig, zipfile; \
	folder = sysconfig.get_config_var("WHEEL_PKG_DIR") or pathlib.Path(ensurepip.__file__).with_name("_bundled"); \
	(wheel,) = pathlib.Path(folder).glob("pip-*.whl"); \
	zipfile.ZipFile(wheel).extractall(sysconfig.get_path("purelib"))

.PHONY: with-pip
with-pip:
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(RECENT)' || { \
		echo "Namesake needs Python 3.11 or newer; name one: make demo PYTHON=/path/to/python3"; \
		exit 1; } >&2
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) comes without venv. On Debian and Ubuntu: apt install python3-venv"; \
		exit 1; } >&2
	@$(PYTHON) -m venv --clear --without-pip $(VENV)
	@$(BIN)/python -c '$(UNPACK_PIP)' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	@$(PIP) install --no-compile $(TO_RUN)
	@$(BIN)/python -c "$$LINK_OURSELVES"
