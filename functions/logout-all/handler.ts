import { systemClock } from '../shared/clock';
import { readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { endAllSessions, endOtherSessions } from '../shared/store/generations';
import { list, removeAll } from '../shared/store/sessions';
import { endpoint, route } from './endpoint';
import { logoutAll } from './logout-all';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  clock: systemClock,
  users: bind(database, { endAllSessions, endOtherSessions }),
  sessions: bind(database, { list, removeAll }),
};

export const handler = createHandler({ name: 'logout-all', route, environment }, (request) =>
  logoutAll(request, dependencies),
);
