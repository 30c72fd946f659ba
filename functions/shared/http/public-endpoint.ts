/** An endpoint that anyone may call. */
import type { GenericSchema, InferOutput } from 'valibot';
import { answering, type Handler, type HttpEnvironment } from './answering';
import { readFields } from './body';
import { checkFields } from './fields';
import type { Answer } from './response';

interface PublicEndpoint<Schema extends GenericSchema> {
  readonly name: string;
  readonly environment: HttpEnvironment;
  readonly schema: Schema;
}

/** Calls `action` with the typed fields of the body. A token sent along is ignored, dead or alive. */
export const publicEndpoint = <Schema extends GenericSchema>(
  { name, environment, schema }: PublicEndpoint<Schema>,
  action: (fields: InferOutput<Schema>) => Promise<Answer>,
): Handler =>
  answering(name, environment, async (event) => action(checkFields(schema, await readFields(event))));
