import { systemClock } from '../shared/clock';
import { asWholeNumber, readEnvironment } from '../shared/environment';
import { protectedEndpoint } from '../shared/http/protected-endpoint';
import { connect } from '../shared/store/database';
import { readSession, replaceToken } from '../shared/store/sessions';
import { type RefreshDependencies, refresh } from './refresh';

const environment = readEnvironment('refresh');
const database = connect({ tokens: environment.TOKENS_TABLE });
export const { ready } = database;

const dependencies: RefreshDependencies = {
  clock: systemClock,
  lifetimes: { tokenLifetimeSeconds: asWholeNumber(environment.TOKEN_LIFETIME_SECONDS) },
  replaceToken: (address, change) => replaceToken(database, address, change),
  readSession: (address) => readSession(database, address),
};

export const handler = protectedEndpoint({ name: 'refresh', environment }, (request) =>
  refresh(request, dependencies),
);
