// Element Plus, in Vue.

import 'element-plus/dist/index.css';
import { createApp, h, ref, defineComponent } from 'vue';
import ElementPlus, {
  ElInput,
  ElSelect,
  ElOption,
  ElAutocomplete,
  ElDatePicker,
  ElInputTag,
  ElCascader,
  ElRadioGroup,
  ElRadioButton,
  ElMessage,
  ElButton,
  ElTag,
  ElMention,
} from 'element-plus';
import { boot } from '../boot.jsx';
import * as N from '../needles.mjs';
import { VUE as V } from '../values.mjs';

boot();
const sec = (id, title, body) =>
  h(
    'section',
    { id, style: 'border:1px solid #ccd;border-radius:8px;padding:12px;margin:8px;width:380px;min-height:60px;font:14px system-ui' },
    [h('h4', { style: 'margin:0 0 8px;color:#225' }, title), body],
  );

const App = defineComponent({
  setup() {
    const m = {
      name: ref(''),
      notes: ref(''),
      ward: ref(''),
      wards: ref([]),
      addr: ref(''),
      dob: ref(''),
      tags: ref([]),
      casc: ref([]),
      team: ref(''),
      email: ref(''),
    };
    const b = (k) => ({ modelValue: m[k].value, 'onUpdate:modelValue': (v) => (m[k].value = v) });
    const opts = (v) => () => [...N.others, v].map((x) => h(ElOption, { key: x, value: x, label: x }));
    return () =>
      h('div', { style: 'display:flex;flex-wrap:wrap;align-items:flex-start' }, [
        sec(
          'ep-text',
          'Your details',
          h('div', [
            h(ElInput, { ...b('name'), placeholder: 'Full name', clearable: true }),
            h(ElInput, { ...b('notes'), type: 'textarea', autosize: true, showWordLimit: true, maxlength: 200, placeholder: 'Notes' }),
            h('p', `Hello ${m.name.value}`),
            h(ElButton, { onClick: () => ElMessage.success(`Saved ${m.name.value}`) }, () => 'Save'),
          ]),
        ),
        sec('ep-select', 'Ward', h(ElSelect, { ...b('ward'), filterable: true }, { default: opts(V.sel.value) })),
        sec('ep-multi', 'Wards', h(ElSelect, { ...b('wards'), multiple: true }, { default: opts(V.multi.value) })),
        sec(
          'ep-auto',
          'Address',
          h(ElAutocomplete, {
            ...b('addr'),
            fetchSuggestions: (q, cb) =>
              cb(
                [{ value: V.addr.value }, { value: '1 High Street, Bath' }].filter((x) => x.value.toLowerCase().includes(q.toLowerCase())),
              ),
          }),
        ),
        sec('ep-date', 'Date of birth', h(ElDatePicker, { ...b('dob'), type: 'date' })),
        sec('ep-tags', 'Conditions', h(ElInputTag, { ...b('tags') })),
        sec(
          'ep-casc',
          'Clinic and ward',
          h(ElCascader, {
            ...b('casc'),
            options: [
              {
                value: 'Ludlow clinic',
                label: 'Ludlow clinic',
                children: [...N.others, V.casc.value].map((x) => ({ value: x, label: x })),
              },
            ],
          }),
        ),
        sec(
          'ep-radio',
          'Care team',
          h(ElRadioGroup, { ...b('team') }, () =>
            [...N.others.slice(0, 1), V.radio.value].map((x) => h(ElRadioButton, { key: x, value: x }, () => x)),
          ),
        ),
      ]);
  },
});

createApp(App).use(ElementPlus).mount('#root');
