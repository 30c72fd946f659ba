import { systemClock } from '../shared/clock';
import { readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bind } from '../shared/store/bind';
import { listPending } from '../shared/store/challenges';
import { connect } from '../shared/store/database';
import { enqueue } from '../shared/store/outbox';
import { consumeFixedWindow } from '../shared/store/rate-limits';
import { list } from '../shared/store/sessions';
import { findForExport, findImported } from '../shared/store/users';
import { endpoint, route } from './endpoint';
import { exportMe } from './export-me';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  clock: systemClock,
  users: bind(database, { findForExport, findImported }),
  sessions: bind(database, { list }),
  challenges: bind(database, { listPending }),
  events: environment.EVENTS === 'on' ? bind(database, { enqueue }) : undefined,
  rateLimits: bind(database, { consumeFixedWindow }),
};

export const handler = createHandler({ name: 'export-me', route, environment }, (request) =>
  exportMe(request, dependencies),
);
