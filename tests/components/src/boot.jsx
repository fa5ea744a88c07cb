// Starts the SDK on a page, and shows the page. The recorder leaves the set-up in `window.SETUP`.

import posthog from 'posthog-js';
import { createRoot } from 'react-dom/client';

export function boot() {
  const { SETUP } = window;
  if (!SETUP) return;
  window.posthog = posthog;
  posthog.init(SETUP.token, {
    api_host: SETUP.apiHost,
    person_profiles: 'always',
    opt_out_useragent_filter: true,
    capture_performance: { network_timing: true },
    // The SDK captures no bodies on a local host unless it is made to.
    loaded: ({ sessionRecording }) => {
      if (sessionRecording) sessionRecording._forceAllowLocalhostNetworkCapture = true;
    },
    ...SETUP.options,
  });
}

/** The section of one widget. */
export const Sec = ({ id, title, children }) => (
  <section id={id} style={{ border: '1px solid #ccd', borderRadius: 8, padding: 12, margin: 8, width: 380, minHeight: 60 }}>
    <h4 style={{ margin: '0 0 8px', font: '600 14px system-ui', color: '#225' }}>{title}</h4>
    {children}
  </section>
);

export function show(Page) {
  boot();
  createRoot(document.getElementById('root')).render(
    <div style={{ display: 'flex', flexWrap: 'wrap', alignItems: 'flex-start', font: '14px system-ui' }}>
      <Page />
    </div>,
  );
}
