import { systemClock } from '../shared/clock';
import { parseEmailVerification, readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { findProfile } from '../shared/store/users';
import { endpoint, route } from './endpoint';
import { me } from './me';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  clock: systemClock,
  emailVerification: parseEmailVerification(environment),
  users: bind(database, { findProfile }),
};

export const handler = createHandler({ name: 'me', route, environment }, (request) =>
  me(request, dependencies),
);
