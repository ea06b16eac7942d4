# mailtrust: two commands set up everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVERS := nginx apache2-bin haproxy postfix dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-managesieved slapd \
  cyrus-common courier-base libnss-wrapper knot bind9-dnsutils unbound pebble \
  openssl gnutls-bin libnss3-tools openjdk-17-jre-headless swaks libnet-ssleay-perl \
  p11-kit p11-kit-modules \
  zsh fish groff-base mandoc systemd openssh-server sudo iproute2 \
  postgresql-15 strace samba-ad-dc winbind

# Cannot be installed beside Postfix: unpacked into build/servers, for what it says of its configuration.
UNPACKED := exim4-daemon-light exim4-config

# What answers are recorded of, for make oracles; with what tests/oracles/fetch.py brings besides.
ENGINES := openssl gnutls-bin chromium firefox-esr thunderbird libnss3-tools openjdk-17-jre-headless maven postfix curl \
  $(if $(shell command -v go),,golang-go) $(if $(shell command -v node),,nodejs) mono-mcs isync msmtp fetchmail swaks \
  libnet-ssleay-perl ldap-utils iproute2 util-linux

.PHONY: help demo test test-servers test-long circle fuzz oracles oracle-engines bench lint locks texts clean missing-servers

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/run.stamp ## watch a missing intermediate being found, mended and proven mended (needs only Python)
	@$(BIN)/python -m mailtrust.lab.demo

test: $(VENV)/test.stamp missing-servers lint ## every check and test (under 15 minutes on 2 cores)
	$(BIN)/python -m pytest -m "not long" -n 2 --dist loadfile

test-long: $(VENV)/test.stamp missing-servers ## the tests that take longer
	$(BIN)/python -m pytest -m long

circle: $(VENV)/test.stamp missing-servers ## every fault on every real server: planned, applied, proven, undone (root; half an hour)
	$(BIN)/python -m pytest tests/circle -m "long or not long" --junitxml build/circle.xml; $(BIN)/python tools/cured_page.py build/circle.xml

fuzz: $(VENV)/test.stamp ## hours of hostile input for every parser, and what it cost (SECONDS=600 SEED=1 ONLY=smtp,judging RESUME=1)
	$(BIN)/python -m tests.fuzz.run $(if $(SEED),--seed $(SEED)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ONLY),--only $(ONLY)) $(if $(RESUME),--resume)

lint: $(VENV)/test.stamp ## style, types for three platforms, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --platform linux
	$(BIN)/mypy --platform win32
	$(BIN)/mypy --platform darwin
	$(BIN)/lint-imports

bench: $(VENV)/test.stamp ## what the command and the judge cost; beside sslyze and testssl.sh (root, test-servers; 15 minutes)
	$(BIN)/python benchmarks/command.py
	$(BIN)/python -m benchmarks.start
	$(BIN)/python benchmarks/judging.py
	$(BIN)/python -m benchmarks.discovery
	$(BIN)/python -m benchmarks.peers

test-servers: ## install the real mail servers and clients that the tests talk to (Debian; starts no daemon)
	@command -v apt-get >/dev/null || { echo "test-servers: expected Debian's apt-get, found none; install by hand: $(SERVERS)"; exit 1; }
	@missing=""; for p in $(SERVERS); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	unpack=""; for p in $(UNPACKED); do [ -d build/servers/$$p ] || unpack="$$unpack $$p"; done; \
	if [ -z "$$missing$$unpack" ]; then echo "test-servers: all there"; exit 0; fi; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	policy=/usr/sbin/policy-rc.d; made=""; \
	if [ ! -e $$policy ]; then printf '#!/bin/sh\nexit 101\n' | $$sudo tee $$policy >/dev/null; $$sudo chmod 755 $$policy; made=1; fi; \
	$$sudo apt-get update -qq && \
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null && \
	(for p in $$unpack; do mkdir -p build/servers && (cd build/servers && rm -rf $$p.new $${p}_*.deb && \
	  apt-get download -qq $$p 2>/dev/null && dpkg-deb -x $${p}_*.deb $$p.new && mv $$p.new $$p && rm -f $${p}_*.deb) || \
	  exit 1; done); \
	status=$$?; [ -z "$$made" ] || $$sudo rm -f $$policy; exit $$status

oracle-engines: $(VENV)/test.stamp ## install the clients of which answers are recorded (Debian, Maven Central, PyPI)
	@$(MAKE) --no-print-directory test-servers SERVERS="$(ENGINES)"
	@$(BIN)/python -m tests.oracles.fetch .oracles

oracles: $(VENV)/test.stamp ## ask the real clients that are here about every case, and record it (ONLY=chromium,firefox SEED=1)
	@$(BIN)/python -m tests.oracles.record --parts .oracles $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED))
	@$(BIN)/python tools/agreement_page.py

missing-servers:
	@if command -v dpkg >/dev/null; then missing=""; \
	for p in $(SERVERS); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	for p in $(UNPACKED); do [ -d build/servers/$$p ] || missing="$$missing $$p"; done; \
	[ -z "$$missing" ] || echo "Some tests are left out: make test-servers installs$$missing"; fi

locks: $(VENV)/test.stamp ## renew the locked versions
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --group build pyproject.toml -o requirements/run.txt --upgrade
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --group build --group dev --extra acme --extra exchange --extra fast --extra postgresql --extra ssh pyproject.toml -o requirements/test.txt --upgrade

texts: $(VENV)/test.stamp ## collect the translatable sentences and merge them into the catalogues
	$(BIN)/python tools/texts.py

clean: ## remove what the targets above have made
	rm -rf $(VENV) .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .fuzz

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "mailtrust needs Python 3.11 or newer; found: $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv is missing. Try: apt install python3-venv"; exit 1; }
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@[ -e $(VENV)/test.stamp ] || { echo "Installing the locked versions ..."; \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; }
	@touch $@

$(VENV)/test.stamp: requirements/test.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing the locked versions ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/test.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
