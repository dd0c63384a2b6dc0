/** Everything that ever happens on the site. The journal is a list of these; memory is what they fold into. */

export type Surface = 'posts' | 'clips';

/** How far a log-in has come: a code is still owed, or the session is open. */
export type SessionStage = 'totp' | 'challenge' | 'open';

export interface StoredMedia {
  sha256: string;
  kind: 'video' | 'image';
  /** File name inside the media folder. */
  fileName: string;
}

export interface PostRecord {
  id: string;
  surface: Surface;
  username: string;
  caption: string;
  location: string | null;
  mentions: string[];
  media: StoredMedia;
}

type Happening =
  | {
      type: 'accountCreated';
      username: string;
      email: string;
      salt: string;
      passwordHash: string;
      totpSecret: string | null;
    }
  | { type: 'sessionStarted'; session: string; username: string; stage: 'totp' | 'challenge'; expiresAt: string }
  | { type: 'loggedIn'; session: string; username: string; expiresAt: string }
  | { type: 'loginFailed'; username: string; step: 'password' | 'totp' | 'challenge' }
  | { type: 'sessionEnded'; session: string; username: string; reason: 'logged out' | 'expired' }
  | { type: 'challengeRaised'; username: string; faultId: string; code: string }
  | { type: 'challengeSolved'; username: string }
  | { type: 'suspended'; username: string }
  | { type: 'restored'; username: string }
  | { type: 'posted'; post: PostRecord }
  | { type: 'postPublished'; id: string }
  | { type: 'followed'; username: string; target: string }
  | { type: 'unfollowed'; username: string; target: string }
  | { type: 'avatarSet'; username: string; media: StoredMedia }
  | { type: 'bioSet'; username: string; bio: string };

/** `at` is an ISO 8601 time in UTC. */
export type SandboxEvent = Happening & { at: string };

/** An event that still lacks its time. */
export type NewEvent = Happening;
