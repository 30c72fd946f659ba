import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, Dashboard, GraphWidget, TextWidget, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { loadDeployment } from '../../../local/template/load-deployment';
import { SampleApp } from './synthesise';
import { load } from './written-assembly';

describe('Alarms, dashboards and topics', () => {
  const app = new SampleApp();

  afterAll(() => app.remove());

  it('are passed over as CDK writes them', () => {
    const handler = app.addFunction('Handler', 'exports.handler = async () => ({ statusCode: 200 });');
    app.api.root.addMethod('GET', new LambdaIntegration(handler));
    const topic = new Topic(app.stack, 'Topic', { displayName: 'Alarms', enforceSSL: true });
    topic.addSubscription(new EmailSubscription('operator@example.com'));
    const alarm = new Alarm(app.stack, 'Alarm', {
      alarmDescription: 'Errors',
      evaluationPeriods: 1,
      metric: handler.metricErrors(),
      threshold: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
    const dashboard = new Dashboard(app.stack, 'Dashboard');
    dashboard.addWidgets(new TextWidget({ markdown: '# API' }), new GraphWidget({ left: [alarm.metric] }));

    const {
      functions,
      tables,
      apis: [api],
    } = loadDeployment(app.synthesise());

    expect(functions).toHaveLength(1);
    expect(tables).toEqual([]);
    expect(api.resources.map(({ path }) => path)).toEqual(['/']);
  });

  it.each([
    'AWS::CloudWatch::Alarm',
    'AWS::CloudWatch::Dashboard',
    'AWS::SNS::Topic',
    'AWS::SNS::Subscription',
    'AWS::SNS::TopicPolicy',
  ])('are refused with a property that they do not have: %s', (Type) => {
    expect(() => load({ One: { Type, Properties: { Colour: 'red' } } })).toThrow(
      new Error(`One (${Type}): the property Colour is not understood`),
    );
  });
});
