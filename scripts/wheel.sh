#!/usr/bin/env bash
# Builds the wheel and installs it into the environment of $PYTHON (default: the first `python` on the PATH).
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python}
"$python" -m maturin build --release --locked --quiet --interpreter "$python" --out dist
wheel=$(ls -t dist/basketry-*.whl | head -n 1)
"$python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$wheel"
