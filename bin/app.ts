/** The CDK app: one stack for the stage that the settings name. */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AuthStack } from '../lib/auth-stack';
import { samStackProps } from '../lib/sam-local';
import { checkSettings, SettingsError, writtenSettings } from '../lib/settings';

function main(): void {
  const app = new App();
  const settings = writtenSettings(app.node.getAllContext());
  const { stage, sam } = checkSettings(settings);
  new AuthStack(app, sam ? 'TokenAuth-sam' : `TokenAuth-${stage}`, {
    settings,
    ...(sam && samStackProps()),
    description: `Token authentication for mobile apps, stage ${stage}`,
    tags: { application: 'token-auth', stage },
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
