// Opens everything that can be opened in a request, so that a secret has nowhere to hide:
// the outer encoding, compressed fields, JSON in strings, percent-encoding, base64.

import { gunzipSync, inflateSync } from 'node:zlib';

const MAX_DEPTH = 6;

/** The JSON of a capture body, whatever it was wrapped in. */
export function decodeBody({ url, headers, body }) {
  const query = new URL(url, 'http://localhost').searchParams;
  let bytes = query.get('data') ? Buffer.from(query.get('data')) : body;
  if (bytes.length === 0) return undefined;
  if (headers['content-type'] === 'application/x-www-form-urlencoded') {
    const form = new URLSearchParams(bytes.toString('latin1'));
    bytes = Buffer.from(form.get('data') ?? '', 'base64');
  }
  return JSON.parse(unzip(bytes).toString('utf8'));
}

function unzip(bytes) {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
}

/** The rrweb events of the `$snapshot` events in a decoded body, compressed fields opened. */
export function replayEvents(decoded) {
  return asArray(decoded)
    .filter((event) => event?.event === '$snapshot')
    .flatMap((event) => asArray(event.properties.$snapshot_data))
    .map(openCompressed);
}

/** The product events in a decoded body: all but recordings. */
export function productEvents(decoded) {
  const batch = Array.isArray(decoded) ? decoded : (decoded?.batch ?? [decoded]);
  return batch.filter((event) => typeof event?.event === 'string' && event.event !== '$snapshot');
}

/** The event with its compressed fields opened. */
export function openCompressed(event) {
  if (event.cv === undefined) return event;
  if (event.cv !== '2024-10') throw new Error(`unknown cv ${event.cv}`);
  const { cv, ...opened } = event;
  const open = (field) => JSON.parse(gunzipSync(Buffer.from(field, 'latin1')).toString('utf8'));
  if (event.type === 2) return { ...opened, data: open(event.data) };
  const data = { ...event.data };
  const fields = event.data.source === 0 ? ['texts', 'attributes', 'removes', 'adds'] : ['adds', 'removes'];
  for (const field of fields) if (typeof data[field] === 'string') data[field] = open(data[field]);
  return { ...opened, data };
}

/** Every string of a request, in every reading of it: URL, header values, keys, numbers, strings. */
export function readings(request) {
  const found = new Set();
  read(request.url, found, 0);
  for (const [name, value] of Object.entries(request.headers)) {
    for (const one of asArray(value)) read(`${name}: ${one}`, found, 0), read(one, found, 0);
  }
  if (request.body.length > 0) {
    read(unzip(request.body).toString('utf8'), found, 0);
    read(request.body.toString('latin1'), found, 0);
    const decoded = tryTo(() => decodeBody(request));
    if (decoded !== undefined) readTree(decoded, found, 0);
  }
  return found;
}

function read(text, found, depth) {
  if (text.length === 0 || depth > MAX_DEPTH || found.has(text)) return;
  found.add(text);
  for (const opened of openings(text)) {
    if (typeof opened === 'string') read(opened, found, depth + 1);
    else readTree(opened, found, depth + 1);
  }
}

function readTree(tree, found, depth) {
  const rest = [tree];
  while (rest.length > 0) {
    const node = rest.pop();
    if (typeof node === 'string') read(node, found, depth);
    else if (typeof node === 'number') found.add(String(node));
    else if (Array.isArray(node)) for (const item of node) rest.push(item);
    else if (node !== null && typeof node === 'object') {
      for (const [key, value] of Object.entries(node)) rest.push(key, value);
    }
  }
}

function* openings(text) {
  if (text.startsWith('\x1f\x8b')) {
    const inner = tryTo(() => gunzipSync(Buffer.from(text, 'latin1')).toString('utf8'));
    if (inner !== undefined) yield inner;
    return;
  }
  if (/^\s*[[{"]/.test(text)) {
    const tree = tryTo(() => JSON.parse(text));
    if (tree !== undefined && tree !== text) yield tree;
  }
  if (text.includes('%')) {
    const plain = tryTo(() => decodeURIComponent(text.replaceAll('+', ' ')));
    if (plain !== undefined && plain !== text) yield plain;
  }
  if (/&(#|\w+;)/.test(text)) {
    const plain = text
      .replace(/&#x([0-9a-f]+);/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
      .replace(/&#(\d+);/g, (_, decimal) => String.fromCodePoint(Number(decimal)))
      .replaceAll('&amp;', '&');
    if (plain !== text) yield plain;
  }
  if (text.length >= 16 && text.length % 4 === 0 && /^[\w+/-]+={0,2}$/.test(text)) {
    const bytes = Buffer.from(text, 'base64');
    const inner = tryTo(() => unzip(bytes)) ?? tryTo(() => inflateSync(bytes)) ?? bytes;
    const plain = inner.toString('utf8');
    if (!plain.includes('\ufffd')) yield plain;
  }
}

/** The secrets that occur in any of the given texts, as sent or with their separators removed. */
export function secretsIn(texts, secrets) {
  const wanted = secrets.map((secret) => ({ secret, plain: secret.value.toLowerCase(), bare: bareDigits(secret.value) }));
  const found = new Set();
  for (const text of texts) {
    const plain = text.toLowerCase();
    const bare = /\d{3}/.test(text) && text.length < 100_000 ? text.replace(/[\s\u00a0().+-]/g, '').toLowerCase() : undefined;
    for (const { secret, plain: value, bare: digits } of wanted) {
      if (found.has(secret)) continue;
      if (plain.includes(value) || (digits && bare?.includes(digits))) found.add(secret);
    }
  }
  return found;
}

/** The digits of a value that is nothing but digits and separators and long enough to be no accident. */
function bareDigits(value) {
  if (!/^[\d\s()+.-]+$/.test(value) || /^\d+\.\d+\.\d+\.\d+$/.test(value)) return undefined;
  const digits = value.replace(/\D/g, '');
  return digits.length >= 9 ? digits : undefined;
}

function asArray(value) {
  return Array.isArray(value) ? value : [value];
}

function tryTo(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
