// Records each page, once with the defaults of the SDK and once with `maskAllInputs: false`:
//
//   browser -> tap -> blackbar (balanced) -> backend
//                \--> blackbar (strict)   -> backend
//
// Writes out/PAGE-MODE.json: what was sent, and what arrived under each preset. Arguments name the pages.

import puppeteer from 'puppeteer-core';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { decodeBody, productEvents, replayEvents } from '../browser/lib/decode.mjs';
import { startProxy } from './lib/proxy.mjs';
import { TOKEN, recordingBackend, site, tap } from './lib/servers.mjs';
import { Visitor, sleep } from './lib/visitor.mjs';

const MODES = { default: {}, unmasked: { maskAllInputs: false } };
const CAPTURE_BODIES = { _forceAllowLocalhostNetworkCapture: true, recordHeaders: true, recordBody: true };
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];
const START_MS = 15_000;
// The SDK sends a recording every two seconds.
const FLUSH_MS = 2800;

const pages = (await readdir('fill')).map((file) => file.replace('.mjs', ''));
const only = process.argv.slice(2);
const unknown = only.filter((name) => !pages.includes(name));
if (unknown.length > 0) throw new Error(`no such page: ${unknown}`);

await rm('out', { recursive: true, force: true });
await mkdir('out');
const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
const pagesOfSite = await site();
for (const name of only.length > 0 ? only : pages) {
  for (const mode of Object.keys(MODES)) {
    // On a busy machine a widget may miss keys; one more try tells that from a widget that changed.
    if (!(await record(name, mode))) await record(name, mode);
  }
}
await browser.close();
pagesOfSite.close();

/** Records one page. Whether every value was seen in its widget. */
async function record(name, mode) {
  const backends = [await recordingBackend(), await recordingBackend()];
  const proxies = [await startProxy('balanced', backends[0].url), await startProxy('strict', backends[1].url)];
  const between = await tap(proxies[0].port, proxies[1].port);

  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport({ width: 1240, height: 1000 });
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error.message).slice(0, 160)));
  const setup = { token: TOKEN, apiHost: between.url, options: { session_recording: { ...MODES[mode], ...CAPTURE_BODIES } } };
  await page.evaluateOnNewDocument((setup) => (window.SETUP = setup), setup);
  await page.goto(`${pagesOfSite.url}/${name}`);
  await page.waitForFunction(() => window.posthog?.sessionRecordingStarted(), { timeout: START_MS });
  await sleep(600);

  const visitor = new Visitor(page);
  const { fill } = await import(`./fill/${name}.mjs`);
  await fill(visitor);
  await sleep(500);
  await page.screenshot({ path: `out/${name}-${mode}.png`, fullPage: true });
  await sleep(FLUSH_MS);
  await page.goto('about:blank');
  await sleep(700);
  await between.settled();

  const [sent, balanced, strict] = [between, ...backends].map(({ requests }) => decoded(requests));
  const { marks } = visitor;
  await writeFile(`out/${name}-${mode}.json`, JSON.stringify({ name, mode, marks, errors, refused: between.refused, sent, balanced, strict }));
  const events = [sent, balanced, strict].map(({ replay }) => replay.length);
  console.log(`${name}, ${mode}: ${events.join(' / ')} replay events sent / balanced / strict`);
  for (const problem of [...errors, ...between.refused]) console.log(`   ${problem}`);
  const unseen = marks.filter(({ wanted, filled }) => filled.length < wanted.length);
  for (const { id, error } of unseen) console.log(`   ${id}: a value is not there after typing ${error ?? ''}`);

  await context.close();
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  for (const server of [between, ...backends]) server.close();
  return unseen.length === 0;
}

/** The replay events, the other events and the URLs of requests. */
function decoded(requests) {
  const result = { replay: [], events: [], urls: requests.map(({ url }) => url) };
  for (const request of requests) {
    if (request.method !== 'POST') continue;
    const body = decodeBody(request);
    if (body === undefined) continue;
    result.replay.push(...replayEvents(body));
    result.events.push(...productEvents(body));
  }
  return result;
}
