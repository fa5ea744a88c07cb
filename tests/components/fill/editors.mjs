// Fills in src/pages/editors.jsx.

import { EDIT } from '../src/values.mjs';

export async function fill(visitor) {
  for (const [id, x, sel] of [
    ['tiptap', EDIT.tiptap, '[contenteditable]'],
    ['lexical', EDIT.lexical, '[contenteditable]'],
    ['quill', EDIT.quill, '.ql-editor'],
    ['ck', EDIT.ck, '.ck-editor__editable'],
    ['cm', EDIT.cm, '.cm-content'],
    ['ptonly', EDIT.pt, '.msg'],
  ])
    await visitor.fill(id, (widget) => widget.type(sel, x.value));
  await visitor.fill('ce', async (widget) => {
    await widget.click('.inline-title');
    await visitor.press('a', 'Control');
    await visitor.type(EDIT.ce.value);
  });
}
