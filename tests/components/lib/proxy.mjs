// Starts `blackbar serve` under one preset, and stops it by its own process id.

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOKEN } from './servers.mjs';

const BINARY = process.env.BLACKBAR ?? process.env.BLACKBAR_BIN ?? fileURLToPath(new URL('../../../target/debug/blackbar', import.meta.url));
const START_MS = 20_000;

export async function startProxy(preset, upstream) {
  const dir = await mkdtemp(join(tmpdir(), 'blackbar-components-'));
  const [port, adminPort] = [await freePort(), await freePort()];
  const file = join(dir, 'blackbar.toml');
  await writeFile(file, config({ preset, upstream, port, adminPort, auditDir: join(dir, 'audit') }));
  const child = spawn(BINARY, ['serve', '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ended = new Promise((resolve) => {
    child.on('exit', resolve);
    child.on('error', resolve);
  });
  await ready(`http://127.0.0.1:${adminPort}/readyz`, ended, () => log);
  return {
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      process.off('exit', kill);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const config = ({ preset, upstream, port, adminPort, auditDir }) => `
[listen]
address = "127.0.0.1:${port}"

[admin]
address = "127.0.0.1:${adminPort}"

[audit]
dir = "${auditDir}"

[[region]]
name = "eu"
upstreams = ["${upstream}"]

[[route]]
projects = ["${TOKEN}"]
region = "eu"

[[route]]
path_prefixes = ["/static/"]
region = "eu"

[redaction]
preset = "${preset}"
`;

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function ready(url, ended, log) {
  let hasEnded = false;
  ended.then(() => (hasEnded = true));
  for (const start = Date.now(); Date.now() - start < START_MS && !hasEnded; ) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${BINARY} did not get ready\n${log().slice(-4000)}`);
}
