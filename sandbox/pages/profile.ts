import { POSTS, type Side } from '../sides.ts';
import type { Account, Post } from '../state.ts';
import { olderLink } from './feed.ts';
import { type Html, html } from './html.ts';
import { alertBox, avatar, layout, statusBox } from './layout.ts';
import { permalink } from './post.ts';

export const MAX_BIO = 150;

export interface ProfileParts {
  side: Side;
  account: Account;
  viewer: Account;
  /** Newest first. */
  posts: Post[];
  total: number;
  olderPath: string | null;
  /** The button has other words, as after a redesign. */
  moved: boolean;
}

export function profilePage({ side, account, viewer, posts, total, olderPath, moved }: ProfileParts): Html {
  const own = account === viewer;
  return layout({
    title: account.username,
    viewer,
    ...(own && side === POSTS ? { section: 'Profile' as const } : {}),
    body: html`<section class="card profile">
${avatar(account, 'large')}
<div class="profile-text">
<div class="heading-row"><h1>${account.username}</h1>${own ? html`<a class="button quiet" href="/settings/profile">Edit profile</a>` : followForm(account, viewer, moved)}</div>
<ul class="counts" aria-label="Counts"><li><b>${total}</b> ${total === 1 ? side.noun : `${side.noun}s`}</li><li><b>${account.followers.size}</b> ${account.followers.size === 1 ? 'follower' : 'followers'}</li><li><b>${account.follows.size}</b> following</li></ul>
${account.bio !== '' && html`<p class="bio">${account.bio}</p>`}
</div>
</section>
<nav class="tabs" aria-label="Profile sections">${tab('Posts', `/u/${account.username}`, side === POSTS)}${tab('Short videos', `/clips/u/${account.username}`, side !== POSTS)}</nav>
${
  posts.length === 0
    ? html`<section class="card empty"><p>No ${side.noun}s yet.</p></section>`
    : html`<ul class="grid" aria-label="${side === POSTS ? 'Posts' : 'Clips'}">${posts.map(tile)}</ul>`
}
${olderLink(olderPath)}`,
  });
}

function tab(name: string, path: string, current: boolean): Html {
  return html`<a class="tab" href="${path}"${current && html` aria-current="page"`}>${name}</a>`;
}

function followForm(account: Account, viewer: Account, moved: boolean): Html {
  const following = viewer.follows.has(account.username);
  const words = moved ? ['Sailing along', 'Sail along'] : ['Following', 'Follow'];
  return html`<form method="post" action="/u/${account.username}/${following ? 'unfollow' : 'follow'}">
<button${following && html` class="quiet"`}>${words[following ? 0 : 1]}</button></form>`;
}

function tile(post: Post): Html {
  const hue = Number.parseInt(post.media.sha256.slice(0, 2), 16) % 6;
  const isImage = post.media.kind === 'image';
  return html`<li class="tile hue-${hue} ${isImage ? 'is-image' : 'is-video'}">
<a class="tile-link" href="${permalink(post)}"${post.caption === '' && html` aria-label="Untitled ${post.surface === 'clips' ? 'clip' : 'post'}"`}>
${isImage && html`<img src="/media/${post.media.fileName}" alt="" loading="lazy">`}
${post.caption !== '' && html`<span class="caption">${post.caption}</span>`}
</a>
${post.publishedAt === null && html`<span class="badge">Processing</span>`}
</li>`;
}

export interface SettingsParts {
  viewer: Account;
  alert: string | null;
  status: string | null;
  /** What was typed and refused; the stored bio otherwise. */
  bio: string;
  /** The fields and buttons have other words, as after a redesign. */
  moved: boolean;
}

const SETTINGS_WORDS = { bio: 'Bio', saveBio: 'Save profile', photo: 'Profile photo', savePhoto: 'Save photo' };
const MOVED_WORDS = { bio: 'In a few words', saveBio: 'Keep them', photo: 'Your face', savePhoto: 'Keep it' };

export function settingsPage({ viewer, alert, status, bio, moved }: SettingsParts): Html {
  const words = moved ? MOVED_WORDS : SETTINGS_WORDS;
  return layout({
    title: 'Settings',
    viewer,
    section: 'Settings',
    body: html`<h1>Settings</h1>
${alertBox(alert)}${statusBox(status)}
<section class="card">
<h2>About you</h2>
<form method="post" action="/settings/profile" class="stack">
<div class="field"><label for="bio">${words.bio}</label>
<textarea id="bio" name="bio" rows="3" data-limit="${MAX_BIO}" aria-describedby="bio-count">
${bio}</textarea>
<p class="count" id="bio-count" data-count-for="bio"></p></div>
<button>${words.saveBio}</button>
</form>
</section>
<section class="card">
<h2>Your photo</h2>
<div class="photo-row">${avatar(viewer, 'large')}
<form method="post" action="/settings/photo" enctype="multipart/form-data" class="stack photo-form">
<div class="field"><label for="photo">${words.photo}</label>
<input id="photo" name="photo" type="file" accept="image/jpeg,image/png"></div>
<button>${words.savePhoto}</button>
</form></div>
</section>`,
  });
}
