#!/usr/bin/env bash
# Side by side with the peers, which are installed into an environment of their own.
# Arguments go to benches/side_by_side.py; without any, all groups are run and recorded.
# Some groups into the latest record: scripts/bench.sh --only kinds,weights --record
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.bench
scripts/setup.sh "$venv" benches/requirements.txt
PYTHON=$venv/bin/python scripts/wheel.sh
if [ $# -eq 0 ]; then
    set -- --record
fi
exec "$venv/bin/python" benches/side_by_side.py "$@"
