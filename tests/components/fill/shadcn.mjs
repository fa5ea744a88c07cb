// Fills in src/pages/shadcn.jsx.

import { SHADCN } from '../src/values.mjs';

export async function fill(visitor) {
  await visitor.fill('sh-select', async (widget) => {
    await widget.click('button');
    await visitor.choose(SHADCN.sel.value);
  });
  await visitor.fill('sh-combo', async (widget) => {
    await widget.click('button');
    await visitor.type(SHADCN.combo.value.slice(-5));
    await visitor.choose(SHADCN.combo.value);
  });
  await visitor.fill('sh-otp', (widget) => widget.type('input', SHADCN.otp.value));
  await visitor.fill('sh-rhf', async (widget) => {
    await widget.type('input[name=fullName]', SHADCN.name.value + '!');
    await visitor.wait(200);
    await visitor.press('Backspace');
    await widget.type('input[name=email]', SHADCN.email.value);
    await widget.clickText('Submit');
    await visitor.wait(500);
  });
  await visitor.fill('sh-radio', (widget) => widget.click(`button[value="${SHADCN.radio.value}"]`));
  await visitor.fill('sh-toggle', (widget) => widget.clickText(SHADCN.toggle.value));
  await visitor.fill('sh-dialog', async (widget) => {
    await widget.type('input', SHADCN.del.value);
    await widget.clickText('Remove…');
    await visitor.wait(200);
    await visitor.clickText('Keep');
  });
  await visitor.fill('sh-table', async (widget) => {
    for (const [k, x] of [
      ['name', SHADCN.cell],
      ['note', SHADCN.cellnote],
    ]) {
      await widget.doubleClick(`.cell-${k}`);
      await visitor.press('a', 'Control');
      await visitor.type(x.value);
      await visitor.press('Enter');
    }
  });
}
