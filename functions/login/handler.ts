import { systemClock } from '../shared/clock';
import {
  parseEmailVerification,
  parseLifetimes,
  parsePasswordCheck,
  parseWholeNumber,
  readEnvironment,
  tableNames,
} from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { createBodyReader } from '../shared/http/fields';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { consumeFixedWindow, consumeWithBackoff, refund, reset } from '../shared/store/rate-limits';
import { add, list, removeAll } from '../shared/store/sessions';
import { findLocator, findNamed, replacePasswordHash } from '../shared/store/users';
import { endpoint, route } from './endpoint';
import { login } from './login';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  clock: systemClock,
  lifetimes: parseLifetimes(environment),
  ...parsePasswordCheck(environment),
  requiresVerifiedEmail: parseEmailVerification(environment) === 'required',
  sessionsPerUser: parseWholeNumber(environment.SESSIONS_PER_USER),
  rateLimits: bind(database, { consumeFixedWindow, consumeWithBackoff, refund, reset }),
  users: bind(database, { findLocator, findNamed, replacePasswordHash }),
  sessions: bind(database, { add, list, removeAll }),
};

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'login', route, environment, readBody }, (request) =>
  login(request, dependencies),
);
