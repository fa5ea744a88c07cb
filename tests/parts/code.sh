# format, lints, documentation, licences, unit and integration tests
# shellcheck shell=bash disable=SC2034
needs=(cargo rustfmt cargo-clippy cc curl cargo-nextest cargo-deny shellcheck redis-server)

run() {
  step 10 'format' cargo fmt --all --check
  # The build script declares these modules, so cargo fmt does not see them.
  step 5 'format of the countries' rustfmt --check --edition 2024 crates/blackbar-core/src/validate/identity/*.rs
  step 10 'shell scripts' shellcheck test .ci/run benches/run tests/*.sh tests/parts/*.sh
  step 180 'lints' cargo clippy --locked --workspace --all-targets -- -D warnings
  step 60 'documentation' env RUSTDOCFLAGS='-D warnings' \
    cargo doc --locked --workspace --no-deps --document-private-items
  step 20 'dependencies' cargo deny --locked check bans licenses sources
  step 600 'tests' cargo nextest run --locked --workspace
  closing '^ +Summary \['
  step 60 'examples in the documentation' cargo test --locked --workspace --doc
}
