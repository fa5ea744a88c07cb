// Invented personal values: a unique word or number for each field of each widget.
//
// The pages take the options of their lists from here, the visitor types from here, and the scan looks for
// these values. The order of the calls in values.mjs decides which field gets which value.

const FIRST = ['Bre', 'Tar', 'Quo', 'Zan', 'Mur', 'Vel', 'Dro', 'Kes', 'Plo', 'Gri', 'Hax', 'Lum', 'Nev', 'Osk', 'Ruv', 'Syl', 'Thu', 'Ulb', 'Wex', 'Yar'];
const MIDDLE = ['lo', 'va', 'ni', 'dra', 'ske', 'mo', 'thi', 'gu', 'pe', 'rra'];
const LAST = ['vick', 'dorf', 'nale', 'stem', 'quist', 'berk', 'low', 'mond', 'sky', 'gard'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** Options that every visitor sees and that say nothing about one. */
export const others = ['Cardiology ward', 'Paediatric ward', 'Surgical ward'];

/** All values: widget, field, kind, the value as typed, and the forms that give it away. */
export const NEEDLES = [];

export const needle = (widget, field) => NEEDLES.find((n) => n.widget === widget && n.field === field);

let nValues = 0;

function add(widget, field, kind, value, forms, parts = {}) {
  const needle = { widget, field, kind, value, forms, ...parts };
  NEEDLES.push(needle);
  return needle;
}

/** A word that is in no language; the 2000 combinations come in an order without neighbours. */
function word() {
  const k = (nValues++ * 7919 + 4242) % 2000;
  return FIRST[k % 20] + MIDDLE[Math.floor(k / 20) % 10] + LAST[Math.floor(k / 200) % 10];
}

function digits(length, salt) {
  let text = '';
  let state = (nValues++ * 2654435761 + salt * 97) >>> 0;
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += String((state >>> 9) % 10);
  }
  return text;
}

/** The digits with their Luhn check digit. */
function withCheckDigit(body) {
  let sum = 0;
  [...body].reverse().forEach((digit, index) => {
    const doubled = index % 2 === 0 ? 2 * Number(digit) : Number(digit);
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return body + ((10 - (sum % 10)) % 10);
}

export function name(widget, field = 'name') {
  const family = word();
  return add(widget, field, 'name', `Ilka ${family}`, [family]);
}

export function note(widget, field = 'note') {
  const rare = word().toLowerCase();
  return add(widget, field, 'note', `biopsy ${rare} left flank`, [`biopsy ${rare}`, rare]);
}

export function tag(widget, field = 'tag') {
  const rare = word().toLowerCase();
  return add(widget, field, 'tag', `hepatitis ${rare}`, [rare]);
}

export function option(widget, field = 'option') {
  const ward = word();
  return add(widget, field, 'option', `Oncology ward ${ward}`, [ward]);
}

export function address(widget, field = 'address') {
  const street = word();
  return add(widget, field, 'address', `17 ${street} Crescent, Ludlow`, [street]);
}

export function email(widget, field = 'email') {
  const family = word().toLowerCase();
  return add(widget, field, 'email', `ilka.${family}@mailbox.example`, [family]);
}

/** Six digits, of which five differ: with fewer, masking one digit could not be told from masking another. */
export function otp(widget, field = 'code') {
  let code;
  do code = digits(6, 3);
  while (new Set(code).size < 5);
  return add(widget, field, 'otp', code, [code, [...code].join('|')]);
}

export function card(widget, field = 'card') {
  const number = withCheckDigit(`4539${digits(11, 5)}`);
  const grouped = number.match(/.{4}/g).join(' ');
  return add(widget, field, 'card', number, [number, grouped, grouped.replaceAll(' ', '-')]);
}

export function phone(widget, field = 'phone') {
  const number = `20794${digits(5, 11)}`;
  return add(widget, field, 'phone', number, [number, number.slice(2)]);
}

/** A day after the 12th, so that no form can be read in two ways. */
export function dob(widget, field = 'dob') {
  const i = nValues++;
  const y = 1941 + ((i * 13) % 50);
  const m = 1 + ((i * 7) % 12);
  const dd = String(13 + ((i * 5) % 15));
  const mm = String(m).padStart(2, '0');
  const month = MONTHS[m - 1];
  const short = month.slice(0, 3);
  const numeric = [`${y}-${mm}-${dd}`, `${mm}/${dd}/${y}`, `${m}/${dd}/${y}`, `${dd}.${mm}.${y}`, `${dd}/${mm}/${y}`, `${mm}${dd}${y}`];
  const written = [`${month} ${dd}, ${y}`, `${short} ${dd}, ${y}`, `${dd} ${month} ${y}`, `${short} ${dd} ${y}`];
  return add(widget, field, 'dob', numeric[0], [...written, ...numeric], { y, mm, dd, month });
}
