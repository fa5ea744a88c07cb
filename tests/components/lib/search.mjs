// Finds needles in texts.

const MAX_PHONE_TEXT = 5000;

/** The needles of which a text gives a form away. */
export function needlesIn(text, needles) {
  if (text.length < 4) return [];
  const plain = opened(text);
  const digits = plain.replace(/[\s-]/g, '');
  return needles.filter(({ kind, value, forms }) => {
    if (forms.some((form) => plain.includes(form))) return true;
    if (kind === 'name') return forms.some((form) => plain.toLowerCase().includes(form.toLowerCase()));
    if (kind === 'phone') return plain.length < MAX_PHONE_TEXT && digits.includes(value);
    return (kind === 'card' || kind === 'otp') && digits.includes(value);
  });
}

/** Whether a text has the needle letter by letter, whatever signs are between. */
export function spells(text, { kind, value, forms }) {
  const bare = (from) => from.replace(/[\s\-|•/.]/g, '').toLowerCase();
  return bare(text).includes(bare(['otp', 'card', 'phone'].includes(kind) ? value : forms.at(-1)));
}

/** Percent-encoding and entities undone, twice over. */
function opened(text) {
  let plain = text;
  for (let round = 0; round < 2 && plain.includes('%'); round++) {
    try {
      plain = decodeURIComponent(plain.replaceAll('+', ' '));
    } catch {
      break;
    }
  }
  return plain.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
}

/** Every string, key and long number of a value, with the keys that lead to it. */
export function* texts(value, path = []) {
  if (typeof value === 'string') yield [value, path.join('.')];
  else if (typeof value === 'number' && value > 99_999) yield [String(value), path.join('.')];
  else if (Array.isArray(value)) for (const item of value) yield* texts(item, path);
  else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      yield [key, [...path, '{key}'].join('.')];
      yield* texts(inner, [...path, key]);
    }
  }
}
