// Looks for every value in what was sent and in what arrived, and writes each place to out/hits.json.
//
// A place is an option if it is in a list that every visitor sees, and initial if the value was there before the
// visitor came to its widget. Neither says what the visitor chose.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import { Dom } from './lib/dom.mjs';
import { needlesIn, spells, texts } from './lib/search.mjs';
import { NEEDLES } from './src/needles.mjs';
import './src/values.mjs';

const [META, CUSTOM, PLUGIN, SNAPSHOT, INCREMENTAL] = [4, 5, 6, 2, 3];
const [MUTATION, INPUT] = [0, 5];

const hits = [];
for (const file of (await readdir('out')).filter((name) => /-(default|unmasked)\.json$/.test(name))) {
  const recording = JSON.parse(await readFile(`out/${file}`));
  for (const where of ['sent', 'balanced', 'strict']) hits.push(...scan(recording, where));
}
await writeFile('out/hits.json', JSON.stringify(hits, null, 1));

function scan({ name, mode, marks, ...decoded }, where) {
  const { replay, events, urls } = decoded[where];
  const visited = new Map(marks.map((mark) => [mark.id, mark]));
  const needles = NEEDLES.filter(({ widget }) => visited.has(widget));
  const found = new Map();
  const look = (text, surface, place, { isOption = false, at = 0 } = {}) => {
    for (const { widget, field, kind } of needlesIn(text, needles)) {
      const key = [widget, field, surface, place].join('\n');
      if (!found.has(key)) found.set(key, { page: name, mode, where, widget, field, kind, surface, place, isOption, isInitial: true, count: 0 });
      const hit = found.get(key);
      hit.count += 1;
      if (at === 0 || at >= visited.get(widget).from) hit.isInitial = false;
    }
  };

  const dom = new Dom();
  const lookAtNode = (node, surface, at) => {
    const { place, isOption } = dom.place(node.id);
    if (node.type === 3 && node.textContent) look(node.textContent, `${surface} text`, place, { isOption, at });
    lookAtAttributes(node.id, node.attributes, surface, at);
    for (const child of node.childNodes ?? []) lookAtNode(child, surface, at);
  };
  const lookAtAttributes = (id, attributes = {}, surface, at) => {
    const { place, isOption } = dom.place(id);
    for (const [key, value] of Object.entries(attributes)) {
      look(typeof value === 'string' ? value : JSON.stringify(value), `${surface} attribute ${key}`, place, { isOption, at });
    }
  };
  const lookAtAll = (value, surface, at) => {
    for (const [text, path] of texts(value)) look(text, surface, path, { at });
  };

  for (const { type, data, timestamp: at } of replay) {
    if (type === SNAPSHOT) {
      dom.load(data.node);
      lookAtNode(data.node, 'snapshot', at);
    } else if (type === INCREMENTAL && data.source === MUTATION) {
      dom.mutate(data);
      for (const { node } of data.adds ?? []) lookAtNode(node, 'added', at);
      for (const { id, value } of data.texts ?? []) {
        const { place, isOption } = dom.place(id);
        look(value ?? '', 'changed text', place, { isOption, at });
      }
      for (const { id, attributes } of data.attributes ?? []) lookAtAttributes(id, attributes, 'changed', at);
    } else if (type === INCREMENTAL && data.source === INPUT) {
      look(data.text ?? '', 'input', dom.place(data.id).place, { at });
    } else if (type === META) lookAtAll(data, 'meta', at);
    else if (type === CUSTOM) lookAtAll(data, `custom ${data.tag ?? ''}`, at);
    else if (type === PLUGIN) lookAtAll(data.payload, data.plugin ?? 'plugin', at);
    else lookAtAll(data, `incremental ${data?.source}`, at);
  }
  for (const event of events) lookAtAll(event, `event ${event.event}`, Date.parse(event.timestamp) || 0);
  for (const url of urls) look(url, 'request URL', url.split('?')[0]);

  const all = [...found.values()];
  for (const needle of needles) {
    const { widget, field, kind } = needle;
    const isFound = all.some((hit) => hit.widget === widget && hit.field === field);
    if (isFound || !spells(dom.sectionText(widget), needle)) continue;
    all.push({ page: name, mode, where, widget, field, kind, surface: 'joined text', place: 'section', isOption: false, isInitial: false, count: 1 });
  }
  return all;
}
