export default {
  title: 'Sign in',
  token: 'Access token',
  how: 'Use the sign-in link that <code>npm start</code> printed, or paste an access token.',
  action: 'Sign in',
} as const;
