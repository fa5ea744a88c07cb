// Prints where each value arrived, one line a value, and compares how many did with bounds.json.
// Exits with 1 if a check fails.

import { readFile, readdir, writeFile } from 'node:fs/promises';
import { NEEDLES } from './src/needles.mjs';
import './src/values.mjs';

const MAX_PLACES = 4;
const COLUMNS = {
  balanced: { title: 'balanced', where: 'balanced', modes: ['default'] },
  balanced_unmasked: { title: 'balanced, SDK masks nothing', where: 'balanced', modes: ['unmasked'] },
  strict: { title: 'strict, both', where: 'strict', modes: ['default', 'unmasked'] },
};

const bounds = JSON.parse(await readFile('bounds.json'));
const hits = JSON.parse(await readFile('out/hits.json'));
const files = (await readdir('out')).filter((name) => /-(default|unmasked)\.json$/.test(name));
const recordings = await Promise.all(files.map(async (name) => JSON.parse(await readFile(`out/${name}`))));
const visited = new Set(recordings.flatMap(({ marks }) => marks.map(({ id }) => id)));
const needles = NEEDLES.filter(({ widget }) => visited.has(widget));
const isWhole = needles.length === NEEDLES.length;

const reached = Object.fromEntries(Object.keys(COLUMNS).map((column) => [column, 0]));
const lines = [`| widget / field | kind | ${Object.values(COLUMNS).map(({ title }) => title).join(' | ')} |`, '| --- | --- | --- | --- | --- |'];
for (const { widget, field, kind } of needles) {
  const cells = Object.entries(COLUMNS).map(([column, { where, modes }]) => {
    const mine = hits.filter((h) => h.widget === widget && h.field === field && h.where === where && modes.includes(h.mode));
    if (mine.some(({ isOption, isInitial }) => !isOption && !isInitial)) reached[column] += 1;
    return cell(mine);
  });
  lines.push(`| ${widget} / ${field} | ${kind} | ${cells.join(' | ')} |`);
}
await writeFile('out/TABLE.md', `${lines.join('\n')}\n`);
console.log(lines.join('\n'));
console.log();

let nPassed = 0;
let nFailed = 0;
check(needles.length > 0, 'no value was looked for');
for (const { name, mode, marks, refused } of recordings) {
  const missing = marks.flatMap(({ id, wanted, filled }) => wanted.filter((field) => !filled.includes(field)).map((field) => `${id}/${field}`));
  const news = missing.filter((one) => !bounds.unseen.includes(one));
  check(news.length === 0, `${name}, ${mode}: could not be typed: ${news.join(', ')}`);
  check(refused.length === 0, `${name}, ${mode}: refused: ${refused.join(', ')}`);
}
for (const { name, mode } of recordings) {
  const unsent = needles.filter((needle) => isOf(name, needle) && !hasSetOut(needle, mode)).map(({ widget, field }) => `${widget}/${field}`).filter((one) => !bounds.unsent.includes(one));
  check(unsent.length === 0, `${name}, ${mode}: never left the browser: ${unsent.join(', ')}`);
}
for (const [column, n] of Object.entries(reached)) {
  console.log(`${COLUMNS[column].title}: ${n} of ${needles.length} values reach the backend, at most ${bounds[column]} may`);
  check(n <= bounds[column], `${COLUMNS[column].title}: ${n - bounds[column]} more than the bound`);
  if (isWhole && n < bounds[column]) console.log(`   note: lower the bound of ${column} in bounds.json to ${n}`);
}
console.log(`${nPassed} passed, ${nFailed} failed`);
process.exitCode = nFailed > 0 ? 1 : 0;

function check(holds, problem) {
  if (holds) nPassed += 1;
  else {
    nFailed += 1;
    console.log(`FAILED ${problem}`);
  }
}

function isOf(page, { widget }) {
  return recordings.some(({ name, marks }) => name === page && marks.some(({ id }) => id === widget));
}

/**
 * Whether a value left the browser, so that its absence from the backend is the proxy's doing. An SDK that masks
 * inputs keeps fields back, but the page shows a choice in both modes. A code with one digit a box is in no text
 * whole, and the SDK keeps passwords back in both modes; that these were typed has to do.
 */
function hasSetOut({ widget, field, kind }, mode) {
  const sent = (of) =>
    hits.filter((h) => h.widget === widget && h.field === field && h.where === 'sent' && h.mode === of && !h.isOption && !h.isInitial);
  if (kind === 'otp' || field === 'password' || sent(mode).length > 0) return true;
  return mode === 'default' && (kind !== 'option' || sent('unmasked').every(({ surface }) => /^input$|attribute value$/.test(surface)));
}

/** The places of a value, options and what was there before last. */
function cell(places) {
  const label = ({ isOption, isInitial, surface, place }) =>
    `\`${isOption ? 'list: ' : isInitial ? 'page: ' : ''}${surface} ${place.split('>').slice(-2).join('>').slice(0, 58).replaceAll('|', '/')}\``;
  const shown = [...new Set(places.toSorted((a, b) => a.isOption + a.isInitial - b.isOption - b.isInitial).map(label))];
  if (shown.length === 0) return '–';
  const rest = shown.length - MAX_PLACES;
  return shown.slice(0, MAX_PLACES).join(' ') + (rest > 0 ? ` +${rest}` : '');
}
