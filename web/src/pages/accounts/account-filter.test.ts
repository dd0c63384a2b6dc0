import { filterOf } from './account-filter.ts';

const of = (query: string) => filterOf(new URLSearchParams(query));

describe('the filters in the address of the accounts', () => {
  it('are those of the API', () => {
    expect(of('q=ada&platform=sandbox&status=new,active&tag=crew&withoutTag=old&session=stored')).toEqual({
      q: 'ada',
      platform: 'sandbox',
      status: 'new,active',
      tag: 'crew',
      withoutTag: 'old',
      session: 'stored',
    });
  });

  it('name a proxy by its id, or a sort of them', () => {
    const id = 'b7f3a0a4-4b0e-4b6e-9d5a-0b1f7a3c9e11';
    expect(of('proxy=failing')).toEqual({ proxy: 'failing' });
    expect(of(`proxy=${id}`)).toEqual({ proxyId: id });
  });

  it('take in both days, as the viewer has them', () => {
    expect(of('createdFrom=2026-11-01&createdTo=2026-11-30')).toEqual({
      createdFrom: new Date(2026, 10, 1).toISOString(),
      createdTo: new Date(2026, 11, 1).toISOString(),
    });
  });

  it('pass over what nobody could have chosen', () => {
    expect(of('open=new&status=gone&proxy=x&session=y&createdFrom=soon&createdTo=0000-01-01&q=')).toEqual({});
  });
});
