# a real posthog-js in a real Chromium, through the proxy
# shellcheck shell=bash disable=SC2034
needs=(cargo cc node npm chromium fonts-liberation)

run() {
  step 180 'the proxy' cargo build --locked --bin blackbar
  if [ tests/browser/package-lock.json -nt tests/browser/node_modules/.package-lock.json ]; then
    step 60 'packages of the browser tests' npm --prefix tests/browser ci
  fi
  step 240 'browser tests' npm --prefix tests/browser test --silent
  closing '^(#|ℹ) (tests|pass|fail|cancelled|skipped|todo) '
}
