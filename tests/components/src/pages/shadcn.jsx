// What shadcn/ui is built of: Radix, cmdk, input-otp, react-hook-form, sonner, TanStack Table.

import { useState } from 'react';
import { Select, RadioGroup, Dialog, Popover, ToggleGroup, Tooltip } from 'radix-ui';
import { Command } from 'cmdk';
import { Toaster, toast } from 'sonner';
import { OTPInput } from 'input-otp';
import { useForm } from 'react-hook-form';
import { useReactTable, getCoreRowModel, flexRender } from '@tanstack/react-table';
import { show, Sec } from '../boot.jsx';
import * as N from '../needles.mjs';
import { SHADCN as V } from '../values.mjs';

const box = { border: '1px solid #bbb', borderRadius: 6, padding: '6px 10px', background: '#fff' };

function Rhf() {
  const {
    register,
    handleSubmit,
    watch,
    formState: { errors },
  } = useForm({ mode: 'onChange' });
  const [out, setOut] = useState(null);
  return (
    <form
      onSubmit={handleSubmit((d) => {
        setOut(d);
        toast('Saved', { description: <pre>{JSON.stringify(d, null, 2)}</pre> });
      })}
    >
      <label>
        Full name{' '}
        <input style={box} {...register('fullName', { validate: (v) => !v.includes('!') || `"${v}" has a sign that is not allowed` })} />
      </label>
      {errors.fullName && (
        <p role="alert" style={{ color: '#b00' }}>
          {errors.fullName.message}
        </p>
      )}
      <label>
        E-mail <input style={box} {...register('email')} />
      </label>
      <p>Preview: {watch('fullName')}</p>
      <button style={box}>Submit</button>
      {out && <pre id="rhf-out">{JSON.stringify(out)}</pre>}
    </form>
  );
}

function Combo() {
  const [open, setOpen] = useState(false);
  const [v, setV] = useState('');
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button role="combobox" aria-expanded={open} style={box}>
          {v || 'Select ward…'}
        </button>
      </Popover.Trigger>
      <Popover.Content style={box}>
        <Command>
          <Command.Input placeholder="Search ward…" />
          <Command.List>
            <Command.Empty>No ward found.</Command.Empty>
            {[...N.others, V.combo.value].map((o) => (
              <Command.Item
                key={o}
                value={o}
                onSelect={() => {
                  setV(o);
                  setOpen(false);
                }}
              >
                {o}
              </Command.Item>
            ))}
          </Command.List>
        </Command>
      </Popover.Content>
    </Popover.Root>
  );
}
const Slot = (p) => (
  <div style={{ ...box, width: 20, height: 24, textAlign: 'center', borderRadius: 0 }}>
    {p.char ?? p.placeholderChar}
    {p.hasFakeCaret && <span>|</span>}
  </div>
);

function Table1() {
  const [data, setData] = useState([{ name: 'New patient', note: '' }]);
  const columns = ['name', 'note'].map((k) => ({ accessorKey: k, header: k === 'name' ? 'Patient' : 'Note' }));
  const [edit, setEdit] = useState(null);
  const [val, setVal] = useState('');
  const t = useReactTable({ data, columns, getCoreRowModel: getCoreRowModel() });
  return (
    <table>
      <thead>
        {t.getHeaderGroups().map((g) => (
          <tr key={g.id}>
            {g.headers.map((h) => (
              <th key={h.id}>{flexRender(h.column.columnDef.header, h.getContext())}</th>
            ))}
          </tr>
        ))}
      </thead>
      <tbody>
        {t.getRowModel().rows.map((r) => (
          <tr key={r.id}>
            {r.getAllCells().map((c) => {
              const k = c.column.id;
              return (
                <td
                  key={c.id}
                  style={{ ...box, minWidth: 80 }}
                  className={`cell-${k}`}
                  onDoubleClick={() => {
                    setEdit(k);
                    setVal(r.original[k]);
                  }}
                >
                  {edit === k ? (
                    <input
                      autoFocus
                      value={val}
                      onChange={(e) => setVal(e.target.value)}
                      onKeyDown={(e) => {
                        if (e.key === 'Enter') {
                          setData([{ ...data[0], [k]: val }]);
                          setEdit(null);
                        }
                      }}
                    />
                  ) : (
                    r.original[k]
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const Page = () => {
  const [del, setDel] = useState('');
  const [ward, setWard] = useState('');
  return (
    <>
      <Toaster />
      <Sec id="sh-select" title="Ward">
        <Select.Root name="ward">
          <Select.Trigger style={box} aria-label="Ward">
            <Select.Value placeholder="Select ward" />
          </Select.Trigger>
          <Select.Portal>
            <Select.Content style={box} position="popper">
              <Select.Viewport>
                {[...N.others, V.sel.value].map((o) => (
                  <Select.Item key={o} value={o}>
                    <Select.ItemText>{o}</Select.ItemText>
                  </Select.Item>
                ))}
              </Select.Viewport>
            </Select.Content>
          </Select.Portal>
        </Select.Root>
      </Sec>
      <Sec id="sh-combo" title="Ward, with search">
        <Combo />
      </Sec>
      <Sec id="sh-otp" title="One-time code">
        <OTPInput
          maxLength={6}
          name="otp"
          render={({ slots }) => (
            <div style={{ display: 'flex' }}>
              {slots.map((s, i) => (
                <Slot key={i} {...s} />
              ))}
            </div>
          )}
        />
      </Sec>
      <Sec id="sh-rhf" title="Profile">
        <Rhf />
      </Sec>
      <Sec id="sh-radio" title="Care team">
        <RadioGroup.Root name="team" aria-label="Team">
          {[...N.others.slice(0, 1), V.radio.value].map((o) => (
            <label key={o} style={{ display: 'block' }}>
              <RadioGroup.Item value={o} style={{ ...box, width: 18, height: 18, padding: 0 }}>
                <RadioGroup.Indicator>•</RadioGroup.Indicator>
              </RadioGroup.Item>{' '}
              {o}
            </label>
          ))}
        </RadioGroup.Root>
      </Sec>
      <Sec id="sh-toggle" title="Shift">
        <ToggleGroup.Root type="single" value={ward} onValueChange={setWard}>
          {[...N.others.slice(0, 1), V.toggle.value].map((o) => (
            <ToggleGroup.Item key={o} value={o} style={box}>
              {o}
            </ToggleGroup.Item>
          ))}
        </ToggleGroup.Root>
      </Sec>
      <Sec id="sh-dialog" title="Remove a patient">
        <input style={box} placeholder="Patient" value={del} onChange={(e) => setDel(e.target.value)} />
        <Dialog.Root>
          <Dialog.Trigger style={box}>Remove…</Dialog.Trigger>
          <Dialog.Portal>
            <Dialog.Content style={{ ...box, position: 'fixed', top: 300, left: 300 }}>
              <Dialog.Title>Remove {del}?</Dialog.Title>
              <Dialog.Description>The record of {del} is deleted.</Dialog.Description>
              <Dialog.Close style={box}>Keep</Dialog.Close>
            </Dialog.Content>
          </Dialog.Portal>
        </Dialog.Root>
      </Sec>
      <Sec id="sh-table" title="Patients">
        <Table1 />
      </Sec>
    </>
  );
};

show(Page);
