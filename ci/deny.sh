#!/usr/bin/env bash
# Licences, sources, versions, which crate may depend on which; and the core's dependency budget.
# The database of advisories cannot be had everywhere: `cargo deny check advisories` is for a person.
set -euo pipefail
cd "$(dirname "$0")/.."
set -x
cargo fetch --quiet --locked
cargo deny --offline check bans licenses sources
cargo deny --offline --manifest-path core/Cargo.toml --config core/deny.toml check bans
