#!/usr/bin/env bash
# Side by side with the peers, which are installed into an environment of their own.
# Arguments go to benches/side_by_side.py (--only itemsets, --quick); results are recorded.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.bench
stamp=$venv/.requirements
if ! cmp -s benches/requirements.txt "$stamp"; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r benches/requirements.txt
    cp benches/requirements.txt "$stamp"
fi
PYTHON=$venv/bin/python scripts/wheel.sh
if [ $# -gt 0 ]; then
    exec "$venv/bin/python" benches/side_by_side.py "$@"
fi
exec "$venv/bin/python" benches/side_by_side.py --record
