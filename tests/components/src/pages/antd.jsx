// Ant Design: form, select, tags, autocomplete, date picker, one-time code, cascader, mentions.

import { useState } from 'react';
import {
  Input,
  Select,
  AutoComplete,
  DatePicker,
  Cascader,
  Form,
  Button,
  App,
  Mentions,
  Radio,
  Segmented,
  Table,
  Tag,
  Descriptions,
} from 'antd';
import { show, Sec } from '../boot.jsx';
import * as N from '../needles.mjs';
import { ANTD as V } from '../values.mjs';

const opts = (v) => [...N.others, v].map((o) => ({ value: o, label: o }));

function Inner() {
  const { message } = App.useApp();
  const [sub, setSub] = useState(null);
  return (
    <>
      <Sec id="ant-form" title="Your details">
        <Form
          layout="vertical"
          onFinish={(v) => {
            setSub(v);
            message.success(`Thank you, ${v.name}`);
          }}
        >
          <Form.Item
            label="Full name"
            name="name"
            rules={[
              { validator: (_, v) => (v && v.endsWith('!') ? Promise.reject(new Error(`${v} is not a valid name`)) : Promise.resolve()) },
            ]}
          >
            <Input allowClear />
          </Form.Item>
          <Form.Item label="Notes" name="notes">
            <Input.TextArea autoSize showCount maxLength={200} />
          </Form.Item>
          <Button htmlType="submit" type="primary">
            Review
          </Button>
        </Form>
        {sub && (
          <Descriptions
            column={1}
            items={[
              { key: 1, label: 'Name', children: sub.name },
              { key: 2, label: 'Notes', children: sub.notes },
            ]}
          />
        )}
      </Sec>
      <Sec id="ant-select" title="Ward">
        <Select showSearch style={{ width: 300 }} options={opts(V.sel.value)} placeholder="Choose a ward" />
      </Sec>
      <Sec id="ant-tags" title="Conditions">
        <Select mode="tags" style={{ width: 300 }} options={[{ value: 'asthma' }]} placeholder="Add conditions" />
      </Sec>
      <Sec id="ant-auto" title="Address">
        <AutoComplete
          style={{ width: 300 }}
          options={[{ value: V.addr.value }, { value: '1 High Street, Bath' }]}
          showSearch={{ filterOption: (i, o) => o.value.toLowerCase().includes(i.toLowerCase()) }}
          placeholder="Start typing"
        />
      </Sec>
      <Sec id="ant-date" title="Date of birth">
        <DatePicker />
      </Sec>
      <Sec id="ant-otp" title="One-time code">
        <Input.OTP length={6} />
      </Sec>
      <Sec id="ant-casc" title="Clinic and ward">
        <Cascader
          style={{ width: 300 }}
          options={[{ value: 'Ludlow clinic', label: 'Ludlow clinic', children: opts(V.casc.value) }]}
          placeholder="Choose"
        />
      </Sec>
      <Sec id="ant-mention" title="Comment">
        <Mentions rows={2} options={[{ value: 'nurse', label: 'nurse' }]} />
      </Sec>
      <Sec id="ant-seg" title="Care team">
        <Segmented options={[...N.others.slice(0, 1), V.seg.value]} />
      </Sec>
    </>
  );
}

show(() => (
  <App style={{ display: 'contents' }}>
    <Inner />
  </App>
));
