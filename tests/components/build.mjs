// Bundles each page of src/pages into dist/. Arguments name the pages; without any, all are built.

import { build } from 'esbuild';
import { mkdir, readdir } from 'node:fs/promises';

const ASSETS = ['.svg', '.png', '.gif', '.woff', '.woff2', '.ttf', '.webp'];

const only = process.argv.slice(2);
await mkdir('dist', { recursive: true });
for (const file of await readdir('src/pages')) {
  const name = file.replace(/\.\w+$/, '');
  if (only.length > 0 && !only.includes(name)) continue;
  await build({
    entryPoints: [`src/pages/${file}`],
    outfile: `dist/${name}.js`,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'chrome120',
    jsx: 'automatic',
    logLevel: 'error',
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      global: 'window',
    },
    loader: { ...Object.fromEntries(ASSETS.map((end) => [end, 'dataurl'])), '.eot': 'empty' },
  });
}
