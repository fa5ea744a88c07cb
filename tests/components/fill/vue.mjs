// Fills in src/pages/vue.js.

import { VUE } from '../src/values.mjs';

export async function fill(visitor) {
  await visitor.fill('ep-text', async (widget) => {
    await widget.type('input', VUE.name.value);
    await widget.type('textarea', VUE.note.value);
    await widget.clickText('Save');
    await visitor.wait(300);
  });
  await visitor.fill('ep-select', async (widget) => {
    await widget.click('.el-select__wrapper');
    await visitor.type('Onc');
    await visitor.choose(VUE.sel.value);
  });
  await visitor.fill('ep-multi', async (widget) => {
    await widget.click('.el-select__wrapper');
    await visitor.choose(VUE.multi.value);
    await visitor.press('Escape');
  });
  await visitor.fill('ep-auto', async (widget) => {
    await widget.type('input', VUE.addr.value.slice(0, 5));
    await visitor.wait(500);
    await visitor.choose(VUE.addr.value);
  });
  await visitor.fill('ep-date', async (widget) => {
    await widget.type('input', VUE.dob.value);
    await visitor.press('Enter');
  });
  await visitor.fill('ep-tags', async (widget) => {
    await widget.type('input', VUE.tag.value);
    await visitor.press('Enter');
  });
  await visitor.fill('ep-casc', async (widget) => {
    await widget.click('.el-cascader');
    await visitor.choose('Ludlow clinic');
    await visitor.choose(VUE.casc.value);
  });
  await visitor.fill('ep-radio', (widget) => widget.clickText(VUE.radio.value));
}
