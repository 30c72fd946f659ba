import { systemClock } from '../shared/clock';
import { readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { list } from '../shared/store/sessions';
import { endpoint, route } from './endpoint';
import { sessions } from './sessions';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  clock: systemClock,
  sessions: bind(database, { list }),
};

export const handler = createHandler({ name: 'sessions', route, environment }, (request) =>
  sessions(request, dependencies),
);
