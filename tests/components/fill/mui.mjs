// Fills in src/pages/mui.jsx.

import { MUI } from '../src/values.mjs';

export async function fill(visitor) {
  await visitor.fill('mui-text', async (widget) => {
    await widget.type('input', MUI.name.value);
    await widget.clickText('Save');
  });
  await visitor.fill('mui-area', (widget) => widget.type('textarea', MUI.area.value));
  await visitor.fill('mui-select', async (widget) => {
    await widget.click('[role=combobox]');
    await visitor.choose(MUI.sel.value);
  });
  await visitor.fill('mui-multi', async (widget) => {
    await widget.click('[role=combobox]');
    await visitor.choose(MUI.multi.value);
    await visitor.press('Escape');
  });
  await visitor.fill('mui-auto', async (widget) => {
    await widget.type('input', MUI.addr.value.slice(0, 5));
    await visitor.choose(MUI.addr.value);
  });
  await visitor.fill('mui-tags', async (widget) => {
    await widget.type('input', MUI.tag.value);
    await visitor.press('Enter');
  });
  await visitor.fill('mui-date', async (widget) => {
    const e = (await widget.find('[role=spinbutton]')) ?? (await widget.find('input'));
    await e.click();
    await visitor.type(MUI.dob.mm + MUI.dob.dd + MUI.dob.y);
    await visitor.press('Tab');
  });
  await visitor.fill('mui-radio', (widget) => widget.click(`input[value="${MUI.radio.value}"]`));
  await visitor.fill('mui-grid', async (widget) => {
    for (const [f, val] of [
      ['name', MUI.grid],
      ['note', MUI.gridnote],
    ]) {
      await widget.doubleClick(`[data-field=${f}][role=gridcell]`);
      await visitor.press('a', 'Control');
      await visitor.type(val.value);
      await visitor.press('Enter');
    }
  });
}
