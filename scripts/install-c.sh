#!/bin/sh
# Installs the C library, its headers and its pkg-config file below a prefix.
# usage: scripts/install-c.sh PREFIX        (DESTDIR is honoured)
set -eu
[ $# -eq 1 ] || { echo "usage: scripts/install-c.sh PREFIX" >&2; exit 2; }
prefix=$1
case $prefix in
    /*) ;;
    *) echo "install-c.sh: expected an absolute path, got $prefix" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.."
. scripts/c-library.sh
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
to=${DESTDIR:-}$prefix
install -d "$to/lib/pkgconfig" "$to/include"
install -m 644 include/basketry.h include/basketry.hpp include/basketry_php.h "$to/include/"
install -m 755 "$LIB/libbasketry.so" "$to/lib/libbasketry.so.$version"
ln -sf "libbasketry.so.$version" "$to/lib/libbasketry.so.0"
ln -sf libbasketry.so.0 "$to/lib/libbasketry.so"
install -m 644 "$LIB/libbasketry.a" "$to/lib/libbasketry.a"
sed -e "s|@PREFIX@|$prefix|" -e "s|@VERSION@|$version|" bindings/c/basketry.pc.in \
    > "$to/lib/pkgconfig/basketry.pc"
echo "installed basketry $version below $to"
