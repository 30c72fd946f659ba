/** The CDK app: one stack for the stage that the settings name. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AuthStack } from '../lib/auth-stack';
import { samStackProps } from '../lib/sam-local';
import { readSettings, SettingsError } from '../lib/settings';

function main(): void {
  const app = new App();
  const settings = readSettings(app.node.getAllContext());
  new AuthStack(app, settings.sam ? 'TokenAuth-sam' : `TokenAuth-${settings.stage}`, {
    settings,
    ...(settings.sam && samStackProps()),
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
