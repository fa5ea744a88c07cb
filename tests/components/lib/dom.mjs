// The page that the events of a recording build: where each node is, and the text of a section.

export class Dom {
  #nodes = new Map();

  /** Takes a full snapshot. */
  load(root) {
    this.#nodes.clear();
    this.#add(root, undefined);
  }

  /** Takes an incremental mutation. */
  mutate({ removes = [], adds = [], texts = [], attributes = [] }) {
    for (const { id, parentId } of removes) {
      const siblings = this.#nodes.get(parentId)?.children;
      if (siblings?.includes(id)) siblings.splice(siblings.indexOf(id), 1);
    }
    for (const { node, parentId, nextId } of adds) this.#add(node, parentId, nextId);
    for (const { id, value } of texts) if (this.#nodes.has(id)) this.#nodes.get(id).text = value;
    for (const { id, attributes: changed } of attributes) Object.assign(this.#nodes.get(id)?.attributes ?? {}, changed);
  }

  /** The innermost three elements around a node, whether a section holds it, and whether it is in a list of options. */
  place(id) {
    const parts = [];
    let isOption = false;
    let section = '';
    const isText = this.#nodes.get(id)?.type === 3;
    for (let node = this.#nodes.get(id); node; node = this.#nodes.get(node.parent)) {
      if (node.tag === 'section' && node.attributes.id) {
        section = node.attributes.id;
        break;
      }
      if (node.tag && parts.length < 3) parts.unshift(describe(node));
      isOption ||= isInOptions(node);
    }
    return { place: `${section ? '' : '(portal) '}${parts.join('>')}${isText ? '>#text' : ''}`, isOption };
  }

  /** All text of a section in its order, or nothing if there is no such section. */
  sectionText(id) {
    for (const [key, node] of this.#nodes) if (node.tag === 'section' && node.attributes.id === id) return this.#text(key);
    return '';
  }

  #add(node, parent, nextId) {
    const { id, type, tagName, attributes = {}, textContent, childNodes = [] } = node;
    this.#nodes.set(id, { type, tag: tagName?.toLowerCase(), attributes: { ...attributes }, text: textContent, parent, children: [] });
    const siblings = this.#nodes.get(parent)?.children;
    const at = siblings?.indexOf(nextId) ?? -1;
    if (at >= 0) siblings.splice(at, 0, id);
    else siblings?.push(id);
    for (const child of childNodes) this.#add(child, id);
  }

  #text(id) {
    const node = this.#nodes.get(id);
    if (!node || node.tag === 'style') return '';
    return node.type === 3 ? (node.text ?? '') : node.children.map((child) => this.#text(child)).join('');
  }
}

const SHOWN_ATTRIBUTES = ['role', 'type', 'aria-selected'];
const SHOWN_NAMES = ['aria-live', 'aria-hidden', 'contenteditable'];

function describe({ tag, attributes }) {
  const classes = typeof attributes.class === 'string' ? attributes.class.split(/\s+/) : [];
  // Generated class names change with each build of a kit.
  const named = classes.filter((name) => name && !/^css-|^[a-z]+-\d{4,}|m_[0-9a-f]+/.test(name)).slice(-2);
  const values = SHOWN_ATTRIBUTES.filter((name) => attributes[name]).map((name) => `[${name}=${attributes[name]}]`);
  const names = SHOWN_NAMES.filter((name) => attributes[name] !== undefined).map((name) => `[${name}]`);
  return [tag, ...named.map((name) => `.${name}`), ...values, ...names].join('');
}

function isInOptions({ tag, attributes }) {
  if (tag === 'option' || /option|menuitem/.test(attributes.role ?? '')) return true;
  return /cascader-(menu-item|node)|select-item-option/.test(attributes.class ?? '');
}
