// The value of each widget, page by page.

import * as N from './needles.mjs';

export const MUI = {
  name: N.name('mui-text'),
  area: N.note('mui-area'),
  sel: N.option('mui-select'),
  multi: N.option('mui-multi'),
  addr: N.address('mui-auto'),
  tag: N.tag('mui-tags'),
  dob: N.dob('mui-date'),
  radio: N.option('mui-radio'),
  grid: N.name('mui-grid'),
  gridnote: N.note('mui-grid'),
};

export const ANTD = {
  name: N.name('ant-form'),
  note: N.note('ant-form'),
  sel: N.option('ant-select'),
  tag: N.tag('ant-tags'),
  addr: N.address('ant-auto'),
  dob: N.dob('ant-date'),
  otp: N.otp('ant-otp'),
  casc: N.option('ant-casc'),
  mention: N.note('ant-mention'),
  seg: N.option('ant-seg'),
};

export const MANTINE = {
  name: N.name('man-text'),
  note: N.note('man-text'),
  sel: N.option('man-select'),
  multi: N.option('man-multi'),
  tag: N.tag('man-tags'),
  otp: N.otp('man-pin'),
  dob: N.dob('man-date'),
  addr: N.address('man-auto'),
  chip: N.option('man-chip'),
  json: N.note('man-json'),
};

export const SHADCN = {
  sel: N.option('sh-select'),
  combo: N.option('sh-combo'),
  otp: N.otp('sh-otp'),
  name: N.name('sh-rhf'),
  email: N.email('sh-rhf'),
  radio: N.option('sh-radio'),
  toggle: N.option('sh-toggle'),
  del: N.name('sh-dialog'),
  cell: N.name('sh-table'),
  cellnote: N.note('sh-table'),
};

export const REACT = {
  rs: N.option('rs-single'),
  rsm: N.option('rs-multi'),
  create: N.tag('rs-create'),
  down: N.option('downshift'),
  otp: N.otp('rotp'),
  phone: N.phone('rphone'),
  card: N.card('rcards'),
  holder: N.name('rcards', 'holder'),
  cleave: N.card('cleave'),
  hcombo: N.option('hui-combo'),
  hlist: N.option('hui-list'),
};

export const PRIME = {
  name: N.name('pr-text'),
  note: N.note('pr-text'),
  drop: N.option('pr-drop'),
  multi: N.option('pr-multi'),
  chip: N.tag('pr-chips'),
  otp: N.otp('pr-otp'),
  card: N.card('pr-mask'),
  addr: N.address('pr-auto'),
  dob: N.dob('pr-cal'),
  pass: N.name('pr-pass', 'password'),
  inplace: N.name('pr-inplace'),
};

export const VUE = {
  name: N.name('ep-text'),
  note: N.note('ep-text'),
  sel: N.option('ep-select'),
  multi: N.option('ep-multi'),
  addr: N.address('ep-auto'),
  dob: N.dob('ep-date'),
  tag: N.tag('ep-tags'),
  casc: N.option('ep-casc'),
  radio: N.option('ep-radio'),
};

export const EDIT = {
  tiptap: N.note('tiptap'),
  lexical: N.note('lexical'),
  quill: N.note('quill'),
  ck: N.note('ck'),
  cm: N.note('cm'),
  ce: N.name('ce'),
  pt: N.note('ptonly'),
};

export const VANILLA = {
  dob: N.dob('flat'),
  phone: N.phone('iti'),
  tag: N.tag('tagify'),
  tom: N.option('tom'),
  tomtag: N.tag('tomtags'),
  card: N.card('imask'),
  slname: N.name('sl-input'),
  slnote: N.note('sl-input'),
  slsel: N.option('sl-select'),
  bsname: N.name('bs'),
  bssel: N.option('bs', 'select'),
  dl: N.option('bs', 'datalist'),
  ndate: N.dob('native'),
  msel: N.option('native'),
  place: N.address('places'),
  grow: N.note('grow'),
  split: N.card('split'),
};

export const GRIDS = {
  ag: N.name('ag'),
  agnote: N.note('ag'),
  chart: N.note('chartjs'),
  re: N.note('recharts'),
  map: N.address('leaflet'),
  cal: N.note('calendar'),
};

export const APP = {
  url: N.name('url'),
  title: N.note('title'),
  live: N.note('live'),
  attrs: N.name('attrs'),
  hidden: N.name('hidden'),
  ro: N.note('readonly'),
  svg: N.name('svg'),
  letters: N.name('letters'),
  upper: N.name('upper'),
  trunc: N.note('trunc'),
  hi: N.note('highlight'),
  wn: N.name('wizard'),
  wt: N.note('wizard'),
  todo: N.tag('todo'),
  chat: N.note('chat'),
  sn: N.name('submit', 'patient'),
  st: N.note('submit', 'reason'),
  sc: N.otp('submit', 'code'),
};
