// Fills in src/pages/grids.jsx.

import { GRIDS } from '../src/values.mjs';

export async function fill(visitor) {
  await visitor.fill('ag', async (widget) => {
    for (const [f, x] of [
      ['name', GRIDS.ag],
      ['note', GRIDS.agnote],
    ]) {
      await widget.doubleClick(`.ag-row [col-id=${f}]`);
      await visitor.press('a', 'Control');
      await visitor.type(x.value);
      await visitor.press('Enter');
      await visitor.wait(200);
    }
  });
  await visitor.fill('chartjs', (widget) => widget.type('.ct', GRIDS.chart.value));
  await visitor.fill('recharts', async (widget) => {
    await widget.type('.rt', GRIDS.re.value);
    await widget.hover('.recharts-bar-rectangle, .recharts-surface');
    await visitor.wait(200);
  });
  await visitor.fill('leaflet', async (widget) => {
    await widget.type('.mt', GRIDS.map.value);
    await widget.clickText('Pin');
  });
  await visitor.fill('calendar', async (widget) => {
    await widget.type('.ft', GRIDS.cal.value);
    await widget.clickText('Add');
  });
}
