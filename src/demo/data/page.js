// The demo's page: loads the SDK through the proxy, and gives it something to record.

const { apiHost, project } = document.body.dataset;
const byId = (id) => document.getElementById(id);

// An invented person: published test numbers, an example domain, a 555-01xx telephone number.
const INVENTED = {
  'full-name': 'Ottoline Vandersmith',
  email: 'ottoline.vandersmith@example.com',
  card: '4111 1111 1111 1111',
  ssn: '078-05-1120',
  password: 'correct-horse-77',
  note: 'Call (212) 555-0147, refund to DE89 3704 0044 0532 0130 00',
};

const options = {
  api_host: apiHost,
  // Each visit is a session of its own, also in a browser that is driven by a script.
  persistence: 'memory',
  opt_out_useragent_filter: true,
  session_recording: { maskAllInputs: false, maskInputOptions: { password: false }, recordHeaders: true, recordBody: true },
  enable_recording_console_log: true,
  loaded(posthog) {
    // The SDK keeps requests of pages on localhost to itself.
    if (posthog.sessionRecording) posthog.sessionRecording._forceAllowLocalhostNetworkCapture = true;
    window.SDK = posthog;
    const started = setInterval(() => {
      if (!posthog.sessionRecordingStarted()) return;
      clearInterval(started);
      byId('state').textContent = 'this page is being recorded';
      byId('received').href = `/received#eu/${posthog.get_session_id()}`;
    }, 100);
  },
};

const queue = (window.posthog = []);
queue._i = [[project, options, 'posthog']];
queue.__SV = 1;
const script = document.createElement('script');
script.crossOrigin = 'anonymous';
script.src = `${apiHost}/static/array.js`;
script.onerror = () => (byId('state').textContent = 'the SDK did not load: is array.js in the directory of --sdk?');
document.head.append(script);

const value = (id) => byId(id).value || INVENTED[id];
const person = () => ({ full_name: value('full-name'), email: value('email'), card: value('card'), ssn: value('ssn'), password: value('password') });

function show(text) {
  const item = document.createElement('li');
  item.textContent = text;
  byId('shown').append(item);
}

byId('fill').addEventListener('click', () => {
  for (const [id, text] of Object.entries(INVENTED)) {
    byId(id).value = text;
    byId(id).dispatchEvent(new Event('input', { bubbles: true }));
  }
});
byId('form').addEventListener('submit', (event) => {
  event.preventDefault();
  show(`Sent for ${value('email')}`);
});
byId('show').addEventListener('click', () => {
  show(`Receipt for ${value('email')}, card ${value('card')}`);
  show(`Social security number ${value('ssn')}`);
  show(value('note'));
});
byId('log').addEventListener('click', () => {
  console.log('order of', value('email'), person());
  show('Written to the console');
});
byId('capture').addEventListener('click', () => {
  window.SDK?.capture('order placed', { email: value('email'), card: value('card') });
  show('Captured as an event');
});
byId('fetch').addEventListener('click', async () => {
  const url = `/api/customer?email=${encodeURIComponent(value('email'))}`;
  // The SDK itself takes out a body in which it reads a word such as "password".
  const [full_name, note, email] = ['full-name', 'note', 'email'].map(value);
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ full_name, note, email }) });
  show(`Fetched, status ${answer.status}`);
});
