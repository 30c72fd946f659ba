/** An endpoint that anyone may call. */
import type { GenericSchema, InferOutput } from 'valibot';
import { answering, type Handler, type HttpEnvironment } from './answering';
import { readFields } from './body';
import { deviceOf } from './device';
import { checkFields } from './fields';
import type { Answer } from './response';

interface PublicEndpoint<Schema extends GenericSchema> {
  readonly name: string;
  readonly environment: HttpEnvironment;
  readonly schema: Schema;
}

/** What is known of a caller who needs no token. */
export interface Client {
  readonly device: string;
}

/** Calls `action` with the typed fields of the body. A token sent along is ignored, dead or alive. */
export function publicEndpoint<Schema extends GenericSchema>(
  { name, environment, schema }: PublicEndpoint<Schema>,
  action: (fields: InferOutput<Schema>, client: Client) => Promise<Answer>,
): Handler {
  return answering(name, environment, async (event) => {
    const fields = checkFields(schema, await readFields(event));
    return action(fields, { device: deviceOf(event.headers) });
  });
}
