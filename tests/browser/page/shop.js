// Loads the SDK the way its snippet does, and makes the page do things worth recording.
// `window.SETUP` comes from the test: { apiHost, token, options }.

const { apiHost, token, options } = window.SETUP;

document.cookie = 'basket_owner={{cookie}}; path=/';

const stub = (window.posthog = []);
stub._i = [];
stub.__SV = 1;
stub._i.push([
  token,
  {
    api_host: apiHost,
    opt_out_useragent_filter: true,
    disable_session_recording: false,
    enable_recording_console_log: true,
    capture_performance: { network_timing: true },
    request_batching: true,
    ...options,
    session_recording: {
      recordHeaders: true,
      recordBody: true,
      ...options.session_recording,
    },
    loaded(posthog) {
      posthog.sessionRecording._forceAllowLocalhostNetworkCapture = true;
      window.SDK = posthog;
    },
  },
  'posthog',
]);
const script = document.createElement('script');
script.crossOrigin = 'anonymous';
script.src = `${apiHost}/static/array.js`;
document.head.append(script);

const byId = (id) => document.getElementById(id);

byId('to-orders').addEventListener('click', (event) => {
  event.preventDefault();
  history.pushState({}, '', event.target.href);
  document.title = 'Orders';
  const row = document.createElement('li');
  row.innerHTML = 'Confirmation for <em>{{mutationEmail}}</em>';
  byId('history').append(row);
  byId('status').textContent = 'Courier: {{mutationText}}';
  byId('status').setAttribute('title', 'Sent by {{mutationAttribute}}');
});

byId('reset').addEventListener('click', (event) => event.preventDefault());

byId('details').addEventListener('submit', async (event) => {
  event.preventDefault();
  console.log('order placed by', '{{consoleEmail}}');
  console.warn('charged', { card: '{{consoleObject}}', amount: 12 });
  window.SDK.identify('customer-4711', { email: '{{personProperty}}', plan: 'basic' });
  window.SDK.capture('order placed', { contact: '{{eventProperty}}', amount: 12.5 });
  await fetch('/api/customer?for={{requestQuery}}', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-customer-mail': '{{requestHeader}}' },
    body: JSON.stringify({ contact: '{{requestBody}}', amount: 12 }),
  }).then((answer) => answer.json());
  byId('history').insertAdjacentHTML('beforeend', '<li>Order 4711 received</li>');
  document.body.dataset.done = 'yes';
});
