// Fills in src/pages/prime.jsx.

import { PRIME } from '../src/values.mjs';

export async function fill(visitor) {
  await visitor.fill('pr-text', async (widget) => {
    await widget.type('input', PRIME.name.value);
    await widget.type('textarea', PRIME.note.value);
  });
  await visitor.fill('pr-drop', async (widget) => {
    await widget.click('.p-dropdown');
    await visitor.choose(PRIME.drop.value);
  });
  await visitor.fill('pr-multi', async (widget) => {
    await widget.click('.p-multiselect');
    await visitor.choose(PRIME.multi.value);
    await visitor.press('Escape');
  });
  await visitor.fill('pr-chips', async (widget) => {
    await widget.type('input', PRIME.chip.value);
    await visitor.press('Enter');
  });
  await visitor.fill('pr-otp', (widget) => widget.type('input', PRIME.otp.value));
  await visitor.fill('pr-mask', async (widget) => {
    await widget.click('input');
    await visitor.wait(300);
    await visitor.type(PRIME.card.value);
  });
  await visitor.fill('pr-auto', async (widget) => {
    await widget.type('input', PRIME.addr.value.slice(0, 5));
    await visitor.choose(PRIME.addr.value);
  });
  await visitor.fill('pr-cal', async (widget) => {
    await widget.click('input');
    await visitor.wait(400);
    await widget.type('input', `${PRIME.dob.dd}/${PRIME.dob.mm}/${PRIME.dob.y}`);
    await visitor.press('Tab');
  });
  await visitor.fill('pr-pass', async (widget) => {
    await widget.type('input', PRIME.pass.value);
    await widget.click('.p-icon-field svg, .p-password svg, .p-input-icon svg');
    await visitor.type('9');
  });
  await visitor.fill('pr-inplace', async (widget) => {
    await widget.click('.p-inplace-display');
    await visitor.type(PRIME.inplace.value);
    await widget.click('.p-inplace-content-close, button');
  });
}
