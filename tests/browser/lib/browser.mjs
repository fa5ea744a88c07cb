// Debian's Chromium, one process for the whole suite, a fresh profile for each visit.

import { chromium } from 'playwright-core';
import { FORM, SECRETS } from './secrets.mjs';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const VIEWPORT = { width: 1180, height: 860 };

export function launch() {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });
}

/** One visitor: types, clicks, navigates, leaves. Resolves when everything was sent. */
export async function visit(browser, { siteUrl, apiHost, token, options, screenshot, settled }) {
  const context = await browser.newContext({ viewport: VIEWPORT });
  await context.addInitScript((setup) => (window.SETUP = setup), { apiHost, token, options });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.stack));

  await page.goto(`${siteUrl}/?contact=${encodeURIComponent(SECRETS.pageQuery.value)}`);
  await page.waitForFunction(() => window.SDK?.sessionRecordingStarted(), undefined, { timeout: 15_000 });

  for (const { id, secret, around: [before, after] = ['', ''] } of FORM) {
    await page.click(`#${id}`);
    await page.keyboard.type(before + secret.value + after);
  }
  await page.selectOption('#ship', SECRETS.optionEmail.value);
  await page.check('#terms');
  await page.click('#reset');
  await page.click('#send');
  await page.waitForFunction(() => document.body.dataset.done === 'yes');
  await page.click('#to-orders');
  await settled((state) => state.fullSnapshot && state.inputs && state.mutations && state.console && state.network && state.events, 'a full snapshot, inputs, mutations, console, network and events');
  await page.screenshot({ path: screenshot });
  await page.goto('about:blank');
  await settled((state) => state.leave, 'the $pageleave event');
  await context.close();
  return { errors };
}

/** Plays one recording to its end in a browser context of its own, and reads what it shows. */
export async function play(browser, { siteUrl, events, screenshot }) {
  const player = await openPlayer(browser, siteUrl);
  const shown = await player.play(events, { settleMs: 300 });
  await player.page.screenshot({ path: screenshot });
  await player.close();
  return shown;
}

/** A page with the rrweb player, for any number of recordings. */
export async function openPlayer(browser, siteUrl) {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  let complaints = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  // A player is no visitor: what the recording refers to is not fetched.
  await page.route('**/*', (route) => {
    const { pathname, origin } = new URL(route.request().url());
    const own = origin === siteUrl && ['/player', '/rrweb.js', '/rrweb.css'].includes(pathname);
    return own ? route.continue() : route.fulfill({ status: 200, contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' });
  });
  await page.goto(`${siteUrl}/player`);
  return {
    page,
    close: () => context.close(),
    async play(events, { settleMs = 50 } = {}) {
      complaints = [];
      const shown = await page.evaluate(playToTheEnd, { json: JSON.stringify(events), settleMs });
      return { ...shown, complaints: shown.thrown === undefined ? complaints : [...complaints, `thrown: ${shown.thrown}`] };
    },
  };
}

/** Runs in the page. Takes text: the driver does not carry values that are nested as deep as pages are. */
async function playToTheEnd({ json, settleMs }) {
  try {
    window.replayer?.destroy();
    const replayer = new window.rrweb.Replayer(JSON.parse(json), { mouseTail: false, showWarning: true, triggerFocus: false });
    window.replayer = replayer;
    const { totalTime } = replayer.getMetaData();
    replayer.pause(totalTime);
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const { document } = replayer.iframe.contentWindow;
    const fields = [...document.querySelectorAll('input, textarea, select')];
    return {
      totalTime,
      text: document.documentElement.textContent,
      html: document.documentElement.outerHTML,
      fields: fields.map((field) => ({ id: field.id, value: field.value, checked: field.checked })),
      elements: document.querySelectorAll('*').length,
    };
  } catch (error) {
    return { thrown: String(error) };
  }
}
