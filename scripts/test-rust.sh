#!/usr/bin/env bash
# Format, lints, Rust tests and doctests.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc -p basketry --no-deps --locked --quiet
cargo test -p basketry --locked --quiet
cargo run -p basketry --example quickstart --locked --quiet >/dev/null
