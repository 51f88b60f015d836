# The two commands: `make run` and `make test`. Everything else serves them.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.PHONY: run test build programs release install install-built install-tools install-test-tools format lint bench clean

PREFIX ?= /usr/local
# What is installed; `make install-built BUILT=.build/debug` installs what is there already.
BUILT ?= .build-release/release
SWIFT_RELEASE := -c release --static-swift-stdlib --scratch-path .build-release

run: install-tools programs
	scripts/demo

test: install-test-tools
	scripts/run-tests

build:
	swift build

# What a session needs. The tools for policies are not waited for before the first session.
programs:
	swift build $(SWIFT_RELEASE) --product bailey
	swift build $(SWIFT_RELEASE) --product baileyd
	swift build $(SWIFT_RELEASE) --product bailey-jail

release: install-tools programs
	swift build $(SWIFT_RELEASE) --product bailey-policy
	swift build $(SWIFT_RELEASE) --product bailey-log
	swift build $(SWIFT_RELEASE) --product bailey-fingerprint
	swift build $(SWIFT_RELEASE) --product bailey-scan

install-tools:
	scripts/install-tools

install-test-tools:
	scripts/install-tools all

install: release install-built

install-built:
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/bailey $(DESTDIR)$(PREFIX)/lib/systemd/user
	install -m 755 $(BUILT)/bailey $(DESTDIR)$(PREFIX)/bin/bailey
	install -m 755 $(BUILT)/baileyd $(BUILT)/bailey-jail $(BUILT)/bailey-policy $(BUILT)/bailey-log $(BUILT)/bailey-fingerprint $(BUILT)/bailey-scan $(DESTDIR)$(PREFIX)/libexec/bailey/
	install -m 644 Packaging/systemd/bailey.socket $(DESTDIR)$(PREFIX)/lib/systemd/user/
	sed 's|/usr/local|$(PREFIX)|' Packaging/systemd/bailey.service > $(DESTDIR)$(PREFIX)/lib/systemd/user/bailey.service

format:
	swift format -i -r Package.swift Sources Tests Benchmarks

lint:
	swift format lint --strict -r Package.swift Sources Tests Benchmarks

bench: release
	scripts/bench

clean:
	rm -rf .build .build-*
