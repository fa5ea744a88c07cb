// Fills in src/pages/antd.jsx.

import { ANTD } from '../src/values.mjs';

export async function fill(visitor) {
  await visitor.fill('ant-form', async (widget) => {
    await widget.type('input', ANTD.name.value + '!');
    await visitor.wait(400);
    await visitor.press('Backspace');
    await widget.type('textarea', ANTD.note.value);
    await visitor.wait(300);
    await widget.clickText('Review');
  });
  await visitor.fill('ant-select', async (widget) => {
    await widget.click('.ant-select');
    await visitor.type('Onc');
    await visitor.choose(ANTD.sel.value);
  });
  await visitor.fill('ant-tags', async (widget) => {
    await widget.click('.ant-select');
    await visitor.type(ANTD.tag.value);
    await visitor.press('Enter');
    await visitor.press('Escape');
  });
  await visitor.fill('ant-auto', async (widget) => {
    await widget.type('input', ANTD.addr.value.slice(0, 5));
    await visitor.choose(ANTD.addr.value);
  });
  await visitor.fill('ant-date', async (widget) => {
    await widget.type('input', ANTD.dob.value);
    await visitor.press('Enter');
    await visitor.press('Escape');
  });
  await visitor.fill('ant-otp', (widget) => widget.type('input', ANTD.otp.value));
  await visitor.fill('ant-casc', async (widget) => {
    await widget.click('.ant-select, .ant-cascader');
    await visitor.choose('Ludlow clinic');
    await visitor.choose(ANTD.casc.value);
  });
  await visitor.fill('ant-mention', (widget) => widget.type('textarea', ANTD.mention.value));
  await visitor.fill('ant-seg', (widget) => widget.clickText(ANTD.seg.value));
}
