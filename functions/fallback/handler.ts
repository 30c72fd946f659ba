import { listRoutes } from '../endpoints';
import { readEnvironment } from '../shared/environment';
import { createResponder } from '../shared/http/create-responder';
import { definition } from './definition';
import { fallback } from './fallback';

const routes = listRoutes();

/** `proxy` is what the gateway matched below the stage, whatever base path a custom domain puts before it. */
export const handler = createResponder('fallback', readEnvironment(definition), (event) =>
  fallback(event.httpMethod, event.pathParameters?.['proxy'] ?? '', routes),
);
