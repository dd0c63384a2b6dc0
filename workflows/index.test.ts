import { RETENTION_WORKFLOW } from '../contracts/retention.ts';
import { SCHEDULED_WORKFLOW } from '../contracts/schedules.ts';
import { accountWorkflowType, bulkWorkflowType, kindList, kindTypeSuffix } from '../kinds/index.ts';
import * as workflows from './index.ts';

describe('workflow types', () => {
  it.each(kindList.map((kind) => kind.name))('has both workflows of %s, and no others', (name) => {
    expect(Object.keys(workflows)).toEqual(expect.arrayContaining([bulkWorkflowType(name), accountWorkflowType(name)]));
    // Beside them only the firing of a schedule, which serves every kind, and the retention.
    const others: string[] = [SCHEDULED_WORKFLOW, RETENTION_WORKFLOW];
    expect(Object.keys(workflows).filter((type) => !others.includes(type))).toHaveLength(kindList.length * 2);
    expect(Object.keys(workflows)).toEqual(expect.arrayContaining(others));
  });

  it('is named after its kind', () => {
    expect(kindTypeSuffix('proxy-diag')).toBe('ProxyDiag');
  });
});
