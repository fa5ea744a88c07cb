// Mantine: inputs, selects, tags, pin, date, autocomplete, chips.

import '@mantine/core/styles.css';
import '@mantine/dates/styles.css';
import {
  MantineProvider,
  TextInput,
  Textarea,
  Select,
  MultiSelect,
  TagsInput,
  PinInput,
  Autocomplete,
  JsonInput,
  PasswordInput,
  NumberInput,
  Chip,
  Group,
} from '@mantine/core';
import { DateInput } from '@mantine/dates';
import { show, Sec } from '../boot.jsx';
import * as N from '../needles.mjs';
import { MANTINE as V } from '../values.mjs';

const Page = () => (
  <MantineProvider>
    <Sec id="man-text" title="Your details">
      <TextInput label="Full name" name="fullName" />
      <Textarea autosize label="Notes" name="notes" />
    </Sec>
    <Sec id="man-select" title="Ward">
      <Select label="Ward" data={[...N.others, V.sel.value]} name="ward" />
    </Sec>
    <Sec id="man-multi" title="Wards visited">
      <MultiSelect label="Wards" data={[...N.others, V.multi.value]} name="wards" />
    </Sec>
    <Sec id="man-tags" title="Conditions">
      <TagsInput label="Conditions" name="conditions" />
    </Sec>
    <Sec id="man-pin" title="One-time code">
      <PinInput length={6} type="number" oneTimeCode name="pin" />
    </Sec>
    <Sec id="man-date" title="Date of birth">
      <DateInput label="Date of birth" name="dob" />
    </Sec>
    <Sec id="man-auto" title="Address">
      <Autocomplete label="Address" data={[V.addr.value, '1 High Street, Bath']} />
    </Sec>
    <Sec id="man-chip" title="Care team">
      <Chip.Group>
        <Group>
          {[...N.others.slice(0, 2), V.chip.value].map((o) => (
            <Chip key={o} value={o}>
              {o}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </Sec>
    <Sec id="man-json" title="Free data">
      <JsonInput autosize label="Data" />
    </Sec>
  </MantineProvider>
);

show(Page);
