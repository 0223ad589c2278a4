#!/usr/bin/env bash
# Sees that the compilers are there, makes the virtual environment, and installs what a
# requirements file lists, unless it has not changed since.
# Usage: scripts/setup.sh VENV REQUIREMENTS
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1
requirements=$2

# Installs Debian packages if this machine can, and otherwise says which are missing.
need_package() { # need_package PACKAGE...
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        echo "setup: installing $*"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null
    else
        echo "setup: install what is missing (on Debian: apt-get install $*)" >&2
        exit 1
    fi
}

need() { # need COMMAND PACKAGE...
    local command=$1
    shift
    command -v "$command" >/dev/null 2>&1 || need_package "$@"
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

stamp=$venv/.$(basename "$requirements")
cmp -s "$requirements" "$stamp" && exit 0

version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
python3 -c 'import ensurepip' 2>/dev/null || need_package "python$version-venv"
if grep -q pyfim "$requirements"; then
    # pyfim comes as source.
    headers=$(python3 -c 'import sysconfig; print(sysconfig.get_path("include"))')
    [ -f "$headers/Python.h" ] || need_package "python$version-dev"
fi
echo "setup: installing $requirements into $venv"
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
cp "$requirements" "$stamp"
