#!/bin/sh
# Checks that the generated headers in include/ are current, or writes them anew.
# usage: scripts/header.sh check|write
set -eu
cd "$(dirname "$0")/.."
case "${1:-check}" in
    check) cargo test --quiet -p basketry-c --test header ;;
    write) BASKETRY_WRITE_HEADERS=1 cargo test --quiet -p basketry-c --test header ;;
    *) echo "usage: scripts/header.sh check|write" >&2; exit 2 ;;
esac
