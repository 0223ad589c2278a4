#!/usr/bin/env bash
# Side by side with the peers, which are installed into an environment of their own.
# Arguments go to benches/side_by_side.py (--only itemsets, --quick); results are recorded.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.bench
scripts/setup.sh "$venv" benches/requirements.txt
PYTHON=$venv/bin/python scripts/wheel.sh
if [ $# -gt 0 ]; then
    exec "$venv/bin/python" benches/side_by_side.py "$@"
fi
exec "$venv/bin/python" benches/side_by_side.py --record
