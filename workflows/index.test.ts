import { accountWorkflowType, bulkWorkflowType, kindList, kindTypeSuffix } from '../kinds/index.ts';
import * as workflows from './index.ts';

describe('workflow types', () => {
  it.each(kindList.map((kind) => kind.name))('has both workflows of %s, and no others', (name) => {
    expect(Object.keys(workflows)).toEqual(expect.arrayContaining([bulkWorkflowType(name), accountWorkflowType(name)]));
    expect(Object.keys(workflows)).toHaveLength(kindList.length * 2);
  });

  it('is named after its kind', () => {
    expect(kindTypeSuffix('proxy-diag')).toBe('ProxyDiag');
  });
});
