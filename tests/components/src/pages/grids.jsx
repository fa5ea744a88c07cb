// Grids, charts, a map and a calendar.

import 'leaflet/dist/leaflet.css';
import { useEffect, useRef, useState } from 'react';
import { createGrid, AllCommunityModule, ModuleRegistry } from 'ag-grid-community';
import { Chart, registerables } from 'chart.js';
import { BarChart, Bar, XAxis, YAxis, Tooltip } from 'recharts';
import L from 'leaflet';
import { show, Sec } from '../boot.jsx';

ModuleRegistry.registerModules([AllCommunityModule]);
Chart.register(...registerables);
const box = { border: '1px solid #bbb', padding: 4 };

function Mount({ fn, h = 160 }) {
  const r = useRef();
  useEffect(() => {
    if (!r.current.dataset.up) {
      r.current.dataset.up = '1';
      fn(r.current);
    }
  }, []);
  return <div ref={r} style={{ height: h, width: 350 }} />;
}

function Charts() {
  const [t, s] = useState('');
  const c = useRef(),
    ch = useRef();
  useEffect(() => {
    ch.current = new Chart(c.current, {
      type: 'bar',
      data: { labels: ['a', 'b'], datasets: [{ label: 'Series', data: [1, 2] }] },
      options: { animation: false, responsive: false },
    });
    return () => ch.current.destroy();
  }, []);
  return (
    <>
      <input
        className="ct"
        style={box}
        placeholder="Name of the series"
        value={t}
        onChange={(e) => {
          s(e.target.value);
          ch.current.data.datasets[0].label = e.target.value;
          ch.current.options.plugins.title = { display: true, text: e.target.value };
          ch.current.update('none');
        }}
      />
      <canvas ref={c} width="340" height="120" aria-label={`Chart of ${t}`} />
    </>
  );
}

function Re() {
  const [t, s] = useState('');
  return (
    <>
      <input className="rt" style={box} placeholder="Label" value={t} onChange={(e) => s(e.target.value)} />
      <BarChart
        width={340}
        height={120}
        data={[
          { n: t || 'x', v: 3 },
          { n: 'y', v: 5 },
        ]}
      >
        <XAxis dataKey="n" />
        <YAxis />
        <Tooltip />
        <Bar dataKey="v" fill="#48a" isAnimationActive={false} />
      </BarChart>
    </>
  );
}

function Map1() {
  const m = useRef();
  const [t, s] = useState('');
  return (
    <>
      <input className="mt" style={box} placeholder="Address" value={t} onChange={(e) => s(e.target.value)} />
      <button
        style={box}
        onClick={() => {
          L.marker([51.5, -0.1], { title: t, alt: `Marker at ${t}`, icon: L.divIcon({ html: '📍' }) })
            .addTo(m.current)
            .bindPopup(`<b>${t}</b>`)
            .openPopup();
        }}
      >
        Pin
      </button>
      <Mount
        h={120}
        fn={(el) => {
          m.current = L.map(el, { attributionControl: false, zoomAnimation: false, fadeAnimation: false }).setView([51.5, -0.1], 12);
        }}
      />
    </>
  );
}

function Cal() {
  const [ev, set] = useState([]);
  const [t, s] = useState('');
  return (
    <>
      <input className="ft" style={box} placeholder="Appointment" value={t} onChange={(e) => s(e.target.value)} />
      <button style={box} onClick={() => set([...ev, t])}>
        Add
      </button>
      <table role="grid">
        <tbody>
          <tr>
            {[1, 2, 3].map((d) => (
              <td key={d} role="gridcell" data-date={`2026-03-0${d}`} style={{ ...box, width: 100, height: 40, verticalAlign: 'top' }}>
                {d}
                {d === 2 &&
                  ev.map((e) => (
                    <a
                      key={e}
                      className="fc-event"
                      title={e}
                      aria-label={`${e}, 2 March`}
                      data-event={JSON.stringify({ title: e })}
                      style={{ display: 'block', background: '#37d', color: '#fff' }}
                    >
                      {e}
                    </a>
                  ))}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </>
  );
}

const Page = () => (
  <>
    <Sec id="ag" title="Patients">
      <Mount
        h={200}
        fn={(el) =>
          createGrid(el, {
            columnDefs: [
              { field: 'name', headerName: 'Patient', editable: true, filter: true, width: 150 },
              { field: 'note', headerName: 'Note', editable: true, width: 180 },
            ],
            rowData: [
              { name: 'New patient', note: '' },
              { name: 'Second row', note: 'none' },
            ],
          })
        }
      />
    </Sec>
    <Sec id="chartjs" title="Chart">
      <Charts />
    </Sec>
    <Sec id="recharts" title="Chart, drawn as SVG">
      <Re />
    </Sec>
    <Sec id="leaflet" title="Map">
      <Map1 />
    </Sec>
    <Sec id="calendar" title="Calendar">
      <Cal />
    </Sec>
  </>
);

show(Page);
