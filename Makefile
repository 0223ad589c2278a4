# basketry: `make demo` shows it, `make test` proves it. Both install what they need.

SHELL := /bin/bash
.DEFAULT_GOAL := help

VENV   ?= .venv
PREFIX ?= /usr/local
# Several scripts build; one target directory keeps them from building the world twice.
export CARGO_TARGET_DIR ?= $(CURDIR)/target
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help setup setup-demo demo test test-rust test-python test-c test-cpp test-php header bench quality fmt install-c clean

help: ## Lists the targets.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## Makes the virtual environment for development (test and fmt do it themselves).
	@scripts/setup.sh $(VENV) requirements-dev.txt

setup-demo:
	@scripts/setup.sh $(VENV) requirements-demo.txt

demo: setup-demo ## A year of grocery orders: rules, a model, offers for three households, the same offer from C.
	@scripts/demo.sh

test: setup test-rust header test-python test-c test-cpp test-php ## Everything that must pass, as CI runs it.
	@echo "make test: all passed"

test-rust: ## Format, clippy, Rust tests and doctests.
	@scripts/test-rust.sh

test-python: setup ## Python: ruff, mypy, stub check, tests, docstring examples.
	@scripts/test-python.sh

test-c: ## C: the whole path with -Werror, under valgrind if it is installed.
	@scripts/test-c.sh

test-cpp: ## C++17 wrapper.
	@scripts/test-cpp.sh

test-php: ## PHP through its FFI, if PHP is installed.
	@scripts/test-php.sh

header: ## Checks that the generated C headers are current.
	@scripts/header.sh check

bench: ## Side by side with the peers; BASKETRY_DATA names a folder of data sets (optional).
	@scripts/bench.sh

quality: ## How good the model is, and how fast, beside recommenders; BASKETRY_DATA names a folder of data sets.
	@scripts/quality.sh

fmt: setup ## Formats Rust and Python.
	cargo fmt --all
	ruff format python tests/python examples benches
	ruff check --fix python tests/python examples benches

install-c: ## Installs the C library, headers and pkg-config file below PREFIX.
	@scripts/install-c.sh $(PREFIX)

clean: ## Removes everything that was built, the virtual environments included.
	rm -rf target $(VENV) .bench .quality demo-out dist
