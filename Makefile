# The two commands: `make run` and `make test`. Everything else serves them.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.PHONY: run test build release install-tools format lint bench fuzz clean

PREFIX ?= /usr/local
SWIFT_RELEASE := -c release --static-swift-stdlib --scratch-path .build-release

run: release
	scripts/demo

test: install-tools
	scripts/run-tests

build: install-tools
	swift build

release: install-tools
	swift build $(SWIFT_RELEASE) --product bailey
	swift build $(SWIFT_RELEASE) --product baileyd
	swift build $(SWIFT_RELEASE) --product bailey-jail

install-tools:
	scripts/install-tools

install: release
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/libexec/bailey
	install -m 755 .build-release/release/bailey $(DESTDIR)$(PREFIX)/bin/bailey
	install -m 755 .build-release/release/baileyd .build-release/release/bailey-jail $(DESTDIR)$(PREFIX)/libexec/bailey/

format:
	swift format -i -r Package.swift Sources Tests Benchmarks

lint:
	swift format lint --strict -r Package.swift Sources Tests Benchmarks

bench: release
	scripts/bench

clean:
	rm -rf .build .build-*
