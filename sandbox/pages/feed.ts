import type { Side } from '../sides.ts';
import type { Account, Notice, Post } from '../state.ts';
import { type Html, html } from './html.ts';
import { layout, timeTag } from './layout.ts';
import { postArticle } from './post.ts';

export interface FeedParts {
  side: Side;
  viewer: Account;
  entries: { post: Post; author: Account }[];
  /** Address of the next, older page. */
  olderPath: string | null;
}

export function feedPage({ side, viewer, entries, olderPath }: FeedParts): Html {
  const isClips = side.surface === 'clips';
  return layout({
    title: isClips ? 'Clips' : 'Home',
    viewer,
    section: isClips ? 'Clips' : 'Home',
    body: html`<div class="heading-row"><h1>${isClips ? 'Clips' : 'Home'}</h1>
${isClips && html`<p class="links"><a href="/clips/u/${viewer.username}">Your clips</a> <a class="button" href="/clips/upload">New clip</a></p>`}</div>
${entries.length === 0 && html`<section class="card empty"><p>${isClips ? 'No clips yet.' : 'Nothing here yet. Share something, or follow someone.'}</p></section>`}
${entries.map(({ post, author }) => postArticle(post, author))}
${olderLink(olderPath)}`,
  });
}

export function olderLink(path: string | null): Html | null {
  return path === null ? null : html`<p class="older"><a class="button" href="${path}">Older posts</a></p>`;
}

/** @param notices newest first */
export function notificationsPage(viewer: Account, notices: readonly Notice[]): Html {
  return layout({
    title: 'Notifications',
    viewer,
    section: 'Notifications',
    body: html`<h1>Notifications</h1>
<section class="card">
${
  notices.length === 0
    ? html`<p class="muted">Nothing new.</p>`
    : html`<ul class="notices">${notices.map(noticeItem)}</ul>`
}
</section>`,
  });
}

function noticeItem(notice: Notice): Html {
  const from = html`<a class="author" href="/u/${notice.from}">${notice.from}</a>`;
  const text =
    notice.kind === 'follow' ? html`${from} follows you` : html`${from} mentioned you in ${postLink(notice)}`;
  return html`<li><span>${text}</span> <span class="muted">${timeTag(notice.at)}</span></li>`;
}

function postLink(notice: Notice & { kind: 'mention' }): Html {
  return html`<a href="${notice.surface === 'clips' ? '/clips' : ''}/p/${notice.postId}">a ${notice.surface === 'clips' ? 'clip' : 'post'}</a>`;
}
