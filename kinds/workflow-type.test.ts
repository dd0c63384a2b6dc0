import { kindOfWorkflowType } from '../contracts/timings.ts';
import { accountWorkflowType, bulkWorkflowType, kindList } from './index.ts';

describe('the kind of a workflow', () => {
  it('is read from its type, for every kind there is', () => {
    for (const { name } of kindList) {
      expect(kindOfWorkflowType(accountWorkflowType(name))).toBe(name);
      expect(kindOfWorkflowType(bulkWorkflowType(name))).toBe(name);
    }
    expect(kindOfWorkflowType('scheduledBulkTask')).toBe('scheduled-bulk-task');
  });
});
