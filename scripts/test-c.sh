#!/bin/sh
# Compiles the C tests with all warnings as errors and runs them, plainly and under valgrind;
# compares the exported symbols with the committed list.
set -eu
cd "$(dirname "$0")/.."
. scripts/c-library.sh
CC=${CC:-cc}

# A symbol that disappears breaks programs. New ones are added to the list on purpose:
#   nm -D --defined-only target/release/libbasketry.so | awk '{ print $3 }' | sort > tests/c/symbols.txt
nm -D --defined-only "$LIB/libbasketry.so" | awk '{ print $3 }' | LC_ALL=C sort > "$OUT/symbols.txt"
diff -u tests/c/symbols.txt "$OUT/symbols.txt" || {
    echo "the exported symbols differ from tests/c/symbols.txt" >&2
    exit 1
}

for test in layout path bad_input threads cancel golden; do
    echo "tests/c/$test.c"
    "$CC" -std=c11 -Wall -Wextra -Werror -pedantic -g -O1 -pthread -Iinclude \
        "tests/c/$test.c" -L"$LIB" -lbasketry -lm -Wl,-rpath,"$LIB" -o "$OUT/$test"
    "$OUT/$test" tests/golden "$OUT"
    if command -v valgrind > /dev/null; then
        valgrind --quiet --leak-check=full --show-leak-kinds=definite,possible \
            --errors-for-leak-kinds=definite --error-exitcode=1 "$OUT/$test" tests/golden "$OUT"
    else
        missing valgrind
    fi
done
echo "C tests: passed"
