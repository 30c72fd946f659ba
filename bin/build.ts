/** `npm run build`: makes `dist`, which `npm pack` packs. In CI the reports of the API in `docs` must be up to date; elsewhere it renews them. */
import { join } from 'node:path';
import { buildPackage } from '../cli/build';
import { run } from '../cli/program';

run(() => buildPackage(join(__dirname, '..', 'dist'), !process.env['CI']));
