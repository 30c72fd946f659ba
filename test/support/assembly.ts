/** Synthesises the stack inside the test process, with cdk.json's own context, into a throw-away folder. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CloudFormationValidatePlugin, type IPolicyValidationPlugin, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AuthStack } from '../../lib/auth-stack';
import { writtenSettings } from '../../lib/settings';

type Context = Readonly<Record<string, unknown>>;

const projectContext = (): Context =>
  JSON.parse(readFileSync(join(__dirname, '../../cdk.json'), 'utf8')).context;

/** What the suites know of and do without. */
const expected = [
  {
    id: 'Annotation::TokenAuth:RateLimitsOff',
    reason: 'Most suites call from one address, again and again.',
  },
  { id: 'Annotation::TokenAuth:ForSamLocal', reason: 'Nothing is deployed.' },
  { id: 'Annotation::TokenAuth:NoMessages', reason: 'Most suites send none.' },
];

function build(settings: Context, context: Context, acknowledged = expected): { app: App; stack: AuthStack } {
  const outdir = mkdtempSync(join(tmpdir(), 'token-auth-test-'));
  const app = new App({ outdir, context: { ...projectContext(), ...settings, ...context } });
  const stack = new AuthStack(app, 'TokenAuth', { settings: writtenSettings(app.node.getAllContext()) });
  Validations.of(app).acknowledge(...acknowledged);
  return { app, stack };
}

/** The folder of a cloud assembly that can be run. Hashes cost less than the settings allow, unless these say how much. */
export function assemblyWith(settings: Context): string {
  const { directory, stacks } = build(settings, {}).app.synth();
  if ('bcryptCost' in settings) return directory;
  for (const { templateFullPath } of stacks) {
    const template = readFileSync(templateFullPath, 'utf8');
    writeFileSync(templateFullPath, template.replace(/("BCRYPT_COST": )"\d+"/g, '$1"4"'));
  }
  return directory;
}

/** The template alone, without bundles. */
export function templateWith(settings: Context): Template {
  return Template.fromStack(build(settings, withoutBundling).stack);
}

/** What synthesis warns of. */
export function warningsWith(settings: Context): readonly unknown[] {
  const { stack } = build(settings, withoutBundling, []);
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => entry.data);
}

/** The rules of cdk-nag, and of the CDK's own check of the template, that find something which nobody has accepted. */
export function unexplainedFindings(settings: Context): readonly string[] {
  const { app } = build(settings, withoutBundling);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), templateCheck);
  const { directory } = app.synth({ errorOnDuplicateSynth: false });
  const report: Report = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  return report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
}

/** Loads its rules once, if the first template has every type of resource that the others have. That takes seconds. */
const templateCheck = new CloudFormationValidatePlugin() as IPolicyValidationPlugin;

interface Report {
  readonly pluginReports: readonly { readonly violations: readonly { readonly ruleName: string }[] }[];
}

const withoutBundling = { 'aws:cdk:bundling-stacks': [] };

/** The resources of a type, by logical id. */
export const resourcesOf = (template: Template, type: string): [id: string, resource: any][] =>
  Object.entries(template.findResources(type));
