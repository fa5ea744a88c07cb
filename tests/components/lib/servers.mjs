// The servers around the proxies: the site with the pages, the backend that records, and the tap
// that keeps what the browser sent before a proxy has touched it.

import { createServer, request as httpRequest } from 'node:http';
import { readFile } from 'node:fs/promises';
import { needle } from '../src/needles.mjs';
import '../src/values.mjs';

export const TOKEN = 'phc_componentsKitComponentsKitComponentsKit001';

const CONFIG = {
  supportedCompression: ['gzip', 'gzip-js'],
  analytics: { endpoint: '/i/v0/e/' },
  sessionRecording: {
    endpoint: '/s/',
    recorderVersion: 'v2',
    consoleLogRecordingEnabled: true,
    networkPayloadCapture: { recordHeaders: true, recordBody: true },
    canvasRecording: null,
  },
  capturePerformance: { network_timing: true, web_vitals: false },
  autocapture_opt_out: false,
  heatmaps: true,
  surveys: false,
  elementsChainAsString: true,
  hasFeatureFlags: true,
  siteApps: [],
};

async function listen(handler) {
  const server = createServer((request, reply) => {
    handler(request, reply).catch((error) => {
      reply.statusCode = 500;
      reply.end(String(error));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bodyOf(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function sendJson(reply, value) {
  const body = JSON.stringify(value);
  reply.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Sends a file, or 404 if there is none. */
async function sendFile(reply, file, type) {
  const content = file && (await readFile(file).catch(() => undefined));
  if (content === undefined) return void reply.writeHead(404).end();
  reply.writeHead(200, { 'content-type': type }).end(content);
}

/** A backend that speaks the endpoints of the SDK and keeps every request. */
export async function recordingBackend() {
  const requests = [];
  const server = await listen(async (request, reply) => {
    requests.push({ method: request.method, url: request.url, headers: request.headers, body: await bodyOf(request) });
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname.startsWith('/static/')) {
      const [, script] = /^\/static\/(?:[\d.]+\/)?([\w-]+)\.js$/.exec(pathname) ?? [];
      return sendFile(reply, script && `node_modules/posthog-js/dist/${script}.js`, 'application/javascript');
    }
    if (pathname.endsWith('/config')) return sendJson(reply, CONFIG);
    if (pathname.endsWith('/config.js')) {
      const config = JSON.stringify({ config: CONFIG, siteApps: [] });
      const script = `(window._POSTHOG_REMOTE_CONFIG ??= {})[${JSON.stringify(TOKEN)}] = ${config};`;
      return void reply.writeHead(200, { 'content-type': 'application/javascript' }).end(script);
    }
    if (pathname.startsWith('/flags')) return sendJson(reply, { flags: {}, errorsWhileComputingFlags: false, ...CONFIG });
    sendJson(reply, { status: 'Ok' });
  });
  return { ...server, requests };
}

/** The site: one page a bundle in dist/, and an API for the pages to call. */
export function site() {
  return listen(async (request, reply) => {
    await bodyOf(request);
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/api/book') return sendJson(reply, { ok: true, booked: needle('submit', 'patient').value });
    if (pathname.endsWith('.js')) return sendFile(reply, `dist${pathname}`, 'text/javascript');
    if (pathname.endsWith('.css')) return sendFile(reply, `dist${pathname}`, 'text/css');
    if (pathname === '/map.svg' || pathname.endsWith('.ico')) {
      return void reply.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg xmlns="http://www.w3.org/2000/svg"/>');
    }
    const name = pathname.slice(1);
    const styles = await readFile(`dist/${name}.css`).then(() => `<link rel="stylesheet" href="/${name}.css">`, () => '');
    const head = `<head><meta charset="utf-8"><title>Clinic</title>${styles}</head>`;
    const body = `<body style="margin:0"><div id="root"></div><script src="/${name}.js"></script></body>`;
    reply.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><html lang="en">${head}${body}</html>`);
  });
}

/** Keeps a copy of each request, passes it to `first`, and sends a copy to `second` in the same order. */
export async function tap(first, second) {
  const requests = [];
  const refused = [];
  let copies = Promise.resolve();
  const server = await listen(async (request, reply) => {
    const body = await bodyOf(request);
    const answer = await pass(first, request, body);
    if (request.method === 'POST') {
      requests.push({ method: request.method, url: request.url, headers: request.headers, body });
      copies = copies.then(() => pass(second, request, body)).catch((error) => refused.push(`the copy: ${error.message}`));
    }
    if (answer.status >= 300 && answer.status !== 304) refused.push(`${answer.status} ${request.method} ${request.url.slice(0, 80)}`);
    const { 'transfer-encoding': _, connection: __, ...headers } = answer.headers;
    reply.writeHead(answer.status, headers).end(answer.body);
  });
  return { ...server, requests, refused, settled: () => copies };
}

function pass(port, request, body) {
  return new Promise((resolve, reject) => {
    const { 'transfer-encoding': _, connection: __, ...headers } = request.headers;
    headers['content-length'] = body.length;
    const options = { host: '127.0.0.1', port, path: request.url, method: request.method, headers };
    const onward = httpRequest(options, async (answer) => {
      resolve({ status: answer.statusCode, headers: answer.headers, body: await bodyOf(answer) });
    });
    onward.on('error', reject);
    onward.end(body);
  });
}
