import type { Surface } from './events.ts';

/** The two sides of the site: posts, and short videos. They share their pages and differ in this. */
export interface Side {
  surface: Surface;
  /** Path prefix of the side's pages. */
  base: '' | '/clips';
  uploadTitle: string;
  fileLabel: string;
  submitLabel: string;
  accept: string;
  accepts: readonly ('video' | 'image')[];
  noun: 'post' | 'clip';
}

export const POSTS: Side = {
  surface: 'posts',
  base: '',
  uploadTitle: 'New post',
  fileLabel: 'Choose a video or photo',
  submitLabel: 'Share',
  accept: 'video/mp4,video/quicktime,video/webm,image/jpeg,image/png',
  accepts: ['video', 'image'],
  noun: 'post',
};

export const CLIPS: Side = {
  surface: 'clips',
  base: '/clips',
  uploadTitle: 'New clip',
  fileLabel: 'Choose a video or photo',
  submitLabel: 'Post clip',
  accept: 'video/mp4,video/quicktime,video/webm',
  accepts: ['video'],
  noun: 'clip',
};

export function sideOf(surface: Surface): Side {
  return surface === 'clips' ? CLIPS : POSTS;
}
