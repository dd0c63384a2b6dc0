export default {
  title: 'Вход',
  token: 'Токен доступа',
  how: 'По имени и паролю, которые вам дал администратор.',
  howToken: 'Откройте ссылку для входа, которую вывел <code>npm start</code>, или вставьте токен доступа.',
  withToken: 'Войти по токену',
  withPassword: 'Войти по имени и паролю',
  action: 'Войти',
} as const;
