// Editors: TipTap, Lexical, Quill, CKEditor 5, CodeMirror, contenteditable.

import 'quill/dist/quill.snow.css';
import 'ckeditor5/ckeditor5.css';
import { useEffect, useRef } from 'react';
import { useEditor, EditorContent } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import { LexicalComposer } from '@lexical/react/LexicalComposer';
import { PlainTextPlugin } from '@lexical/react/LexicalPlainTextPlugin';
import { ContentEditable } from '@lexical/react/LexicalContentEditable';
import { LexicalErrorBoundary } from '@lexical/react/LexicalErrorBoundary';
import { OnChangePlugin } from '@lexical/react/LexicalOnChangePlugin';
import { $getRoot } from 'lexical';
import Quill from 'quill';
import { ClassicEditor, Essentials, Paragraph, Bold, Heading } from 'ckeditor5';
import { EditorView, basicSetup } from 'codemirror';
import { useState } from 'react';
import { show, Sec } from '../boot.jsx';

const box = { border: '1px solid #bbb', minHeight: 40, padding: 6 };

function Tip() {
  const [prev, setPrev] = useState('');
  const e = useEditor({ extensions: [StarterKit], content: '', onUpdate: ({ editor }) => setPrev(editor.getText()) });
  return (
    <>
      <EditorContent editor={e} style={box} />
      <p className="preview">{prev}</p>
    </>
  );
}

function Lex() {
  return (
    <LexicalComposer initialConfig={{ namespace: 'x', onError: console.error }}>
      <PlainTextPlugin contentEditable={<ContentEditable style={box} aria-label="Notes" />} ErrorBoundary={LexicalErrorBoundary} />
    </LexicalComposer>
  );
}

function Mount({ fn }) {
  const r = useRef();
  useEffect(() => {
    if (!r.current.dataset.up) {
      r.current.dataset.up = '1';
      fn(r.current.appendChild(document.createElement('div')));
    }
  }, []);
  return <div ref={r} />;
}

function Title() {
  return (
    <>
      <h2 contentEditable suppressContentEditableWarning className="inline-title" style={box}>
        {'Untitled'}
      </h2>
    </>
  );
}

const Page = () => (
  <>
    <Sec id="tiptap" title="Notes">
      <Tip />
    </Sec>
    <Sec id="lexical" title="Notes">
      <Lex />
    </Sec>
    <Sec id="quill" title="Notes">
      <Mount fn={(el) => new Quill(el, { theme: 'snow' })} />
    </Sec>
    <Sec id="ck" title="Notes">
      <Mount
        fn={(el) =>
          ClassicEditor.create(el, { licenseKey: 'GPL', plugins: [Essentials, Paragraph, Bold, Heading], toolbar: ['heading', 'bold'] })
        }
      />
    </Sec>
    <Sec id="cm" title="Notes">
      <Mount fn={(el) => new EditorView({ parent: el, extensions: [basicSetup] })} />
    </Sec>
    <Sec id="ce" title="Title">
      <Title />
    </Sec>
    <Sec id="ptonly" title="Message">
      <div className="msg" contentEditable="plaintext-only" suppressContentEditableWarning style={box} />
    </Sec>
  </>
);

show(Page);
