#!/bin/sh
# Runs the PHP tests through PHP's FFI.
set -eu
cd "$(dirname "$0")/.."
if ! command -v php > /dev/null; then
    . scripts/c-library.sh
    missing php
    exit 0
fi
. scripts/c-library.sh
for test in path golden; do
    echo "tests/php/$test.php"
    BASKETRY_LIBRARY="$LIB/libbasketry.so" php -d ffi.enable=1 -d error_reporting=-1 \
        -d display_errors=stderr "tests/php/$test.php" tests/golden "$OUT"
done
BASKETRY_LIBRARY="$LIB/libbasketry.so" php -d ffi.enable=1 examples/php/decide.php \
    tests/golden/model.basketry tests/golden/policy.toml c-002 spaghetti | grep -q '^cross_sell '
echo "PHP tests: passed"
