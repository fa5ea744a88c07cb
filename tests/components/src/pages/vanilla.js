// Widgets without a framework, Shoelace, Bootstrap and native controls.

import 'flatpickr/dist/flatpickr.css';
import 'intl-tel-input/styles';
import '@yaireo/tagify/dist/tagify.css';
import 'tom-select/dist/css/tom-select.css';
import 'bootstrap/dist/css/bootstrap.css';
import '@shoelace-style/shoelace/dist/themes/light.css';
import flatpickr from 'flatpickr';
import intlTelInput from 'intl-tel-input';
import Tagify from '@yaireo/tagify';
import TomSelect from 'tom-select';
import IMask from 'imask';
import '@shoelace-style/shoelace/dist/components/input/input.js';
import '@shoelace-style/shoelace/dist/components/textarea/textarea.js';
import '@shoelace-style/shoelace/dist/components/select/select.js';
import '@shoelace-style/shoelace/dist/components/option/option.js';
import { boot } from '../boot.jsx';
import * as N from '../needles.mjs';
import { VANILLA as V } from '../values.mjs';

const opt = (v) => [...N.others, v].map((x) => `<option>${x}</option>`).join('');
const sec = (id, t, h) =>
  `<section id="${id}" style="border:1px solid #ccd;border-radius:8px;padding:12px;margin:8px;width:380px;min-height:60px"><h4 style="font-size:14px">${t}</h4>${h}</section>`;
document.getElementById('root').innerHTML =
  `<div style="display:flex;flex-wrap:wrap;align-items:flex-start">` +
  sec('flat', 'Date of birth', '<input class="f1" placeholder="Date of birth">') +
  sec('iti', 'Phone', '<input class="tel" type="tel">') +
  sec('tagify', 'Conditions', '<input class="tg" placeholder="Conditions">') +
  sec('tom', 'Ward', `<select class="ts"><option value="">Ward</option>${opt(V.tom.value)}</select>`) +
  sec('tomtags', 'Symptoms', '<input class="tt">') +
  sec('imask', 'Payment', '<input class="im" placeholder="Card number">') +
  sec(
    'sl-input',
    'Your details',
    '<sl-input label="Full name" clearable></sl-input><sl-textarea label="Notes" resize="auto"></sl-textarea>',
  ) +
  sec(
    'sl-select',
    'Ward',
    `<sl-select label="Ward">${[...N.others, V.slsel.value].map((x) => `<sl-option value="${x.replaceAll(' ', '_')}">${x}</sl-option>`).join('')}</sl-select>`,
  ) +
  sec(
    'bs',
    'Your details',
    `<div class="form-floating"><input class="form-control nm" id="fl" placeholder="Full name"><label for="fl">Full name</label></div><select class="form-select"><option value="">Ward</option>${opt(V.bssel.value)}</select><input class="form-control dl" list="dl1" placeholder="Ward, typed"><datalist id="dl1">${opt(V.dl.value)}</datalist>`,
  ) +
  sec('native', 'Colour and range', `<input type="date" class="nd"><select class="plain" multiple size="4">${opt(V.msel.value)}</select>`) +
  sec('places', 'Address', '<input class="pl" autocomplete="off" placeholder="Start typing your address"><div class="where"></div>') +
  sec(
    'grow',
    'Notes',
    '<div class="grow-wrap"><textarea class="gw" rows="2" oninput="this.parentNode.dataset.replicatedValue=this.value"></textarea></div><style>.grow-wrap{display:grid}.grow-wrap::after{content:attr(data-replicated-value) " ";white-space:pre-wrap;visibility:hidden}.grow-wrap>textarea,.grow-wrap::after{grid-area:1/1/2/2;font:inherit;padding:4px}</style>',
  ) +
  sec(
    'split',
    'Card in four fields',
    '<input class="c1" size="4" maxlength="4"><input class="c2" size="4" maxlength="4"><input class="c3" size="4" maxlength="4"><input class="c4" size="4" maxlength="4"><output></output>',
  ) +
  '</div>';
flatpickr('.f1', { altInput: true, altFormat: 'F j, Y', dateFormat: 'Y-m-d', allowInput: true });
intlTelInput(document.querySelector('.tel'), { initialCountry: 'gb', separateDialCode: true });
new Tagify(document.querySelector('.tg'));
new TomSelect('.ts', {});
new TomSelect('.tt', { create: true });
IMask(document.querySelector('.im'), { mask: '0000 0000 0000 0000' });
// A list of places as map services draw it: the typed part bold, the rest beside it.
const pl = document.querySelector('.pl'),
  pac = document.createElement('div');
pac.className = 'pac-container';
document.body.append(pac);
pl.addEventListener('input', () => {
  const q = pl.value.toLowerCase();
  pac.innerHTML = '';
  for (const a of [V.place.value, '1 High Street, Bath'])
    if (q.length > 1 && a.toLowerCase().startsWith(q)) {
      const [street, ...rest] = a.split(', ');
      const n = pl.value.length;
      const it = document.createElement('div');
      it.className = 'pac-item';
      it.innerHTML = `<span class="pac-icon"></span><span class="pac-item-query"><span class="pac-matched">${street.slice(0, n)}</span>${street.slice(n)}</span><span> ${rest.join(', ')}</span>`;
      it.onclick = () => {
        pl.value = a;
        pl.dispatchEvent(new Event('change', { bubbles: true }));
        pac.innerHTML = '';
        document.querySelector('.where').innerHTML =
          `<img alt="Map of ${a}" width="20" height="20" src="/map.svg?center=${encodeURIComponent(a)}"> <a href="https://maps.example/?q=${encodeURIComponent(a)}">Show on map</a>`;
      };
      pac.append(it);
    }
  const r = pl.getBoundingClientRect();
  pac.style.cssText = `position:absolute;left:${r.left}px;top:${r.bottom + scrollY}px;background:#fff;border:1px solid #aaa;z-index:9`;
});
document.querySelectorAll('#split input').forEach((i) =>
  i.addEventListener('input', () => {
    document.querySelector('#split output').textContent = [...document.querySelectorAll('#split input')]
      .map((x) => x.value)
      .filter(Boolean)
      .join(' ');
  }),
);
boot();
