// Material UI: text fields, selects, autocomplete, chips, date picker, grid.

import { useState } from 'react';
import {
  TextField,
  MenuItem,
  Autocomplete,
  RadioGroup,
  FormControlLabel,
  Radio,
  Snackbar,
  Button,
  Chip,
  Select,
  FormControl,
  InputLabel,
} from '@mui/material';
import { LocalizationProvider, DatePicker } from '@mui/x-date-pickers';
import { AdapterDayjs } from '@mui/x-date-pickers/AdapterDayjs';
import { DataGrid } from '@mui/x-data-grid';
import { show, Sec } from '../boot.jsx';
import * as N from '../needles.mjs';
import { MUI as V } from '../values.mjs';

function Page() {
  const [toast, setToast] = useState('');
  const [nm, setNm] = useState('');
  const [mult, setMult] = useState([]);
  return (
    <LocalizationProvider dateAdapter={AdapterDayjs}>
      <Sec id="mui-text" title="Your details">
        <TextField
          fullWidth
          label="Full name"
          name="fullName"
          value={nm}
          onChange={(e) => setNm(e.target.value)}
          helperText={nm ? `We will call you ${nm}` : 'As in your passport'}
        />
        <Button onClick={() => setToast(`Saved ${nm}`)}>Save</Button>
        <Snackbar open={!!toast} message={toast} />
      </Sec>
      <Sec id="mui-area" title="Notes for the doctor">
        <TextField fullWidth multiline minRows={2} label="Notes" name="notes" />
      </Sec>
      <Sec id="mui-select" title="Ward">
        <TextField select fullWidth label="Ward" name="ward" defaultValue="">
          {[...N.others, V.sel.value].map((o) => (
            <MenuItem key={o} value={o}>
              {o}
            </MenuItem>
          ))}
        </TextField>
      </Sec>
      <Sec id="mui-multi" title="Wards visited">
        <FormControl fullWidth>
          <InputLabel>Wards</InputLabel>
          <Select
            multiple
            label="Wards"
            value={mult}
            onChange={(e) => setMult(e.target.value)}
            renderValue={(s) => s.map((x) => <Chip key={x} label={x} />)}
          >
            {[...N.others, V.multi.value].map((o) => (
              <MenuItem key={o} value={o}>
                {o}
              </MenuItem>
            ))}
          </Select>
        </FormControl>
      </Sec>
      <Sec id="mui-auto" title="Address">
        <Autocomplete
          freeSolo
          options={[V.addr.value, '1 High Street, Bath', '2 High Street, Bath']}
          renderInput={(p) => <TextField {...p} label="Address" />}
        />
      </Sec>
      <Sec id="mui-tags" title="Conditions">
        <Autocomplete multiple freeSolo options={['asthma', 'migraine']} renderInput={(p) => <TextField {...p} label="Conditions" />} />
      </Sec>
      <Sec id="mui-date" title="Date of birth">
        <DatePicker label="Date of birth" name="dob" />
      </Sec>
      <Sec id="mui-radio" title="Care team">
        <RadioGroup name="team">
          {[...N.others.slice(0, 2), V.radio.value].map((o) => (
            <FormControlLabel key={o} value={o} control={<Radio />} label={o} />
          ))}
        </RadioGroup>
      </Sec>
      <Sec id="mui-grid" title="Patients">
        <div style={{ height: 220 }}>
          <DataGrid
            hideFooter
            rows={[
              { id: 1, name: 'New patient', note: '' },
              { id: 2, name: 'Second row', note: 'none' },
            ]}
            columns={[
              { field: 'name', headerName: 'Patient', editable: true, width: 160 },
              { field: 'note', headerName: 'Note', editable: true, width: 180 },
            ]}
          />
        </div>
      </Sec>
    </LocalizationProvider>
  );
}

show(Page);
