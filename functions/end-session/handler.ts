import { systemClock } from '../shared/clock';
import { readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { list, remove } from '../shared/store/sessions';
import { endSession } from './end-session';
import { endpoint, route } from './endpoint';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  clock: systemClock,
  sessions: bind(database, { list, remove }),
};

export const handler = createHandler({ name: 'end-session', route, environment }, (request) =>
  endSession(request, dependencies),
);
