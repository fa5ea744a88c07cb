// The three servers around the proxy: the page, the backend that records, and the tap that notes
// what the browser sent before the proxy has touched it.

import { createServer, request as httpRequest } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SECRETS } from './secrets.mjs';

const CAPTURE = ['/s/', '/e/', '/i/v0/e/', '/batch/'];
const HERE = fileURLToPath(new URL('..', import.meta.url));

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
    address: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A backend that speaks the capture endpoints and keeps every request as it came. */
export async function recordingUpstream({ token, sdk }) {
  const requests = [];
  const server = await listen(async (request, reply) => {
    const record = { method: request.method, url: request.url, headers: request.headers, body: await bodyOf(request) };
    requests.push(record);
    allowOrigin(request, reply);
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (request.method === 'OPTIONS') return void reply.writeHead(204).end();
    if (pathname.startsWith('/static/')) return sendScript(reply, sdk, pathname);
    if (pathname === `/array/${token}/config`) return sendJson(reply, remoteConfig());
    if (pathname === `/array/${token}/config.js`) return sendConfigScript(reply, token);
    if (pathname.startsWith('/flags')) return sendJson(reply, { flags: {}, errorsWhileComputingFlags: false, ...remoteConfig() });
    if (CAPTURE.includes(pathname) && searchParams.get('beacon') === '1') return void reply.writeHead(204).end();
    if (CAPTURE.includes(pathname)) return sendJson(reply, { status: 'Ok' });
    reply.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  });
  return { ...server, requests };
}

function allowOrigin(request, reply) {
  reply.setHeader('vary', 'Origin, Referer');
  if (request.headers.origin === undefined) return;
  reply.setHeader('access-control-allow-origin', request.headers.origin);
  reply.setHeader('access-control-allow-credentials', 'true');
  reply.setHeader('access-control-allow-methods', 'GET, POST, OPTIONS');
  reply.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? 'content-type');
}

function remoteConfig() {
  return {
    supportedCompression: ['gzip', 'gzip-js'],
    analytics: { endpoint: '/i/v0/e/' },
    sessionRecording: {
      endpoint: '/s/',
      recorderVersion: 'v2',
      consoleLogRecordingEnabled: true,
      networkPayloadCapture: { recordHeaders: true, recordBody: true },
      sampleRate: null,
      minimumDurationMilliseconds: null,
      linkedFlag: null,
    },
    capturePerformance: { network_timing: true, web_vitals: false },
    autocapture_opt_out: false,
    autocaptureExceptions: false,
    heatmaps: true,
    surveys: false,
    elementsChainAsString: true,
    defaultIdentifiedOnly: true,
    hasFeatureFlags: true,
    siteApps: [],
  };
}

function sendJson(reply, value) {
  const body = JSON.stringify(value);
  // The SDK does not read bodies of unknown length.
  reply.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
}

function sendConfigScript(reply, token) {
  const config = JSON.stringify({ config: remoteConfig(), siteApps: [] });
  const script = `(function(){window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};window._POSTHOG_REMOTE_CONFIG[${JSON.stringify(token)}]=${config};})();`;
  reply.writeHead(200, { 'content-type': 'application/javascript' }).end(script);
}

/** `/static/KIND.js` and `/static/VERSION/KIND.js`, from the SDK's own package. */
async function sendScript(reply, sdk, pathname) {
  const [, kind] = /^\/static\/(?:[\d.]+\/)?([\w-]+)\.js$/.exec(pathname) ?? [];
  const script = kind && (await readFile(`${HERE}node_modules/${sdk}/dist/${kind}.js`).catch(() => undefined));
  if (!script) return void reply.writeHead(404).end();
  reply.writeHead(200, { 'content-type': 'application/javascript' }).end(script);
}

/** Passes everything on to `target` unchanged and keeps a copy: what the browser really sent. */
export async function tap(target) {
  const exchanges = [];
  const server = await listen(async (request, reply) => {
    const body = await bodyOf(request);
    const exchange = { method: request.method, url: request.url, headers: request.headers, body, status: undefined, reply: undefined };
    exchanges.push(exchange);
    const answer = await pass(target, request, body);
    exchange.status = answer.status;
    exchange.reply = answer.body;
    reply.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return { ...server, exchanges };
}

function pass(target, request, body) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(target);
    const headers = { ...request.headers };
    delete headers['transfer-encoding'];
    delete headers.connection;
    if (body.length > 0) headers['content-length'] = String(body.length);
    const onward = httpRequest({ hostname, port, path: request.url, method: request.method, headers }, async (answer) => {
      const { 'transfer-encoding': _, connection: __, ...kept } = answer.headers;
      resolve({ status: answer.statusCode, headers: kept, body: await bodyOf(answer) });
    });
    onward.on('error', reject);
    onward.end(body);
  });
}

/** The recorded site: the page, the player's page, and an API for the page to call. */
export async function site() {
  const files = {
    '/': ['page/shop.html', 'text/html; charset=utf-8'],
    '/shop.js': ['page/shop.js', 'text/javascript'],
    '/player': ['page/player.html', 'text/html; charset=utf-8'],
    '/rrweb.js': ['node_modules/rrweb/umd/rrweb.min.js', 'text/javascript'],
    '/rrweb.css': ['node_modules/rrweb/dist/style.css', 'text/css'],
  };
  return listen(async (request, reply) => {
    await bodyOf(request);
    const { pathname } = new URL(request.url, 'http://localhost');
    if (pathname === '/api/customer') {
      return sendJson(reply, { contactPhone: SECRETS.responsePhone.value, contact: SECRETS.responseEmail.value, items: 3 });
    }
    if (pathname === '/avatar') {
      return void reply.writeHead(200, { 'content-type': 'image/svg+xml' }).end(AVATAR);
    }
    const [file, type] = files[pathname] ?? files['/']; // every other path is a route of the page
    let content = await readFile(HERE + file);
    if (file.startsWith('page/')) content = plant(content.toString('utf8'));
    reply.writeHead(200, { 'content-type': type, 'referrer-policy': 'unsafe-url' }).end(content);
  });
}

function plant(template) {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => SECRETS[name].value);
}

const AVATAR = '<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><circle cx="24" cy="24" r="22" fill="#6a8"/></svg>';
