#!/usr/bin/env bash
# Makes the virtual environment and sees that the compilers are there.
# Usage: scripts/setup.sh [VENV]
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${1:-.venv}

# Installs Debian packages if this machine can, and otherwise says which are missing.
need() { # need COMMAND PACKAGE...
    local command=$1
    shift
    command -v "$command" >/dev/null 2>&1 && return 0
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        echo "setup: installing $*"
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
    fi
    command -v "$command" >/dev/null 2>&1 || {
        echo "setup: '$command' is missing; install it (on Debian: apt-get install $*)" >&2
        exit 1
    }
}

need cc gcc libc6-dev
need c++ g++
need python3 python3 python3-venv
command -v cargo >/dev/null 2>&1 || {
    echo "setup: 'cargo' is missing; install a Rust toolchain of at least $(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml) with rustfmt and clippy" >&2
    exit 1
}
python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "setup: Python 3.10 or later is needed, this is $(python3 --version)" >&2
    exit 1
}

stamp=$venv/.requirements
if ! cmp -s requirements-dev.txt "$stamp"; then
    echo "setup: making $venv and installing requirements-dev.txt"
    if ! python3 -m venv "$venv" 2>/dev/null; then
        rm -rf "$venv"
        version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
            apt-get update -qq && apt-get install -y -qq "python$version-venv" >/dev/null
        fi
        python3 -m venv "$venv" || {
            echo "setup: python3 has no venv module; install it (on Debian: apt-get install python$version-venv)" >&2
            exit 1
        }
    fi
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
    cp requirements-dev.txt "$stamp"
fi
