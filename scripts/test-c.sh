#!/bin/sh
# The C library: the exported symbols against the committed list; the tests, with all warnings as
# errors, plainly, under valgrind and with the compiler's sanitizers; the example; an installation.
set -eu
cd "$(dirname "$0")/.."
. scripts/c-library.sh
CC=${CC:-cc}

cargo test --quiet --locked -p basketry-c --test boundary

# A symbol that disappears breaks programs. New ones are added to the list on purpose:
#   nm -D --defined-only target/release/libbasketry.so | awk '{ print $3 }' | sort > tests/c/symbols.txt
nm -D --defined-only "$LIB/libbasketry.so" | awk '{ print $3 }' | LC_ALL=C sort > "$OUT/symbols.txt"
diff -u tests/c/symbols.txt "$OUT/symbols.txt" || {
    echo "the exported symbols differ from tests/c/symbols.txt" >&2
    exit 1
}

# A program that does nothing tells whether the compiler has the sanitizers.
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=all"
echo 'int main(void) { return 0; }' > "$OUT/nothing.c"
"$CC" $sanitize "$OUT/nothing.c" -o "$OUT/nothing" 2> /dev/null || { sanitize= && missing sanitizers; }
command -v valgrind > /dev/null || missing valgrind

compile() {
    "$CC" -std=c11 -Wall -Wextra -Werror -pedantic -g -O1 -pthread -Iinclude "$@" \
        -L"$LIB" -lbasketry -lm -Wl,-rpath,"$LIB"
}

for test in layout path people recommend learner kinds utility sequences relations rules bad_input threads cancel golden parts saved assign journal offers; do
    echo "tests/c/$test.c"
    compile "tests/c/$test.c" -o "$OUT/$test"
    "$OUT/$test" tests/golden "$OUT"
    if command -v valgrind > /dev/null; then
        $VALGRIND "$OUT/$test" tests/golden "$OUT"
    fi
    if [ -n "$sanitize" ]; then
        compile $sanitize "tests/c/$test.c" -o "$OUT/$test-sanitized"
        "$OUT/$test-sanitized" tests/golden "$OUT"
    fi
done

echo "examples/c/decide.c"
compile examples/c/decide.c -o "$OUT/decide"
decide() { "$OUT/decide" "$@" tests/golden/model.basketry tests/golden/policy.toml - 1778500800000 2; }
decide | grep -q '^{"id":'
decide --text | grep -q ' 1\. '
"$OUT/decide" no-such-file tests/golden/policy.toml - 0 0 2> "$OUT/error.txt" && exit 1
grep -q no-such-file "$OUT/error.txt"

echo "scripts/install-c.sh"
rm -rf "$OUT/prefix"
scripts/install-c.sh "$OUT/prefix" > /dev/null
if command -v pkg-config > /dev/null; then
    flags=$(PKG_CONFIG_PATH="$OUT/prefix/lib/pkgconfig" pkg-config --cflags --libs basketry)
else
    flags="-I$OUT/prefix/include -L$OUT/prefix/lib -lbasketry"
fi
"$CC" -std=c11 examples/c/decide.c $flags -o "$OUT/installed"
LD_LIBRARY_PATH="$OUT/prefix/lib" "$OUT/installed" tests/golden/model.basketry \
    tests/golden/policy.toml - 1778500800000 2 | grep -q '^{"id":'
echo "C tests: passed"
