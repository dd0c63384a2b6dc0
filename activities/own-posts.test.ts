import { findOwnPost } from './own-posts.ts';
import type { OwnPost } from './platforms/driver.ts';

const post = (id: string, caption: string): OwnPost => ({ id, caption, permalink: `/p/${id}`, state: 'published' });

describe('finding the post of a submit with unknown outcome', () => {
  it('finds the new one with the caption', () => {
    expect(findOwnPost([post('3', 'hello'), post('2', 'old')], 'hello', ['2'])?.id).toBe('3');
  });

  it('does not take an older post with the same caption for it', () => {
    expect(findOwnPost([post('2', 'hello')], 'hello', ['2'])).toBeNull();
  });

  it('does not take a new post with another caption for it', () => {
    expect(findOwnPost([post('3', 'posted by hand')], 'hello', [])).toBeNull();
  });

  it('knows that platforms fold white space', () => {
    expect(findOwnPost([post('3', 'hello world')], ' hello\n  world ', [])?.id).toBe('3');
  });
});
