// Fills in src/pages/mantine.jsx.

import { MANTINE } from '../src/values.mjs';

export async function fill(visitor) {
  await visitor.fill('man-text', async (widget) => {
    await widget.type('input', MANTINE.name.value);
    await widget.type('textarea', MANTINE.note.value);
  });
  await visitor.fill('man-select', async (widget) => {
    await widget.click('input:not([type=hidden])');
    await visitor.choose(MANTINE.sel.value);
  });
  await visitor.fill('man-multi', async (widget) => {
    await widget.click('input:not([type=hidden])');
    await visitor.choose(MANTINE.multi.value);
    await visitor.press('Escape');
  });
  await visitor.fill('man-tags', async (widget) => {
    await widget.type('input:not([type=hidden])', MANTINE.tag.value);
    await visitor.press('Enter');
  });
  await visitor.fill('man-pin', (widget) => widget.type('input', MANTINE.otp.value));
  await visitor.fill('man-date', async (widget) => {
    await widget.type('input', `${MANTINE.dob.month} ${MANTINE.dob.dd}, ${MANTINE.dob.y}`);
    await visitor.press('Tab');
  });
  await visitor.fill('man-auto', async (widget) => {
    await widget.type('input', MANTINE.addr.value.slice(0, 5));
    await visitor.choose(MANTINE.addr.value);
  });
  await visitor.fill('man-chip', (widget) => widget.clickText(MANTINE.chip.value));
  await visitor.fill('man-json', (widget) => widget.type('textarea', `{"a":"${MANTINE.json.value}"}`));
}
