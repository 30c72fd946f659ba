import { systemClock } from '../shared/clock';
import {
  addressRulesOf,
  asWholeNumber,
  failureRulesOf,
  lifetimesOf,
  readEnvironment,
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
const database = connect({
  users: environment.USERS_TABLE,
  tokens: environment.TOKENS_TABLE,
  rateLimits: environment.RATE_LIMITS_TABLE,
});
export const { ready } = database;

const dependencies = {
  clock: systemClock,
  lifetimes: lifetimesOf(environment),
  bcryptCost: asWholeNumber(environment.BCRYPT_COST),
  sessionsPerUser: asWholeNumber(environment.SESSIONS_PER_USER),
  sourceIpRules: addressRulesOf(environment.LOGINS_PER_ADDRESS, environment.ADDRESS_WINDOW_SECONDS),
  accountRules: failureRulesOf(environment),
  rateLimits: bind(database, { consumeFixedWindow, consumeWithBackoff, refund, reset }),
  users: bind(database, { findLocator, findNamed, replacePasswordHash }),
  sessions: bind(database, { add, list, removeAll }),
};

const readBody = createBodyReader(endpoint.body, environment);

export const handler = createHandler({ name: 'login', route, environment, readBody }, (request) =>
  login(request, dependencies),
);
