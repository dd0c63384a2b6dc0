import { daysOf, fieldsOf, postsOf, sessionsOf } from './plan.ts';

const ID = '3f1c0d5e-6f57-4c0e-9f0b-6c1d2b0a9e11';

describe('what a plan says', () => {
  it('is posts only where every one has a file and a caption', () => {
    expect(postsOf({ posts: [{ mediaId: ID, caption: 'Hi' }] })).toEqual([
      { mediaId: ID, caption: 'Hi', mentions: [] },
    ]);
    expect(postsOf({ posts: [{ mediaId: ID }] })).toBeUndefined();
    expect(postsOf({ text: 'Hi' })).toBeUndefined();
  });

  it('is a calendar in the time zone of the account, not in that of the viewer', () => {
    const plan = {
      timeZone: 'Asia/Tokyo',
      sessions: [
        { at: '2027-01-31T14:00:00.000Z', minutes: 4 },
        { at: '2027-01-31T16:00:00.000Z', minutes: 4 },
      ],
    };
    const found = sessionsOf(plan);
    expect(daysOf(found?.sessions ?? [], found?.timeZone).map(({ date }) => date)).toEqual([
      '2027-01-31',
      '2027-02-01',
    ]);
    expect(daysOf(found?.sessions ?? [], 'America/New_York').map(({ date }) => date)).toEqual(['2027-01-31']);
    expect(sessionsOf({ sessions: [] })).toBeUndefined();
  });

  it('is texts, chips, thumbnails, addresses and times, by what the values are', () => {
    const plan = {
      text: 'News every day',
      targets: ['ada', 'grace'],
      mediaId: ID,
      sourceMediaIds: [ID],
      urls: ['https://example.com/'],
      at: '2027-01-31T14:00:00.000Z',
      force: false,
      newest: 5,
    };
    expect(fieldsOf(plan).map(({ name, value }) => [name, value.sort])).toEqual([
      ['text', 'text'],
      ['targets', 'chips'],
      ['mediaId', 'media'],
      ['sourceMediaIds', 'media'],
      ['urls', 'addresses'],
      ['at', 'time'],
      ['force', 'yes-no'],
      ['newest', 'number'],
    ]);
  });

  it('leaves out what is empty, and ids that nobody can read', () => {
    expect(fieldsOf({ targetId: ID, location: null, mentions: [], recipe: { maxHeight: 720, logo: null } })).toEqual([
      {
        name: 'recipe',
        value: { sort: 'fields', fields: [{ name: 'maxHeight', value: { sort: 'number', number: 720 } }] },
      },
    ]);
    expect(fieldsOf(null)).toEqual([]);
  });
});
