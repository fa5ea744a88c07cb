# format, lints and unit tests of the crates that changed: under two minutes after an edit
#
# Changed is what differs from the merge base with the main branch, committed or not. FAST_BASE=REF
# names another commit to compare with.
# shellcheck shell=bash disable=SC2034
needs=(cargo rustfmt cargo-clippy cc cargo-nextest)

run() {
  local base package crates changed=() affected=()
  base=$(fast_base)
  step 5 'format' cargo fmt --all --check
  # The build script declares these modules, so cargo fmt does not see them.
  step 5 'format of the countries' rustfmt --check --edition 2024 crates/blackbar-core/src/validate/identity/*.rs
  mapfile -t changed < <(changed_crates "$base")
  if [ "${#changed[@]}" -eq 0 ]; then
    printf '\nno crate differs from %s\n' "$(git rev-parse --short "$base")"
    return
  fi
  mapfile -t affected < <(with_dependents "${changed[@]}")
  crates="${affected[*]}"
  local selection=()
  for package in "${affected[@]}"; do
    selection+=(--package "$package")
  done
  step 45 "lints: $crates" cargo clippy --locked "${selection[@]}" --lib --bins -- -D warnings
  step 70 "unit tests: $crates" cargo nextest run --locked "${selection[@]}" --lib --no-tests pass
  closing '^ +Summary \['
}

fast_base() {
  local main
  if [ -n "${FAST_BASE:-}" ]; then
    git rev-parse --verify "$FAST_BASE^{commit}"
    return
  fi
  for main in origin/main origin/master main master; do
    if git rev-parse --verify --quiet "$main^{commit}" >/dev/null; then
      git merge-base HEAD "$main"
      return
    fi
  done
  git rev-parse HEAD
}

# The packages that own the files that differ from a commit, one a line.
changed_crates() {
  { git diff --name-only "$1" && git ls-files --others --exclude-standard; } |
    sed -nE \
      -e 's#^crates/([^/]+)/.*#\1#p' \
      -e 's#^rules/.*#blackbar-core#p' \
      -e 's#^(Cargo\.(toml|lock)|clippy\.toml)$#blackbar-core\nblackbar#p' \
      -e 's#^(src|tests|examples)/.*#blackbar#p' |
    sort -u
}

# The same packages, and those of the workspace that depend on them.
with_dependents() {
  local package
  for package in "$@"; do
    cargo tree --locked --workspace --invert "$package" --edges all --prefix none | cut -d' ' -f1
  done | sort -u
}
