// Fills in src/pages/vanilla.js.

import { VANILLA } from '../src/values.mjs';

export async function fill(visitor) {
  await visitor.fill('flat', async (widget) => {
    await widget.type('input.form-control, input:not([type=hidden])', `${VANILLA.dob.month} ${VANILLA.dob.dd}, ${VANILLA.dob.y}`);
    await visitor.press('Enter');
    await visitor.press('Tab');
  });
  await visitor.fill('iti', (widget) => widget.type('.tel', VANILLA.phone.value));
  await visitor.fill('tagify', async (widget) => {
    await widget.type('.tagify__input', VANILLA.tag.value);
    await visitor.press('Enter');
  });
  await visitor.fill('tom', async (widget) => {
    await widget.click('.ts-control');
    await visitor.type('Onc');
    await visitor.choose(VANILLA.tom.value);
  });
  await visitor.fill('tomtags', async (widget) => {
    await widget.click('.ts-control');
    await visitor.type(VANILLA.tomtag.value);
    await visitor.press('Enter');
  });
  await visitor.fill('imask', (widget) => widget.type('.im', VANILLA.card.value));
  await visitor.fill('sl-input', async (widget) => {
    await widget.type('sl-input', VANILLA.slname.value);
    await widget.type('sl-textarea', VANILLA.slnote.value);
  });
  await visitor.fill('sl-select', async (widget) => {
    await widget.click('sl-select');
    await visitor.wait(400);
    await widget.click(`sl-option[value="${VANILLA.slsel.value.replaceAll(' ', '_')}"]`);
    await visitor.wait(300);
  });
  await visitor.fill('bs', async (widget) => {
    await widget.type('.nm', VANILLA.bsname.value);
    await widget.select('.form-select', VANILLA.bssel.value);
    await widget.type('.dl', VANILLA.dl.value);
  });
  await visitor.fill('native', async (widget) => {
    await (await widget.find('.nd')).click({ offset: { x: 8, y: 10 } });
    await visitor.type(VANILLA.ndate.mm + VANILLA.ndate.dd + VANILLA.ndate.y);
    await widget.select('.plain', VANILLA.msel.value);
  });
  await visitor.fill('places', async (widget) => {
    await widget.type('.pl', VANILLA.place.value.slice(0, 8));
    await visitor.wait(200);
    await visitor.page.click('.pac-item');
  });
  await visitor.fill('grow', (widget) => widget.type('.gw', VANILLA.grow.value));
  await visitor.fill('split', async (widget) => {
    for (let i = 0; i < 4; i++) await widget.type(`.c${i + 1}`, VANILLA.split.value.slice(i * 4, i * 4 + 4));
  });
}
