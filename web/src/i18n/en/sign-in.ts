export default {
  title: 'Sign in',
  token: 'Access token',
  how: 'With the name and password that an administrator gave you.',
  howToken: 'Use the sign-in link that <code>npm start</code> printed, or paste an access token.',
  withToken: 'Use an access token',
  withPassword: 'Use name and password',
  action: 'Sign in',
} as const;
