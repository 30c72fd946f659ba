import { routeList } from '../routes';
import { readEnvironment } from '../shared/environment';
import { answering } from '../shared/http/answering';
import { fallback } from './fallback';

/** `proxy` is what the gateway matched below the stage, whatever base path a custom domain puts before it. */
export const handler = answering('fallback', readEnvironment('fallback'), (event) =>
  fallback(event.httpMethod, event.pathParameters?.['proxy'] ?? '', routeList),
);
