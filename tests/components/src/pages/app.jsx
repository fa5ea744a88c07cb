// Habits of applications: what they do with a value that was just typed.

import { useState, useEffect } from 'react';
import { show, Sec } from '../boot.jsx';

const box = { border: '1px solid #bbb', padding: 4 };
const I = ({ id, title, ph, render, on }) => {
  const [v, s] = useState('');
  return (
    <Sec id={id} title={title}>
      <input
        style={box}
        placeholder={ph}
        value={v}
        onChange={(e) => {
          s(e.target.value);
          on?.(e.target.value);
        }}
      />
      {render?.(v)}
    </Sec>
  );
};

function Stepper() {
  const [step, set] = useState(0);
  const [f, sf] = useState({ name: '', note: '' });
  return (
    <Sec id="wizard" title={step ? 'Check your answers' : 'About you'}>
      {step === 0 ? (
        <>
          <input className="wn" style={box} placeholder="Full name" value={f.name} onChange={(e) => sf({ ...f, name: e.target.value })} />
          <textarea className="wt" style={box} placeholder="Notes" value={f.note} onChange={(e) => sf({ ...f, note: e.target.value })} />
          <button className="go" style={box} onClick={() => set(1)}>
            Continue
          </button>
        </>
      ) : (
        <dl>
          <dt>Full name</dt>
          <dd>{f.name}</dd>
          <dt>Notes</dt>
          <dd>{f.note}</dd>
        </dl>
      )}
    </Sec>
  );
}

function Todo() {
  const [v, s] = useState('');
  const [l, sl] = useState([]);
  return (
    <Sec id="todo" title="Tasks">
      <input
        style={box}
        placeholder="Add a task"
        value={v}
        onChange={(e) => s(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === 'Enter') {
            sl([...l, v]);
            s('');
          }
        }}
      />
      <ul>
        {l.map((x) => (
          <li key={x} data-value={x}>
            {x} <button aria-label={`Remove ${x}`}>×</button>
          </li>
        ))}
      </ul>
    </Sec>
  );
}

function Chat() {
  const [v, s] = useState('');
  const [l, sl] = useState([]);
  return (
    <Sec id="chat" title="Chat with your nurse">
      <div role="log" aria-live="polite">
        {l.map((x, i) => (
          <div key={i} className="bubble">
            {x}
          </div>
        ))}
      </div>
      <textarea style={box} placeholder="Write a message" value={v} onChange={(e) => s(e.target.value)} />
      <button
        style={box}
        className="send"
        onClick={() => {
          sl([...l, v]);
          s('');
        }}
      >
        Send
      </button>
    </Sec>
  );
}

function Submit() {
  const [f, sf] = useState({});
  const set = (k) => (e) => sf({ ...f, [k]: e.target.value });
  return (
    <Sec id="submit" title="Book an appointment">
      <input className="sn" name="patient" style={box} placeholder="Patient" onChange={set('patient')} />
      <input className="st" name="reason" style={box} placeholder="Reason" onChange={set('reason')} />
      <input className="sc" name="code" style={box} placeholder="Confirmation" onChange={set('code')} />
      <button
        className="sb"
        style={box}
        onClick={async () => {
          console.log('submitting', f);
          const r = await fetch('/api/book?who=' + encodeURIComponent(f.patient), {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(f),
          });
          await r.json();
          window.posthog?.capture('appointment booked', { patient: f.patient, reason: f.reason });
        }}
      >
        Book
      </button>
    </Sec>
  );
}

const Page = () => (
  <>
    <I
      id="url"
      title="Search"
      ph="Search patients"
      on={(v) => history.replaceState({}, '', '?q=' + encodeURIComponent(v) + '#' + encodeURIComponent(v))}
      render={(v) => <a href={`/results?q=${encodeURIComponent(v)}`}>All results</a>}
    />
    <I
      id="title"
      title="Document"
      ph="Name of the document"
      on={(v) => {
        document.title = `${v} – Clinic`;
      }}
    />
    <I
      id="live"
      title="Hobbies"
      ph="Hobby"
      render={(v) => (
        <div aria-live="polite" style={{ position: 'absolute', width: 1, height: 1, overflow: 'hidden' }}>
          {v && `You typed ${v}`}
        </div>
      )}
    />
    <I
      id="attrs"
      title="Nickname"
      ph="Nickname"
      render={(v) => (
        <div
          className="card"
          data-name={v}
          data-state={v ? 'filled' : 'empty'}
          title={v}
          aria-label={`Card of ${v}`}
          style={{ '--label': `"${v}"` }}
        >
          <span className="avatar" style={{ background: '#259', color: '#fff', borderRadius: 12, padding: 4 }}>
            {v
              .split(' ')
              .map((x) => x[0])
              .join('')}
          </span>
        </div>
      )}
    />
    <I
      id="hidden"
      title="Reference"
      ph="Reference"
      render={(v) => (
        <>
          <input type="hidden" name="ref" value={v} />
          <meta itemProp="name" content={v} />
        </>
      )}
    />
    <I
      id="readonly"
      title="Confirm"
      ph="Reference"
      render={(v) => (
        <>
          <input readOnly value={v} style={box} />
          <input disabled value={v} style={box} />
          <output>{v}</output>
          <progress max="100" value={v.length} />
        </>
      )}
    />
    <I
      id="svg"
      title="Signature"
      ph="Type your signature"
      render={(v) => (
        <svg width="300" height="40">
          <text x="5" y="28" fontFamily="cursive" fontSize="24">
            {v}
          </text>
        </svg>
      )}
    />
    <I
      id="letters"
      title="Badge"
      ph="Name on the badge"
      render={(v) => (
        <div>
          {[...v].map((c, i) => (
            <span key={i} style={{ display: 'inline-block' }}>
              {c}
            </span>
          ))}
        </div>
      )}
    />
    <I id="upper" title="Label" ph="Name" render={(v) => <b>{v.toUpperCase()}</b>} />
    <I id="trunc" title="Preview" ph="Reason for visit" render={(v) => <i>{v.length > 14 ? v.slice(0, 14) + '…' : v}</i>} />
    <I
      id="highlight"
      title="Find"
      ph="Find"
      render={(v) => (
        <p>
          Results for <mark>{v}</mark>: <span>0</span>
        </p>
      )}
    />
    <Stepper />
    <Todo />
    <Chat />
    <Submit />
  </>
);

show(Page);
