import { systemClock } from '../shared/clock';
import { asWholeNumber, lifetimesOf, readEnvironment } from '../shared/environment';
import { publicEndpoint } from '../shared/http/public-endpoint';
import { connect } from '../shared/store/database';
import { addSession, trimSessions } from '../shared/store/sessions';
import { findUserByName } from '../shared/store/users';
import { type LoginDependencies, login, loginSchema } from './login';

const environment = readEnvironment('login');
const database = connect({ users: environment.USERS_TABLE, tokens: environment.TOKENS_TABLE });

const dependencies: LoginDependencies = {
  clock: systemClock,
  lifetimes: lifetimesOf(environment),
  bcryptCost: asWholeNumber(environment.BCRYPT_COST),
  sessionsPerUser: asWholeNumber(environment.SESSIONS_PER_USER),
  findUserByName: (username) => findUserByName(database, username),
  addSession: (address, session) => addSession(database, address, session),
  trimSessions: (locator, to) => trimSessions(database, locator, to),
};

export const handler = publicEndpoint({ name: 'login', environment, schema: loginSchema }, (input, client) =>
  login(input, client, dependencies),
);
