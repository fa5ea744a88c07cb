// A real SDK in a real browser records a visit through Blackbar.
//
//   browser -> tap -> blackbar -> recording upstream
//
// The tap keeps what the browser sent, so each run carries its own negative control: the secrets
// that must not arrive are shown to have set out.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, play, visit } from './lib/browser.mjs';
import { decodeBody, productEvents, readings, replayEvents, secretsIn } from './lib/decode.mjs';
import { startProxy } from './lib/proxy.mjs';
import { FORM, HARMLESS, SECRETS } from './lib/secrets.mjs';
import { recordingUpstream, site, tap } from './lib/servers.mjs';

const TOKEN = 'phc_browserTestBrowserTestBrowserTestBrowser01';
const OUT = fileURLToPath(new URL('out/', import.meta.url));
const SETTLE_MS = 20_000;
const ALL = Object.values(SECRETS);

const SDKS = { newest: 'posthog-js', 'a year old': 'posthog-js-old' };
const SETTINGS = {
  'SDK defaults': { masksInputs: true, options: {} },
  'inputs not masked by the SDK': { masksInputs: false, options: { session_recording: { maskAllInputs: false } } },
};

let browser;
let shop;
before(async () => {
  await mkdir(OUT, { recursive: true });
  [browser, shop] = await Promise.all([launch(), site()]);
});
after(async () => {
  await browser?.close();
  await shop?.close();
});

for (const [age, sdk] of Object.entries(SDKS)) {
  for (const [settings, { masksInputs, options }] of Object.entries(SETTINGS)) {
    describe(`${age} SDK, ${settings}`, () => {
      const run = {};
      const file = (name) => `${OUT}${sdk}-${masksInputs ? 'defaults' : 'unmasked'}-${name}.png`;

      before(async () => {
        Object.assign(run, await record({ sdk, options, screenshot: file('page') }));
      });
      after(() => run.proxy?.remove());

      test('the visit was recorded, and every request succeeded', () => {
        assert.deepEqual(run.errors, []);
        const refused = run.sent.filter(({ status }) => status >= 300).map(({ method, url, status }) => `${method} ${url} ${status}`);
        assert.deepEqual(refused, []);
        const kinds = kindsOf(recordingOf(run.received));
        for (const kind of ['4', '2', '3/0', '3/2', '3/5', '5', '6']) assert.ok(kinds.has(kind), `no event of kind ${kind}`);
      });

      test('the browser did send the secrets', () => {
        const found = secretsIn(allReadings(run.sent), ALL);
        const expected = ALL.filter(({ reaches }) => reaches({ masksInputs }));
        assert.deepEqual(names(expected.filter((secret) => !found.has(secret))), []);
      });

      test('no secret arrives in any decoding of any request', () => {
        assert.deepEqual(leaks(run.received), []);
      });

      test('no prefix of a typed secret arrives', () => {
        const beginnings = (requests) =>
          FORM.filter(({ secret, around: [lead] = [''] }) => typedTexts(requests).some((text) => text.startsWith(lead + secret.value.slice(0, 3))));
        assert.equal(beginnings(run.sent).length, masksInputs ? 0 : FORM.length - 1, 'all but the password set out');
        assert.deepEqual(beginnings(run.received), []);
      });

      test('text that is not personal arrives unchanged', () => {
        const texts = [...allReadings(run.received)];
        for (const text of HARMLESS) assert.ok(texts.includes(text), text);
      });

      test('origin and user agent are forwarded, cookies are not', () => {
        for (const { headers, url } of run.received) {
          assert.equal(headers.cookie, undefined, url);
          assert.equal(headers.host, run.upstreamAddress, url);
          if (url.startsWith('/static/')) continue; // the same for everyone, so nothing needs to be said
          assert.match(headers['user-agent'], /Chrome/, url);
          if (!url.startsWith('/array/')) assert.equal(headers.origin, shop.url, url);
          if (!url.startsWith('/array/')) assert.ok(headers.referer.startsWith(shop.url), url);
        }
      });

      test('the other region receives nothing', () => {
        assert.equal(run.elsewhere.length, 0);
      });

      test('the recording keeps its events, order, ids and timestamps', () => {
        assert.deepEqual(recordingOf(run.received).map(skeleton), recordingOf(run.sent).map(skeleton));
      });

      test('ordinary events keep their names, order, uuids and times', () => {
        const outline = ({ event, uuid, timestamp, offset }) => ({ event, uuid, timestamp, offset });
        const received = everyEventOf(run.received).map(outline);
        assert.deepEqual(received, everyEventOf(run.sent).map(outline));
        for (const name of ['$snapshot', '$pageview', '$autocapture', '$identify', 'order placed']) {
          assert.ok(received.some(({ event }) => event === name), `no ${name}`);
        }
      });

      test('sessions and people stay distinct or equal as before', () => {
        const idsOf = (requests) => {
          const order = new Map();
          const number = (id) => order.get(id) ?? (order.set(id, order.size), order.size - 1);
          return everyEventOf(requests).map(({ properties, distinct_id }) =>
            [properties.$session_id, properties.$window_id, properties.distinct_id ?? distinct_id].map(number));
        };
        assert.deepEqual(idsOf(run.received), idsOf(run.sent));
      });

      test('the redacted recording plays as the original does', async () => {
        const original = await play(browser, { siteUrl: shop.url, events: recordingOf(run.sent), screenshot: file('before') });
        const redacted = await play(browser, { siteUrl: shop.url, events: recordingOf(run.received), screenshot: file('after') });
        const seen = new Set(original.complaints);
        assert.deepEqual(redacted.complaints.filter((complaint) => !seen.has(complaint)), []);
        assert.equal(redacted.elements, original.elements);
        assert.equal(redacted.totalTime, original.totalTime);
        const texts = ({ text, html, fields }) => [text, html, ...fields.map(({ value }) => value)];
        assert.ok(secretsIn(texts(original), [SECRETS.splitEmail]).size === 1, 'the original shows the split e-mail');
        assert.deepEqual(names(secretsIn(texts(redacted), ALL)), []);
        for (const text of HARMLESS) assert.ok(redacted.text.includes(text), text);
        assert.deepEqual(redacted.fields.map(({ id, checked }) => [id, checked]), original.fields.map(({ id, checked }) => [id, checked]));
      });

      test('no secret is in logs, metrics, audit or replies, and the audit verifies', async () => {
        assert.deepEqual(run.exit, { code: 0, signal: null });
        const records = await run.proxy.auditFiles();
        assert.ok(records.join('').includes('"'), 'the audit holds records');
        const replies = run.sent.map(({ reply }) => reply.toString('utf8'));
        for (const [place, texts] of Object.entries({ log: [run.proxy.output()], metrics: [run.metrics], audit: records, replies })) {
          assert.deepEqual(names(secretsIn(texts, ALL)), [], place);
        }
        await run.proxy.verifyAudit();
      });
    });
  }
}

async function record({ sdk, options, screenshot }) {
  const upstreams = [await recordingUpstream({ token: TOKEN, sdk }), await recordingUpstream({ token: TOKEN, sdk })];
  const [home, away] = upstreams;
  let proxy;
  let listener;
  try {
    proxy = await startProxy({ token: TOKEN, home: home.url, away: away.url });
    listener = await tap(proxy.url);
    const sent = listener.exchanges;
    const settled = (reached, what) => waitUntil(() => reached(stateOf(answered(sent))), what, () => JSON.stringify(stateOf(sent)));
    const { errors } = await visit(browser, { siteUrl: shop.url, apiHost: listener.url, token: TOKEN, options, screenshot, settled });
    await waitUntil(() => answered(sent).length === sent.length, 'the last answers');
    await listener.close();
    const metrics = await proxy.metrics();
    const exit = await proxy.stop();
    const received = inOrderOf(sent, home.requests);
    return { proxy, errors, metrics, exit, sent, received, elsewhere: away.requests, upstreamAddress: home.address };
  } catch (error) {
    await proxy?.stop();
    await proxy?.remove();
    throw error;
  } finally {
    await Promise.all([listener?.close(), ...upstreams.map((upstream) => upstream.close())]);
  }
}

const answered = (exchanges) => exchanges.filter(({ status }) => status !== undefined);

/** Requests that were under way together may overtake each other: sorts them as they set out. */
function inOrderOf(sent, received) {
  const key = (request) => everyEventOf([request])[0]?.uuid ?? `${request.method} ${request.url}`;
  const places = new Map(sent.map((request, place) => [key(request), place]));
  const place = (request) => places.get(key(request)) ?? sent.length;
  return received.toSorted((a, b) => place(a) - place(b));
}

/** What the browser has sent so far, as the visit waits for it. */
function stateOf(requests) {
  const kinds = kindsOf(recordingOf(requests));
  const plugins = new Set(recordingOf(requests).filter(({ type }) => type === 6).map(({ data }) => data.plugin));
  const events = new Set(eventsOf(requests).map(({ event }) => event));
  return {
    fullSnapshot: kinds.has('2'),
    inputs: kinds.has('3/5'),
    mutations: secretsIn(allReadings(requests), [SECRETS.mutationText]).size === 1,
    console: plugins.has('rrweb/console@1'),
    network: secretsIn(allReadings(requests), [SECRETS.requestBody]).size === 1,
    events: events.has('order placed') && events.has('$identify'),
    leave: events.has('$pageleave'),
  };
}

async function waitUntil(reached, what, state = () => '') {
  for (const start = Date.now(); !reached(); ) {
    if (Date.now() - start > SETTLE_MS) throw new Error(`waited in vain for ${what}; ${state()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const posts = (requests, isPath) => requests.filter(({ method, url }) => method === 'POST' && isPath(new URL(url, 'http://localhost').pathname));
const isReplay = (path) => path === '/s/';
const isCapture = (path) => ['/e/', '/i/v0/e/', '/batch/'].includes(path);
const recordingOf = (requests) => posts(requests, isReplay).flatMap((request) => replayEvents(decodeBody(request)));
const eventsOf = (requests) => posts(requests, isCapture).flatMap((request) => productEvents(decodeBody(request)));
const everyEventOf = (requests) => [
  ...posts(requests, isReplay).flatMap((request) => [decodeBody(request)].flat()),
  ...eventsOf(requests),
];
const typedTexts = (requests) => recordingOf(requests).filter(({ type, data }) => type === 3 && data.source === 5).map(({ data }) => data.text);
const kindsOf = (events) => new Set(events.map(({ type, data }) => (type === 3 ? `3/${data.source}` : String(type))));
const allReadings = (requests) => new Set(requests.flatMap((request) => [...readings(request)]));
const names = (secrets) => [...secrets].map(({ name }) => name).sort();

function leaks(requests) {
  return requests.flatMap((request) =>
    [...secretsIn(readings(request), ALL)].map(({ name }) => `${name} in ${request.method} ${new URL(request.url, 'http://localhost').pathname}`),
  );
}

/** An event without its texts: types, timestamps, node ids and the shape of trees. */
function skeleton({ type, timestamp, data }) {
  return { type, timestamp, source: data?.source, ids: idsIn(data) };
}

function idsIn(data) {
  const ids = [];
  const rest = [data];
  while (rest.length > 0) {
    const node = rest.pop();
    if (node === null || typeof node !== 'object') continue;
    for (const [key, value] of Object.entries(node)) {
      if (['id', 'parentId', 'nextId', 'previousId'].includes(key) && typeof value === 'number') ids.push(`${key}=${value}`);
      else rest.push(value);
    }
  }
  return ids;
}
