// React widgets: react-select, downshift, one-time code, phone, cards, Headless UI.

import 'react-phone-number-input/style.css';
import 'react-credit-cards-2/dist/es/styles-compiled.css';
import { useState } from 'react';
import Select from 'react-select';
import Creatable from 'react-select/creatable';
import { useCombobox } from 'downshift';
import OtpInput from 'react-otp-input';
import PhoneInput from 'react-phone-number-input';
import Cards from 'react-credit-cards-2';
import Cleave from 'cleave.js/react';
import {
  Combobox,
  ComboboxInput,
  ComboboxOptions,
  ComboboxOption,
  Listbox,
  ListboxButton,
  ListboxOptions,
  ListboxOption,
} from '@headlessui/react';
import { show, Sec } from '../boot.jsx';
import * as N from '../needles.mjs';
import { REACT as V } from '../values.mjs';

const o = (v) => [...N.others, v].map((x) => ({ value: x, label: x }));
const box = { border: '1px solid #bbb', borderRadius: 6, padding: '6px 10px' };

function Down() {
  const all = [...N.others, V.down.value];
  const [items, set] = useState(all);
  const c = useCombobox({
    items,
    onInputValueChange: ({ inputValue }) => set(all.filter((x) => x.toLowerCase().includes((inputValue || '').toLowerCase()))),
  });
  return (
    <div>
      <label {...c.getLabelProps()}>Ward</label>
      <input style={box} {...c.getInputProps()} />
      <ul {...c.getMenuProps()}>
        {c.isOpen &&
          items.map((x, i) => (
            <li key={x} {...c.getItemProps({ item: x, index: i })}>
              {x}
            </li>
          ))}
      </ul>
      <p>
        {c.selectedItem && (
          <>
            Chosen: <b>{c.selectedItem}</b>
          </>
        )}
      </p>
    </div>
  );
}

function Card() {
  const [n, setN] = useState('');
  const [h, setH] = useState('');
  const [e, setE] = useState('');
  const [c, setC] = useState('');
  const [f, setF] = useState('');
  return (
    <>
      <Cards number={n} name={h} expiry={e} cvc={c} focused={f} />
      <input style={box} name="number" placeholder="Card number" value={n} onChange={(x) => setN(x.target.value)} />
      <input style={box} name="name" placeholder="Name on card" value={h} onChange={(x) => setH(x.target.value)} />
      <input style={box} name="expiry" placeholder="MM/YY" value={e} onChange={(x) => setE(x.target.value)} />
      <input style={box} name="cvc" placeholder="CVC" value={c} onFocus={() => setF('cvc')} onChange={(x) => setC(x.target.value)} />
    </>
  );
}

function Otp() {
  const [v, s] = useState('');
  return <OtpInput value={v} onChange={s} numInputs={6} renderSeparator={<span>-</span>} renderInput={(p) => <input {...p} />} />;
}

function Ph() {
  const [v, s] = useState('');
  return (
    <>
      <PhoneInput international defaultCountry="GB" value={v} onChange={s} />
      <p>We will call {v}</p>
    </>
  );
}

function Hc() {
  const [v, s] = useState('');
  const [q, sq] = useState('');
  const all = [...N.others, V.hcombo.value];
  return (
    <Combobox value={v} onChange={s} name="ward">
      <ComboboxInput style={box} aria-label="Ward" onChange={(e) => sq(e.target.value)} />
      <ComboboxOptions>
        {all
          .filter((x) => x.toLowerCase().includes(q.toLowerCase()))
          .map((x) => (
            <ComboboxOption key={x} value={x}>
              {x}
            </ComboboxOption>
          ))}
      </ComboboxOptions>
    </Combobox>
  );
}

function Hl() {
  const [v, s] = useState('');
  return (
    <Listbox value={v} onChange={s} name="ward2">
      <ListboxButton style={box}>{v || 'Choose a ward'}</ListboxButton>
      <ListboxOptions>
        {[...N.others, V.hlist.value].map((x) => (
          <ListboxOption key={x} value={x}>
            {x}
          </ListboxOption>
        ))}
      </ListboxOptions>
    </Listbox>
  );
}

const Page = () => (
  <>
    <Sec id="rs-single" title="Ward">
      <Select name="ward" aria-label="Ward" options={o(V.rs.value)} />
    </Sec>
    <Sec id="rs-multi" title="Wards visited">
      <Select isMulti name="wards" aria-label="Wards" options={o(V.rsm.value)} />
    </Sec>
    <Sec id="rs-create" title="Conditions">
      <Creatable isMulti name="conditions" aria-label="Conditions" options={[{ value: 'asthma', label: 'asthma' }]} />
    </Sec>
    <Sec id="downshift" title="Ward, typed">
      <Down />
    </Sec>
    <Sec id="rotp" title="One-time code">
      <Otp />
    </Sec>
    <Sec id="rphone" title="Phone">
      <Ph />
    </Sec>
    <Sec id="rcards" title="Payment">
      <Card />
    </Sec>
    <Sec id="cleave" title="Payment, formatted">
      <Cleave style={box} placeholder="Card number" options={{ creditCard: true }} />
    </Sec>
    <Sec id="hui-combo" title="Ward, headless">
      <Hc />
    </Sec>
    <Sec id="hui-list" title="Ward list">
      <Hl />
    </Sec>
  </>
);

show(Page);
