/** Where things for `sam local` are, from the project's folder. `samconfig.toml` names them too. */
import { samDatabaseEndpoint } from '../../lib/sam-local';

export const samAssembly = 'sam.out';
export const samTemplate = `${samAssembly}/TokenAuth-sam.template.json`;
export const samDatabasePort = Number(new URL(samDatabaseEndpoint).port);
