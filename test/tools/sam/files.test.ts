/** The files that `sam local` is given are those that `npm run sam:synth` writes, and say what they must. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routeList } from '../../../functions/routes';
import { functionNames } from '../../../functions/shared/environment';
import { samFiles } from '../../../tools/sam/files';
import { samTemplate } from '../../../tools/sam/places';
import { templateWith } from '../../support/assembly';

const PROJECT = join(__dirname, '../../..');
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const files = samFiles();

describe('what npm run sam:synth writes besides the template', () => {
  it.each([...files])('%s is up to date: npm run sam:synth renews it', (path, text) => {
    expect(read(path)).toBe(text);
  });

  it('has one event for every function, and no other lies beside them', () => {
    expect(readdirSync(join(PROJECT, 'events')).sort()).toEqual(
      functionNames.map((name) => `${name}.json`).sort(),
    );
  });
});

describe('the events', () => {
  it.each(routeList)('$name is a request to its route', ({ name, method, path, access }) => {
    const event = JSON.parse(read(`events/${name}.json`));
    expect([event.httpMethod, event.resource]).toEqual([method, path]);
    expect(event.requestContext.authorizer !== undefined).toBe(access === 'authenticated');
  });

  it('authorizer is for the dashboard, and says nothing of who is calling', () => {
    const event = JSON.parse(read('events/authorizer.json'));
    expect(event).toMatchObject({
      type: 'REQUEST',
      resource: '/api/dashboard',
      methodArn: 'arn:aws:execute-api:us-east-1:123456789012:1234567890/dev/GET/api/dashboard/',
    });
    expect(event.requestContext).not.toHaveProperty('authorizer');
  });
});

describe('env.json', () => {
  it('names only variables that functions have in the template: sam local passes over any other', () => {
    const declared = Object.values(
      templateWith({ sam: true }).findResources('AWS::Lambda::Function'),
    ).flatMap(({ Properties }) => Object.keys(Properties['Environment'].Variables));
    for (const name of Object.keys(JSON.parse(read('env.json')).Parameters)) expect(declared).toContain(name);
  });
});

describe('samconfig.toml', () => {
  it('names the template and env.json for both commands', () => {
    const sections = read('samconfig.toml')
      .split(/^\[default\./m)
      .slice(1);
    expect(sections.map((section) => section.split('.')[0])).toEqual(['local_invoke', 'local_start_api']);
    for (const section of sections) {
      expect(section).toContain(`template_file = "${samTemplate}"\nenv_vars = "env.json"`);
    }
  });
});
