#!/usr/bin/env bash
# How good the model is, and how fast, beside peers, which are installed into an environment of their own.
# Arguments go to benches/quality/run.py (--only carts, --no-record).
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${BASKETRY_DATA:-}" ]; then
    echo "quality: set BASKETRY_DATA to a folder of data sets; benches/quality/README.md says which" >&2
    exit 1
fi
BASKETRY_DATA=$(realpath "$BASKETRY_DATA")
export BASKETRY_DATA
venv=.quality
scripts/setup.sh "$venv" benches/quality/requirements.txt
PYTHON=$venv/bin/python scripts/wheel.sh
cd benches
exec ../"$venv"/bin/python -m quality.run "$@"
