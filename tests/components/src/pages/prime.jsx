// PrimeReact.

import 'primereact/resources/themes/lara-light-blue/theme.css';
import { useState } from 'react';
import { InputText } from 'primereact/inputtext';
import { InputTextarea } from 'primereact/inputtextarea';
import { Dropdown } from 'primereact/dropdown';
import { MultiSelect } from 'primereact/multiselect';
import { Chips } from 'primereact/chips';
import { InputOtp } from 'primereact/inputotp';
import { InputMask } from 'primereact/inputmask';
import { AutoComplete } from 'primereact/autocomplete';
import { Calendar } from 'primereact/calendar';
import { Password } from 'primereact/password';
import { Inplace, InplaceDisplay, InplaceContent } from 'primereact/inplace';
import { show, Sec } from '../boot.jsx';
import * as N from '../needles.mjs';
import { PRIME as V } from '../values.mjs';

const S = (C, init) =>
  function W(p) {
    const [v, s] = useState(init);
    return <C {...p} value={v} onChange={(e) => s(e.value !== undefined ? e.value : e.target.value)} />;
  };
const DD = S(Dropdown, null),
  MS = S(MultiSelect, []),
  CH = S(Chips, []),
  OT = S(InputOtp, ''),
  IM = S(InputMask, ''),
  CA = S(Calendar, null),
  PW = S(Password, '');

function AC() {
  const [v, s] = useState('');
  const [x, sx] = useState([]);
  return (
    <AutoComplete
      value={v}
      suggestions={x}
      completeMethod={(e) => sx([V.addr.value, '1 High Street, Bath'].filter((a) => a.toLowerCase().includes(e.query.toLowerCase())))}
      onChange={(e) => s(e.value)}
    />
  );
}

function IP() {
  const [v, s] = useState('');
  return (
    <Inplace closable>
      <InplaceDisplay>{v || 'Click to edit'}</InplaceDisplay>
      <InplaceContent>
        <InputText value={v} onChange={(e) => s(e.target.value)} autoFocus />
      </InplaceContent>
    </Inplace>
  );
}

const Page = () => (
  <>
    <Sec id="pr-text" title="Your details">
      <InputText placeholder="Full name" name="name" />
      <InputTextarea autoResize placeholder="Notes" />
    </Sec>
    <Sec id="pr-drop" title="Ward">
      <DD options={[...N.others, V.drop.value]} placeholder="Ward" />
    </Sec>
    <Sec id="pr-multi" title="Wards">
      <MS options={[...N.others, V.multi.value]} display="chip" placeholder="Wards" />
    </Sec>
    <Sec id="pr-chips" title="Conditions">
      <CH />
    </Sec>
    <Sec id="pr-otp" title="One-time code">
      <OT length={6} />
    </Sec>
    <Sec id="pr-mask" title="Member">
      <IM mask="9999 9999 9999 9999" placeholder="Card number" />
    </Sec>
    <Sec id="pr-auto" title="Address">
      <AC />
    </Sec>
    <Sec id="pr-cal" title="Date of birth">
      <CA dateFormat="dd/mm/yy" />
    </Sec>
    <Sec id="pr-pass" title="Password">
      <PW toggleMask feedback={false} />
    </Sec>
    <Sec id="pr-inplace" title="Patient">
      <IP />
    </Sec>
  </>
);

show(Page);
