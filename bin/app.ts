/** The CDK app: one stack for the stage that the settings name. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AuthStack } from '../lib/auth-stack';
import { readSettings, SettingsError } from '../lib/settings';

function main(): void {
  const app = new App();
  const settings = readSettings(app.node.getAllContext());
  new AuthStack(app, `TokenAuth-${settings.stage}`, {
    settings,
    description: `Token authentication for mobile apps, stage ${settings.stage}`,
    tags: { application: 'token-auth', stage: settings.stage },
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}

try {
  main();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
