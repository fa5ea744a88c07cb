// Fills in src/pages/app.jsx.

import { APP } from '../src/values.mjs';

export async function fill(visitor) {
  for (const [id, x] of [
    ['url', APP.url],
    ['title', APP.title],
    ['live', APP.live],
    ['attrs', APP.attrs],
    ['hidden', APP.hidden],
    ['readonly', APP.ro],
    ['svg', APP.svg],
    ['letters', APP.letters],
    ['upper', APP.upper],
    ['trunc', APP.trunc],
    ['highlight', APP.hi],
  ])
    await visitor.fill(id, (widget) => widget.type('input', x.value));
  await visitor.fill('wizard', async (widget) => {
    await widget.type('.wn', APP.wn.value);
    await widget.type('.wt', APP.wt.value);
    await widget.click('.go');
  });
  await visitor.fill('todo', async (widget) => {
    await widget.type('input', APP.todo.value);
    await visitor.press('Enter');
  });
  await visitor.fill('chat', async (widget) => {
    await widget.type('textarea', APP.chat.value);
    await widget.click('.send');
  });
  await visitor.fill('submit', async (widget) => {
    await widget.type('.sn', APP.sn.value);
    await widget.type('.st', APP.st.value);
    await widget.type('.sc', APP.sc.value);
    await widget.click('.sb');
    await visitor.wait(400);
  });
}
