// Starts the real binary with a config of its own, and stops it by its own process id.

import { spawn, execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const START_MS = 20_000;
const DRAIN_MS = 10_000;

export const BINARY = process.env.BLACKBAR_BIN ?? fileURLToPath(new URL('../../../target/debug/blackbar', import.meta.url));

export async function startProxy({ token, home, away }) {
  const dir = await mkdtemp(join(tmpdir(), 'blackbar-browser-'));
  const [address, admin] = await Promise.all([freeAddress(), freeAddress()]);
  const auditDir = join(dir, 'audit');
  const configFile = join(dir, 'blackbar.toml');
  await writeFile(configFile, config({ address, admin, auditDir, token, home, away }));

  const log = [];
  const child = spawn(BINARY, ['serve', '--config', configFile], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, RUST_LOG: 'trace' } });
  child.stdout.on('data', (chunk) => log.push(chunk));
  child.stderr.on('data', (chunk) => log.push(chunk));
  const ended = new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', (error) => resolve({ code: String(error), signal: null }));
  });
  const output = () => Buffer.concat(log).toString('utf8');

  process.on('exit', () => child.kill('SIGKILL'));
  try {
    await ready(`http://${admin}/readyz`, ended, output);
  } catch (error) {
    child.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
  return {
    url: `http://${address}`,
    output,
    async metrics() {
      return (await fetch(`http://${admin}/metrics`)).text();
    },
    /** Ends the proxy the way an orchestrator does, and returns how it went. */
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
      const how = await ended;
      clearTimeout(late);
      return how;
    },
    async auditFiles() {
      const entries = await readdir(auditDir, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')));
    },
    verifyAudit() {
      return promisify(execFile)(BINARY, ['audit', 'verify', '--dir', auditDir]);
    },
    async remove() {
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const config = ({ address, admin, auditDir, token, home, away }) => `
[listen]
address = "${address}"

[admin]
address = "${admin}"

[audit]
dir = "${auditDir}"

[[region]]
name = "home"
upstreams = ["${home}"]

[[region]]
name = "away"
upstreams = ["${away}"]

[routing]
no_match = "reject"

[[route]]
projects = ["${token}"]
region = "home"

[[route]]
path_prefixes = ["/static/"]
region = "home"

[redaction]
preset = "balanced"

[[redaction.selector]]
css = ".ph-no-capture, [data-private]"
treat = "mask"
`;

async function freeAddress() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return `127.0.0.1:${port}`;
}

async function ready(url, ended, output) {
  let exit;
  ended.then((how) => (exit = how));
  for (const start = Date.now(); Date.now() - start < START_MS; ) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (exit) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${BINARY} did not get ready (exit: ${JSON.stringify(exit)})\n${output().slice(-4000)}`);
}
