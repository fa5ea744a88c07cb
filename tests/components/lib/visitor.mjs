// A visitor: fills in widgets with clicks and key strokes, and checks that each value is there.

import { NEEDLES } from '../src/needles.mjs';

const KEY_MS = 4;
const OPTION_MS = 4000;
const OPTIONS =
  '.ant-select-item-option,[role=option],[role=menuitem],[role=menuitemcheckbox],.ant-cascader-menu-item,.el-cascader-node,li,.option,[cmdk-item]';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Visitor {
  /** Each widget that was visited: its id, when, the fields whose value is there, and what went wrong. */
  marks = [];

  constructor(page) {
    this.page = page;
  }

  wait(ms) {
    return sleep(ms);
  }

  type(text) {
    return this.page.keyboard.type(text, { delay: KEY_MS });
  }

  async press(key, modifier) {
    if (modifier) await this.page.keyboard.down(modifier);
    await this.page.keyboard.press(key);
    if (modifier) await this.page.keyboard.up(modifier);
    await sleep(60);
  }

  /** Clicks the option with this text in the list that is open. */
  async choose(text) {
    const option = await this.#settledOption(text);
    try {
      await option.click();
    } catch {
      await option.evaluate((element) => {
        for (const kind of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
          element.dispatchEvent(new MouseEvent(kind, { bubbles: true }));
        }
      });
    }
    await sleep(200);
  }

  /** The option, once two looks in a row give the same element: lists are drawn again while they filter. */
  async #settledOption(text) {
    let last;
    for (const start = Date.now(); Date.now() - start < OPTION_MS; ) {
      await sleep(250);
      const found = (await this.page.evaluateHandle(optionWith, text, OPTIONS)).asElement();
      const isSame = last && found && (await this.page.evaluate((a, b) => a === b, last, found));
      if (isSame) return found;
      last = found;
    }
    throw new Error('no such option');
  }

  /** Clicks the innermost element with this text. */
  async clickText(text, root = null) {
    const found = await this.page.evaluateHandle(
      (text, root) =>
        [...(root ?? document).querySelectorAll('button,label,a,span,div')].filter((e) => e.textContent.trim() === text && e.offsetWidth > 0).pop() ?? null,
      text,
      root,
    );
    const element = found.asElement();
    if (!element) throw new Error('no such text');
    await element.click();
    await sleep(150);
  }

  /** Fills in the widget of a section, and notes which of its values are there afterwards. */
  async fill(id, action) {
    const mark = { id, from: Date.now(), wanted: NEEDLES.filter((n) => n.widget === id).map((n) => n.field), filled: [] };
    this.marks.push(mark);
    const root = await this.page.$(`#${id}`);
    if (!root) return void (mark.error = 'no such section');
    await root.scrollIntoView();
    await Promise.resolve(action(this.#widget(root))).catch((error) => (mark.error = error.message.slice(0, 120)));
    await sleep(250);
    const shown = await root.evaluate(shownIn).catch(() => '');
    mark.filled = NEEDLES.filter((n) => n.widget === id && isIn(shown, n)).map((n) => n.field);
    await this.page.keyboard.press('Escape');
  }

  #widget(root) {
    const find = async (selector) => {
      const element = await root.$(selector);
      if (!element) throw new Error(`no ${selector}`);
      return element;
    };
    return {
      find: (selector) => root.$(selector),
      click: async (selector) => {
        await (await find(selector)).click();
        await sleep(80);
      },
      doubleClick: async (selector) => {
        await (await find(selector)).click({ count: 2, delay: 20 });
        await sleep(150);
      },
      hover: async (selector) => (await root.$(selector))?.hover(),
      type: async (selector, text) => {
        await (await find(selector)).click();
        await this.type(text);
        await sleep(60);
      },
      select: async (selector, value) => {
        await (await find(selector)).select(value);
      },
      clickText: (text) => this.clickText(text, root),
    };
  }
}

/** Runs in the page: the option with this text that is shown. */
function optionWith(text, options) {
  const isShown = (element) => element.getBoundingClientRect().width > 0 && element.getBoundingClientRect().height > 0;
  const all = [...document.querySelectorAll(options)].filter((e) => isShown(e) && e.textContent.trim() === text);
  return all.find((e) => !e.closest('[aria-hidden=true]') && e.offsetWidth > 1) ?? null;
}

/** Runs in the page: the text of a section and the values of its fields, shadow roots included. */
function shownIn(root) {
  const values = [];
  const visit = (node) => {
    for (const element of node.querySelectorAll('*')) {
      if (typeof element.value === 'string') values.push(element.value);
      if (element.shadowRoot) visit(element.shadowRoot);
    }
  };
  visit(root);
  return `${root.innerText}\n${values.join('|')}`;
}

function isIn(shown, needle) {
  const digits = shown.replace(/\D/g, '');
  if (needle.forms.some((form) => shown.includes(form))) return true;
  if (['phone', 'otp'].includes(needle.kind)) return digits.includes(needle.value);
  if (needle.kind === 'dob') {
    const { mm, dd, y } = needle;
    return [`${mm}${dd}${y}`, `${y}${mm}${dd}`, `${dd}${mm}${y}`].some((date) => digits.includes(date));
  }
  return false;
}
