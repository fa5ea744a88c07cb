// Fills in src/pages/react.jsx.

import { REACT } from '../src/values.mjs';

export async function fill(visitor) {
  await visitor.fill('rs-single', async (widget) => {
    await widget.type('input[role=combobox]', 'Onc');
    await visitor.choose(REACT.rs.value);
  });
  await visitor.fill('rs-multi', async (widget) => {
    await widget.type('input[role=combobox]', 'Onc');
    await visitor.choose(REACT.rsm.value);
  });
  await visitor.fill('rs-create', async (widget) => {
    await widget.type('input[role=combobox]', REACT.create.value);
    await visitor.press('Enter');
  });
  await visitor.fill('downshift', async (widget) => {
    await widget.type('input', 'Onc');
    await visitor.choose(REACT.down.value);
  });
  await visitor.fill('rotp', (widget) => widget.type('input', REACT.otp.value));
  await visitor.fill('rphone', (widget) => widget.type('input[type=tel]', '+44' + REACT.phone.value));
  await visitor.fill('rcards', async (widget) => {
    await widget.type('[name=number]', REACT.card.value);
    await widget.type('[name=name]', REACT.holder.value);
    await widget.type('[name=expiry]', '0931');
    await widget.type('[name=cvc]', '417');
  });
  await visitor.fill('cleave', (widget) => widget.type('input', REACT.cleave.value));
  await visitor.fill('hui-combo', async (widget) => {
    await widget.type('input[role=combobox]', 'Onc');
    await visitor.choose(REACT.hcombo.value);
  });
  await visitor.fill('hui-list', async (widget) => {
    await widget.click('button');
    await visitor.choose(REACT.hlist.value);
  });
}
