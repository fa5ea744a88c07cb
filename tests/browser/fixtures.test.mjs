// Every fixture that is a recording plays after it was redacted as it did before.
//
// The real binary redacts all of them at once, each as a window of its own. What the original
// complains of in the player, the redacted one may complain of too, and of nothing else.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch, openPlayer } from './lib/browser.mjs';
import { openCompressed } from './lib/decode.mjs';
import { BINARY } from './lib/proxy.mjs';
import { site } from './lib/servers.mjs';

const DIR = fileURLToPath(new URL('../data/fixtures/', import.meta.url));
const POLICIES = {
  'the policy of the fixtures': join(DIR, 'fixtures.toml'),
  strict: '[rules]\npacks = ["all"]\n[redaction]\npreset = "strict"\n',
};

const recordings = await readRecordings();
const originals = new Map();
let browser;
let server;
let player;
before(async () => {
  [browser, server] = await Promise.all([launch(), site()]);
  player = await openPlayer(browser, server.url);
  for (const [name, events] of recordings) originals.set(name, await player.play(events));
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test('the player shows the original recordings', () => {
  assert.ok(recordings.size > 40, `only ${recordings.size} recordings`);
  for (const [name, { elements }] of originals) assert.ok(elements > 2, `${name} shows nothing`);
});

test('a broken recording is reported as broken', async () => {
  const [events] = recordings.values();
  const broken = structuredClone(events);
  for (const event of broken) if (event.type === 2) event.data.node.childNodes.at(-1).tagName = '***';
  assert.notDeepEqual((await player.play(broken)).complaints, (await player.play(events)).complaints);
});

for (const [policy, config] of Object.entries(POLICIES)) {
  describe(`redacted under ${policy}`, () => {
    const redacted = new Map();
    before(async () => {
      for (const [name, events] of await redactAll(config)) redacted.set(name, events);
    });

    test('every fixture comes back with all its events', () => {
      const outline = ([name, events]) => [name, events.map(({ type, timestamp }) => [type, timestamp])];
      assert.deepEqual([...redacted].map(outline), [...recordings].map(outline));
    });

    // Strict masks such strings whole.
    test('HTML in strings keeps its elements and attributes', { skip: policy === 'strict' }, async () => {
      const pairs = [...recordings].flatMap(([name, events]) => [...edited(events, redacted.get(name))]);
      const html = pairs.filter(([from]) => /<[a-z][^>]*>/i.test(from));
      assert.ok(html.length > 3, `only ${html.length} strings of HTML were edited`);
      for (const [from, to] of html) assert.deepEqual(await outline(to), await outline(from));
    });

    for (const name of recordings.keys()) {
      test(name, async () => {
        const original = originals.get(name);
        const shown = await player.play(redacted.get(name));
        const known = new Set(original.complaints);
        assert.deepEqual(shown.complaints.filter((complaint) => !known.has(complaint)), []);
        assert.equal(shown.elements, original.elements - blocked(recordings.get(name)), 'elements');
        assert.equal(shown.totalTime, original.totalTime);
      });
    }
  });
}

/** The strings that redaction changed, before and after. */
function* edited(before, after) {
  if (typeof before === 'string' && typeof after === 'string' && before !== after) {
    // The console writes what was logged as JSON.
    if (before.startsWith('"')) yield* edited(JSON.parse(before), JSON.parse(after));
    else yield [before, after];
  }
  if (before === null || typeof before !== 'object' || after === null || typeof after !== 'object') return;
  for (const key of Object.keys(before)) if (key in after) yield* edited(before[key], after[key]);
}

/** What a browser makes of a text that is HTML: each element, with the names of its attributes. */
function outline(html) {
  return player.page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'text/html');
    return [...parsed.querySelectorAll('*')].map((element) => [element.tagName, ...element.getAttributeNames().sort()].join(' '));
  }, html);
}

/** Elements that stand in a blocked one: a placeholder stands for all of them. */
function blocked(events) {
  const isBlocked = ({ attributes }) => /(^|\s)(ph-no-capture|rr-block)(\s|$)/.test(attributes?.class ?? '');
  const count = (node, inside) =>
    (inside && node.type === 2 ? 1 : 0) + (node.childNodes ?? []).reduce((n, child) => n + count(child, inside || isBlocked(node)), 0);
  const last = events.filter(({ type }) => type === 2).at(-1);
  return count(last.data.node, false);
}

/** The fixtures that a player takes: events of a page, with its size and a full snapshot. */
async function readRecordings() {
  const found = new Map();
  for (const file of (await readdir(DIR)).filter((name) => name.endsWith('.json') && name !== 'MANIFEST.json').sort()) {
    const events = eventsOf(JSON.parse(await readFile(join(DIR, file), 'utf8')));
    const isWhole = events.length > 1 && events.some(({ type }) => type === 4) && events.some(({ type, data }) => type === 2 && data.node);
    if (isWhole) found.set(file, events);
  }
  return found;
}

/** The rrweb events of a fixture: its own, or those of the first request that holds some. */
function eventsOf(fixture) {
  if (!Array.isArray(fixture)) return [];
  const [first] = fixture;
  const events = first?.event === '$snapshot' ? first.properties.$snapshot_data : fixture;
  try {
    return events.map(openCompressed);
  } catch {
    return []; // the fixtures that are corrupt on purpose
  }
}

/** Redacts all recordings in one run, one window a line. */
async function redactAll(config) {
  const dir = await mkdtemp(join(tmpdir(), 'blackbar-fixtures-'));
  try {
    const [input, written] = [join(dir, 'all.jsonl'), join(dir, 'policy.toml')];
    const lines = [...recordings].map(([window_id, data]) => JSON.stringify({ window_id, data }));
    await writeFile(input, lines.join('\n'));
    if (config.includes('\n')) await writeFile(written, config);
    const file = config.includes('\n') ? written : config;
    const output = await run([BINARY, 'redact', '--config', file, input]);
    return output.trim().split('\n').map((line) => JSON.parse(line)).map(({ window_id, data }) => [window_id, data]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function run([program, ...args]) {
  return new Promise((resolve, reject) => {
    execFile(program, args, { maxBuffer: 1 << 28 }, (error, stdout, stderr) => (error ? reject(new Error(`${error.message}\n${stderr}`)) : resolve(stdout)));
  });
}
