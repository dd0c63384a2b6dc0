export default {
  title: 'Вход',
  token: 'Токен доступа',
  how: 'Откройте ссылку для входа, которую напечатала команда <code>npm start</code>, или вставьте токен доступа.',
  action: 'Войти',
} as const;
