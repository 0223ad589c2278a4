# Sourced by the scripts that need the C library: builds it and says where things are.
# PROFILE=dev takes the debug build, which is quicker to make; the default is release, which the
# Python package and the demo build as well.
PROFILE=${PROFILE:-release}
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_TARGET_DIR
cargo build --quiet --locked --profile "$PROFILE" -p basketry-c
case $PROFILE in
    dev) LIB=$CARGO_TARGET_DIR/debug ;;
    *) LIB=$CARGO_TARGET_DIR/$PROFILE ;;
esac
LIB=$(cd "$LIB" && pwd)
# Programs look for the library by its soname, which cargo does not make a file of.
ln -sf libbasketry.so "$LIB/libbasketry.so.0"
OUT=$CARGO_TARGET_DIR/c-tests
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)

VALGRIND="valgrind --quiet --leak-check=full --show-leak-kinds=definite,possible
    --errors-for-leak-kinds=definite,possible --error-exitcode=1 --suppressions=tests/c/valgrind.supp"

# Says that a tool is missing; an error if REQUIRE_TOOLS is 1.
missing() {
    echo "$1: not installed, skipped"
    [ "${REQUIRE_TOOLS:-0}" != 1 ] || { echo "REQUIRE_TOOLS=1: $1 is required" >&2; exit 1; }
}
