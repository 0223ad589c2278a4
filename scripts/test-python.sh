#!/usr/bin/env bash
# Python: builds and installs the wheel, then ruff, mypy, the stubs against the module, tests and
# docstring examples. Needs the environment of `make setup`, active or at .venv.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${VIRTUAL_ENV:-}" ] && [ -d .venv ]; then
    export VIRTUAL_ENV=$PWD/.venv PATH="$PWD/.venv/bin:$PATH"
fi

ruff format --check --quiet python tests/python
ruff check --quiet python tests/python examples benches
scripts/wheel.sh
mypy
python -m mypy.stubtest basketry --mypy-config-file pyproject.toml
python -m pytest
