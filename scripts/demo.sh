#!/usr/bin/env bash
# A year of grocery orders: rules, a model, offers, and the same offer from C.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "demo: building the wheel and the C library (the first time takes a few minutes)"
scripts/wheel.sh
. scripts/c-library.sh
mkdir -p demo-out
cc -std=c11 -O2 -Wall -Wextra -Werror -Iinclude examples/c/decide.c \
    -o demo-out/decide -L"$LIB" -lbasketry "-Wl,-rpath,$LIB"
exec python examples/complete_journey.py --out demo-out --decide demo-out/decide
