#!/bin/sh
# Compiles the C++17 tests with all warnings as errors, linked from several translation units, and
# runs them.
set -eu
cd "$(dirname "$0")/.."
. scripts/c-library.sh

# Every call of C is made by a class of C++; ids, texts and errors have constructors of their own.
for symbol in $(grep -vx -e basketry_id_int -e basketry_id_str -e basketry_text \
    -e basketry_last_error_copy tests/c/symbols.txt); do
    grep -qw "$symbol" include/basketry.hpp || {
        echo "include/basketry.hpp does not call $symbol" >&2
        exit 1
    }
done

for cxx in g++ clang++; do
    if ! command -v "$cxx" > /dev/null; then
        # One compiler is enough; the second is a bonus where it is installed.
        [ "$cxx" = clang++ ] || missing "$cxx"
        continue
    fi
    echo "tests/cpp with $cxx"
    "$cxx" -std=c++17 -Wall -Wextra -Werror -pedantic -Wshadow -g -O1 -pthread -Iinclude \
        tests/cpp/main.cpp tests/cpp/second.cpp tests/cpp/campaigns.cpp tests/cpp/tables.cpp -L"$LIB" -lbasketry -Wl,-rpath,"$LIB" \
        -o "$OUT/cpp-$cxx"
    "$OUT/cpp-$cxx" tests/golden "$OUT"
    if command -v valgrind > /dev/null; then
        $VALGRIND "$OUT/cpp-$cxx" tests/golden "$OUT"
    else
        missing valgrind
    fi
    "$cxx" -std=c++17 -Wall -Wextra -Werror -pedantic -Iinclude examples/cpp/decide.cpp \
        -L"$LIB" -lbasketry -Wl,-rpath,"$LIB" -o "$OUT/decide-$cxx"
    "$OUT/decide-$cxx" tests/golden/model.basketry tests/golden/policy.toml c-002 1778500800000 \
        spaghetti | grep -q '^cross_sell '
done
echo "C++ tests: passed"
