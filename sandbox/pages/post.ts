import { sideOf } from '../sides.ts';
import type { Account, Post } from '../state.ts';
import { type Html, html } from './html.ts';
import { avatar, layout, timeTag } from './layout.ts';

export function permalink(post: Post): string {
  return `${sideOf(post.surface).base}/p/${post.id}`;
}

function mediaTag(post: Post): Html {
  const source = `/media/${post.media.fileName}`;
  if (post.media.kind === 'image') return html`<img class="media" src="${source}" alt="" loading="lazy">`;
  return html`<video class="media" src="${source}" controls preload="metadata" playsinline></video>`;
}

export function mentionLinks(names: readonly string[]): Html | null {
  if (names.length === 0) return null;
  const links = names.map((name, index) => html`${index > 0 && ', '}<a href="/u/${name}">@${name}</a>`);
  return html`<p class="mentions">With ${links}</p>`;
}

/** A post as the feed and the permalink page show it. */
export function postArticle(post: Post, author: Account): Html {
  return html`<article class="card post">
<header>${avatar(author, 'small')}
<div><a class="author" href="${sideOf(post.surface).base}/u/${author.username}">${author.username}</a>
${post.location !== null && html`<p class="location">${post.location}</p>`}</div></header>
${mediaTag(post)}
<div class="post-text">
${post.caption !== '' && html`<p class="caption">${post.caption}</p>`}
${mentionLinks(post.mentions)}
<p class="muted"><a href="${permalink(post)}">${timeTag(post.createdAt)}</a></p>
</div>
</article>`;
}

export function postPage(post: Post, author: Account, viewer: Account): Html {
  return layout({
    title: `${author.username}'s ${sideOf(post.surface).noun}`,
    viewer,
    body: html`<h1 class="hidden">A ${sideOf(post.surface).noun} by ${author.username}</h1>
${post.publishedAt === null && html`<p role="status" class="status">Processing. Only you can see it until it is ready.</p>`}
${postArticle(post, author)}`,
  });
}
