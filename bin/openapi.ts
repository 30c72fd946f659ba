/** `npm run openapi`: writes the description of the API. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatApi } from '../cli/openapi';

writeFileSync(join(__dirname, '../docs/openapi.json'), formatApi());
