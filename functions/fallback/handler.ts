import { listRoutes } from '../endpoints';
import { readEnvironment } from '../shared/environment';
import { answering } from '../shared/http/answering';
import { definition } from './definition';
import { fallback } from './fallback';

const routes = listRoutes();

/** `proxy` is what the gateway matched below the stage, whatever base path a custom domain puts before it. */
export const handler = answering('fallback', readEnvironment(definition), (event) =>
  fallback(event.httpMethod, event.pathParameters?.['proxy'] ?? '', routes),
);
