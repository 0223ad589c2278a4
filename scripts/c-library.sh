# Sourced by the scripts that test the C library: builds it and says where things are.
# PROFILE=dev takes the debug build, which is quicker to make; the default is release, which the
# Python package and the demo build as well.
PROFILE=${PROFILE:-release}
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
export CARGO_TARGET_DIR
cargo build --quiet --profile "$PROFILE" -p basketry-c
case $PROFILE in
    dev) LIB=$CARGO_TARGET_DIR/debug ;;
    *) LIB=$CARGO_TARGET_DIR/$PROFILE ;;
esac
# The name under which programs look for the library, which an installation gives it too.
ln -sf libbasketry.so "$LIB/libbasketry.so.0"
OUT=$CARGO_TARGET_DIR/c-tests
mkdir -p "$OUT"

# Says that a tool is missing; an error if REQUIRE_TOOLS is 1.
missing() {
    echo "$1: not installed, skipped"
    [ "${REQUIRE_TOOLS:-0}" != 1 ] || { echo "REQUIRE_TOOLS=1: $1 is required" >&2; exit 1; }
}
