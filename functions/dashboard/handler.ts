import { systemClock } from '../shared/clock';
import { readEnvironment } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { dashboard } from './dashboard';
import { endpoint, route } from './endpoint';

const environment = readEnvironment(endpoint);

export const handler = createHandler({ name: 'dashboard', route, environment }, (request) =>
  dashboard(request, systemClock()),
);
