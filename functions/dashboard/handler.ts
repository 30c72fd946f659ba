import { systemClock } from '../shared/clock';
import { readEnvironment } from '../shared/environment';
import { protectedEndpoint } from '../shared/http/protected-endpoint';
import { dashboard } from './dashboard';

const environment = readEnvironment('dashboard');

export const handler = protectedEndpoint({ name: 'dashboard', environment }, (request) =>
  dashboard(request, systemClock()),
);
