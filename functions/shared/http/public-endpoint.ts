/** An endpoint that anyone may call. */
import type { GenericSchema, InferOutput } from 'valibot';
import { addressGroup } from '../domain/source-address';
import type { RequestLog } from '../log/request-log';
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
  /** Whom the caller's IP address counts as. From the connection alone: any header can be forged (ASVS 5.0, 4.1.3). */
  readonly address: string;
  readonly log: RequestLog;
}

/** Calls `action` with the typed fields of the body. A token sent along is ignored, dead or alive. */
export function publicEndpoint<Schema extends GenericSchema>(
  { name, environment, schema }: PublicEndpoint<Schema>,
  action: (fields: InferOutput<Schema>, client: Client) => Promise<Answer>,
): Handler {
  return answering(name, environment, async (event, log) => {
    const fields = checkFields(schema, await readFields(event));
    const address = addressGroup(event.requestContext.identity.sourceIp);
    return action(fields, { device: deviceOf(event.headers), address, log });
  });
}
