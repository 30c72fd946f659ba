import { parseAnnouncementRules, readEnvironment, tableNames } from '../shared/environment';
import { createHandler } from '../shared/http/create-handler';
import { bindProof, createProofReader } from '../shared/http/prove';
import { confirmEmail } from '../shared/store/accounts';
import { bind } from '../shared/store/bind';
import { connect } from '../shared/store/database';
import { activation } from './activation';
import { endpoint, route } from './endpoint';

const environment = readEnvironment(endpoint);
const database = connect(tableNames(endpoint, environment));
export const { ready } = database;

const dependencies = {
  ...bindProof(database, environment),
  announcementRules: parseAnnouncementRules(environment),
  accounts: bind(database, { confirmEmail }),
};

const readBody = createProofReader(endpoint, environment);

export const handler = createHandler({ name: 'activation', route, environment, readBody }, (request) =>
  activation(request, dependencies),
);
