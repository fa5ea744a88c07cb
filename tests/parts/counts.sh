# instruction counts of fixed requests, compared with benches/instructions.toml
# shellcheck shell=bash disable=SC2034
needs=(cargo cc valgrind)

run() {
  step 420 'instruction counts' cargo run --quiet --locked --profile dist --example instructions
}
