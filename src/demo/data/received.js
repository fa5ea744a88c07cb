// Shows a recording as the backend has it: played by rrweb's Replayer if the SDK's directory
// has one, otherwise rebuilt here. Nothing in a recording is ever run or fetched.

const byId = (id) => document.getElementById(id);
const read = async (url) => (await fetch(url)).json();
const Replayer = await import('/sdk/rrweb.js').then((rrweb) => rrweb.Replayer, () => undefined);
const WIDTH = 640;

function element(tag, properties = {}) {
  return Object.assign(document.createElement(tag), properties);
}

/** The size of the recorded page. */
function sizeOf(events) {
  const meta = events.find(({ type }) => type === 4)?.data ?? {};
  return { width: meta.width || 1024, height: meta.height || 768 };
}

function view(title, events) {
  const { width, height } = sizeOf(events);
  const screen = element('div', { className: 'screen' });
  screen.style.height = `${(height * WIDTH) / width}px`;
  const outer = element('div', { className: 'view' });
  outer.append(element('h2', { textContent: title }), screen);
  byId('views').append(outer);
  if (Replayer && events.length > 1) {
    const replayer = new Replayer(events, { root: screen, mouseTail: false, showWarning: false, triggerFocus: false });
    replayer.wrapper.style.transform = `scale(${WIDTH / width})`;
    // The last event happens at the very end; a player stops before it.
    replayer.pause(replayer.getMetaData().totalTime + 1);
    const again = element('button', { textContent: 'Play' });
    again.addEventListener('click', () => replayer.play(0));
    outer.append(again);
  } else {
    const frame = element('iframe', { srcdoc: '<!doctype html><html></html>', width, height });
    frame.setAttribute('sandbox', 'allow-same-origin');
    frame.style.transform = `scale(${WIDTH / width})`;
    frame.addEventListener('load', () => rebuild(frame.contentDocument, events), { once: true });
    screen.append(frame);
  }
}

const LEFT_OUT = new Set(['script', 'noscript', 'iframe', 'object', 'embed', 'link', 'meta', 'base']);
const FETCHED = new Set(['src', 'href', 'srcset', 'action', 'formaction', 'poster', 'data', 'xlink:href']);

/** Rebuilds the document as it is at the end of a recording. */
function rebuild(target, events) {
  const nodes = new Map();
  const build = (node) => {
    const built = make(target, node);
    if (!built) return undefined;
    nodes.set(node.id, built);
    for (const child of node.childNodes ?? []) {
      const inner = build(child);
      if (inner) built.append(inner);
    }
    return built;
  };
  for (const { type, data } of events) {
    if (type === 2) {
      nodes.clear();
      const html = data.node?.childNodes?.find(({ tagName }) => tagName === 'html');
      if (html) target.replaceChild(build(html), target.documentElement);
    } else if (type === 3 && data.source === 0) {
      for (const { id } of data.removes ?? []) nodes.get(id)?.remove();
      for (const { parentId, nextId, node } of data.adds ?? []) {
        const built = build(node);
        if (built) nodes.get(parentId)?.insertBefore(built, nodes.get(nextId) ?? null);
      }
      for (const { id, value } of data.texts ?? []) if (nodes.has(id)) nodes.get(id).textContent = value;
      for (const { id, attributes } of data.attributes ?? []) {
        for (const [name, value] of Object.entries(attributes)) setAttribute(nodes.get(id), name, value);
      }
    } else if (type === 3 && data.source === 5) {
      const field = nodes.get(data.id);
      if (field) Object.assign(field, { value: data.text, checked: data.isChecked });
    }
  }
}

function make(target, { type, tagName, attributes = {}, textContent, isSVG }) {
  if (type === 3) return target.createTextNode(textContent);
  if (type !== 2 || LEFT_OUT.has(tagName)) return undefined;
  const made = isSVG ? target.createElementNS('http://www.w3.org/2000/svg', tagName) : target.createElement(tagName);
  if (tagName === 'style' && attributes._cssText) made.append(attributes._cssText);
  for (const [name, value] of Object.entries(attributes)) setAttribute(made, name, value);
  return made;
}

function setAttribute(node, name, value) {
  if (!node?.setAttribute || /^(on|_|rr_)/i.test(name)) return;
  if (FETCHED.has(name.toLowerCase()) && !/^data:image\//.test(value)) return;
  if (typeof value === 'object') return;
  try {
    node.setAttribute(name, value === true ? '' : String(value));
  } catch {
    // A name that a parser accepts and setAttribute does not.
  }
}

/** All texts of a recording, each once; names of elements and style sheets are left out. */
function textsOf(events) {
  const found = new Set();
  const rest = [...events].reverse();
  while (rest.length > 0) {
    const node = rest.pop();
    if (typeof node === 'string') found.add(node.trim());
    else if (node && typeof node === 'object') rest.push(...readable(node).reverse());
  }
  found.delete('');
  return [...found];
}

function readable(node) {
  if (node.tagName === 'style') return [];
  return Object.entries(node).flatMap(([key, value]) => (['tagName', '_cssText', 'cssText'].includes(key) ? [] : [value]));
}

async function show() {
  const recordings = await read('/received.json');
  const wanted = location.hash.slice(1);
  const chosen = recordings.find(({ id }) => id === wanted) ?? (wanted ? undefined : recordings[0]);
  byId('recordings').replaceChildren(
    ...recordings.map(({ id, region, title }) => element('a', { href: `#${id}`, textContent: `${region}: ${title}`, className: id === chosen?.id ? 'chosen' : '' })),
  );
  byId('views').replaceChildren();
  byId('list').replaceChildren();
  byId('about').textContent = chosen ? '' : 'nothing yet: wait a few seconds, then read again';
  if (!chosen) return;
  const events = await read(`/received/${chosen.id}.json`);
  if (chosen.sample !== null) view('Sent by the browser', await read(`/sample/${chosen.sample}.json`));
  view(`Received by the backend in ${chosen.region}`, events);
  byId('list').replaceChildren(...textsOf(events).map((text) => element('li', { textContent: text })));
}

byId('again').addEventListener('click', show);
addEventListener('hashchange', show);
await show();
